package proof_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"doorstep/kiosk/lobby"
	"doorstep/kiosk/proof"
	"doorstep/sync/civic"
)

var noon = time.Date(2026, 9, 26, 12, 0, 0, 0, civic.China)

// world is a terminal around a book: its clock, its queue, and the desk that takes records in.
type world struct {
	dir   string
	now   time.Time
	queue int
	taken map[civic.EntryID]civic.Display
	asked int
	fail  error // the desk's answer, after it has done its work where done is set
	done  bool
}

func newWorld(t *testing.T) *world {
	return &world{dir: t.TempDir(), now: noon, taken: map[civic.EntryID]civic.Display{}}
}

func (w *world) open(t *testing.T) *proof.Book {
	t.Helper()
	b, err := proof.Open(proof.Options{
		Dir: w.dir, Every: time.Minute, Logger: slog.New(slog.DiscardHandler),
		Queue: func(context.Context) (int, error) { return w.queue, nil },
		Now:   func(context.Context) (time.Time, civic.Confidence) { return w.now, civic.Sure },
		TakeIn: func(_ context.Context, d civic.Display) error {
			w.asked++
			if _, again := w.taken[d.ID]; !again && (w.fail == nil || w.done) {
				w.taken[d.ID] = d
			}
			return w.fail
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// stands is a page that stood for ten seconds until now.
func (w *world) stands(notice string, page, of int) civic.DisplayedHour {
	return proof.Line(lobby.Showing{
		Screen: "lobby", Notice: notice, Rev: 2, Digest: civic.Digest{1}, Page: page, Of: of,
		From: w.now.Add(-10 * time.Second), Until: w.now, Sure: civic.Sure,
	})
}

// sums adds up what central gets: pages by notice.
func (w *world) sums() (pages, lost int) {
	for _, d := range w.taken {
		lost += d.Lost
		for _, l := range d.Lines {
			pages += l.Pages
		}
	}
	return pages, lost
}

func handOver(t *testing.T, b *proof.Book) {
	t.Helper()
	if err := b.HandOver(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestHour adds up what stood in an hour, and hands it over when that is over.
func TestHour(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	for i := range 6 {
		w.now = w.now.Add(10 * time.Second)
		b.Record(w.stands("n1", i%3, 3))
	}
	b.Record(w.stands("n2", 0, 1))
	if handOver(t, b); w.asked != 0 {
		t.Fatal("handed over before the hour was over")
	}
	w.now = noon.Add(time.Hour)
	handOver(t, b)
	handOver(t, b)
	if w.asked != 1 || len(w.taken) != 1 {
		t.Fatalf("%d asked, %d taken", w.asked, len(w.taken))
	}
	for id, d := range w.taken {
		if d.ID != id || len(d.Lines) != 2 || !d.Sound() {
			t.Fatalf("%+v", d)
		}
		want := civic.DisplayedHour{
			Screen: "lobby", Notice: "n1", Rev: 2, Digest: civic.Digest{1}.String(), Hour: noon.UTC(),
			First: noon.UTC(), Last: noon.Add(time.Minute).UTC(), Showings: 2, Pages: 6, Millis: 60_000,
		}
		if d.Lines[0] != want {
			t.Errorf("%+v\nwant %+v", d.Lines[0], want)
		}
	}
}

// TestKilled dies after every step on the way: nothing is lost, nothing is proved twice.
func TestKilled(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	b.Record(w.stands("n1", 0, 1)) // and dies: b is left as it is
	b = w.open(t)
	b.Record(w.stands("n1", 0, 1))
	w.now = w.now.Add(2 * time.Hour)
	w.fail = errors.New("no room")
	if err := b.HandOver(t.Context()); err == nil {
		t.Fatal("the desk's refusal is lost")
	}
	b = w.open(t)
	b.Record(w.stands("n1", 0, 1)) // of a later hour, while the one before waits
	w.done = true                  // taken in, and dies before it hears so
	if err := b.HandOver(t.Context()); err == nil {
		t.Fatal("the desk's failure is lost")
	}
	w.fail, w.now = nil, w.now.Add(2*time.Hour)
	b = w.open(t)
	handOver(t, b)
	handOver(t, b)
	if pages, _ := w.sums(); pages != 3 || len(w.taken) != 2 {
		t.Errorf("%d pages of 3 in %d records", pages, len(w.taken))
	}
	if left, _ := os.ReadDir(w.dir); len(left) != 1 {
		t.Errorf("left in the folder: %v", left)
	}
}

// TestTorn cuts the file at every byte, as a power cut may: the lines before are kept, and the next is not spoilt.
func TestTorn(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	b.Record(w.stands("n1", 0, 2))
	b.Record(w.stands("n1", 1, 2))
	files, err := filepath.Glob(filepath.Join(w.dir, "*.open"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(whole)/2 + 3; cut <= len(whole); cut += 1 + (len(whole)-cut)/30 {
		w = newWorld(t)
		if err := os.WriteFile(filepath.Join(w.dir, filepath.Base(files[0])), whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		b := w.open(t)
		b.Record(w.stands("n2", 0, 1))
		w.now = w.now.Add(time.Hour)
		handOver(t, w.open(t))
		want := 2
		if cut >= len(whole)-1 {
			want = 3
		}
		if pages, _ := w.sums(); pages != want {
			t.Errorf("cut at %d of %d: %d pages, want %d", cut, len(whole), pages, want)
		}
	}
}

// TestLongWithoutLine shows forty notices for four days while nothing can be sent: the files stay small, the queue
// gets few records, and no page is lost.
func TestLongWithoutLine(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	w.queue = 3
	pages, largest := 0, int64(0)
	for hour := range 24 * 4 {
		for n := range 40 {
			b.Record(w.stands(fmt.Sprint("n", n), 0, 1))
			pages++
		}
		w.now = w.now.Add(time.Hour)
		handOver(t, b)
		if hour%24 == 0 {
			largest = max(largest, folder(t, w.dir))
		}
	}
	w.queue = 0
	w.now = w.now.Add(time.Hour)
	handOver(t, b)
	got, lost := w.sums()
	if got != pages || lost != 0 {
		t.Errorf("%d pages of %d, %d lost", got, pages, lost)
	}
	for _, d := range w.taken {
		if !d.Sound() {
			t.Errorf("a record of %d lines", len(d.Lines))
		}
	}
	if largest > 1<<20 {
		t.Errorf("the folder grew to %d bytes", largest)
	}
	t.Logf("%d pages in 4 days without a line: %d records, at most %d KB on the disk", pages, len(w.taken), largest>>10)
}

// TestNoRoomAtAll refuses to take anything in for as long: what could not be kept is counted and told.
func TestNoRoomAtAll(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	w.queue, w.fail = 1, errors.New("disk full")
	pages := 0
	for range 24 * 6 {
		for n := range 70 {
			b.Record(w.stands(fmt.Sprint("n", n), 0, 1))
			pages++
		}
		w.now = w.now.Add(time.Hour)
		_ = b.HandOver(t.Context()) // refused, as it must be
	}
	if size := folder(t, w.dir); size > 4<<20 {
		t.Errorf("the folder grew to %d bytes", size)
	}
	w.queue, w.fail = 0, nil
	handOver(t, b)
	w.now = w.now.Add(2 * time.Hour)
	handOver(t, b)
	if got, lost := w.sums(); got+lost != pages || lost == 0 {
		t.Errorf("%d recorded and %d lost of %d", got, lost, pages)
	}
}

func folder(t *testing.T, dir string) (size int64) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	return size
}
