package uplink_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// carriage is a terminal and a central with files between them.
type carriage struct {
	t       *testing.T
	w       *linktest.World
	term    *linktest.Terminal
	courier *uplink.Courier
	place   hub.Terminal
	latest  time.Time
	up      *bundle.Up
	number  uint32
}

func newCarriage(t *testing.T, w *linktest.World, term *linktest.Terminal) *carriage {
	t.Helper()
	c := &carriage{t: t, w: w, term: term}
	var err error
	if c.place, err = w.Central.Terminal(t.Context(), term.Key.ID); err != nil {
		t.Fatal(err)
	}
	c.courier, err = uplink.NewCourier(uplink.CourierOptions{
		Options: uplink.Options{
			Key: term.Key, Keys: identity.NewKeyring(identity.FingerprintOf(w.Central.Root.Public())),
			Journal: term, Papers: term, Shelf: term, Statuses: term, Site: term, Boot: [16]byte{1}, Logger: slog.New(slog.DiscardHandler),
		},
		Held:   func(context.Context) (uint64, error) { return term.Held(), nil },
		Latest: func(context.Context) (time.Time, error) { return c.latest, nil },
		Note: func(_ context.Context, at time.Time) error {
			if at.After(c.latest) {
				c.latest = at
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// write returns all files of an export, and the place behind them.
func (c *carriage) write(at uplink.Place) (files [][]byte, behind uplink.Place) {
	c.t.Helper()
	for more := true; more; {
		out, err := c.courier.Write(c.t.Context(), at, 0)
		if err != nil {
			c.t.Fatal(err)
		}
		files = append(files, out.File)
		at, more = out.Place, out.More
	}
	return files, at
}

func (c *carriage) start(all bool) uplink.Place {
	c.t.Helper()
	at, err := c.courier.Start(c.t.Context(), all)
	if err != nil {
		c.t.Fatal(err)
	}
	return at
}

// collect gives files to central.
func (c *carriage) collect(files ...[]byte) (last *hub.Collected) {
	c.t.Helper()
	for _, f := range files {
		out, err := c.w.Hub.Collect(c.t.Context(), f)
		if err != nil {
			c.t.Fatal(err)
		}
		c.up, last = &out.Up, out
	}
	return last
}

// dispatch returns all files that central writes.
func (c *carriage) dispatch() (files [][]byte) {
	c.t.Helper()
	at := hub.PlaceOf(c.up)
	at.Number = c.number
	for more := true; more; {
		out, err := c.w.Hub.Dispatch(c.t.Context(), c.place, c.up, at)
		if err != nil {
			c.t.Fatal(err)
		}
		files = append(files, out.File)
		at, more = out.Place, out.More
	}
	c.number = at.Number
	return files
}

// take gives files to the terminal.
func (c *carriage) take(files ...[]byte) (sum uplink.Delivery) {
	c.t.Helper()
	for _, f := range files {
		d, err := c.courier.Take(c.t.Context(), f)
		if err != nil {
			c.t.Fatal(err)
		}
		sum.Editions += d.Editions
		sum.Statuses += d.Statuses
		sum.Missing = sum.Missing || d.Missing
		sum.Waiting = d.Waiting
		if d.Forked != "" {
			sum.Forked = d.Forked
		}
	}
	return sum
}

func item(n int, size int) civic.Edition {
	return civic.Edition{Kind: civic.EditionGuide, ID: fmt.Sprintf("G-%03d", n), Rev: 1, Body: make([]byte, size)}
}

// TestBundlesWithoutALine is a terminal that never has a line: whatever order files come in, and however often, each
// entry is one case, and the terminal ends with everything that central published.
func TestBundlesWithoutALine(t *testing.T) {
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 7))
		w := linktest.NewWorld(t, hub.Limits{})
		term := w.Terminal("p1")
		c := newCarriage(t, w, term)
		for n := range 3 {
			w.Central.Publish(item(n, 4<<20-1000)) // several files of them
		}
		total := 0
		spoil := func(files [][]byte) [][]byte {
			out := append(slices.Clone(files), files[rng.IntN(len(files))])
			rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
			return out[rng.IntN(2):] // one may be lost
		}
		for range 6 {
			for range rng.IntN(4) {
				term.TakeIn(rng.IntN(300<<10)+1, 3)
				total++
			}
			w.Central.Tell("p1", civic.NewTrackingCode(7, uint32(total)))
			w.Central.Publish(item(rng.IntN(8), 100))
			files, _ := c.write(c.start(false))
			c.collect(spoil(files)...)
			c.take(spoil(c.dispatch())...)
		}
		// Two rounds in which nothing goes wrong: the first tells central where the terminal is, and brings what it lacks.
		for range 2 {
			files, _ := c.write(c.start(false))
			c.collect(files...)
			if d := c.take(c.dispatch()...); d.Missing || d.Waiting {
				t.Errorf("seed %d: %+v", seed, d)
			}
		}
		if cases, conflicts := w.Central.Cases(); cases != total || conflicts != 0 || !w.InStep(term, 1) {
			t.Errorf("seed %d: %d of %d are cases, %d conflicts: %s", seed, cases, total, conflicts, w.Report(term))
		}
		papers, _ := term.Papers()
		for _, p := range papers {
			if int64(len(w.Central.Paper(p.Digest))) != p.Size {
				t.Errorf("seed %d: a paper is not whole", seed)
			}
		}
		w.Close()
	}
}

// TestBundleTellsWhatIsLost is a paper lost at a terminal without a line: the file after the one that could not hold it
// says so, and one written before brings it all the same.
func TestBundleTellsWhatIsLost(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	defer w.Close()
	term := w.Terminal("p1")
	c := newCarriage(t, w, term)
	term.TakeIn(500, 600)
	papers, _ := term.Papers()
	before, _ := c.write(c.start(false))
	term.Lack(papers[0].Digest)
	files, _ := c.write(c.start(false)) // finds it
	c.collect(files...)
	c.take(c.dispatch()...)
	files, _ = c.write(c.start(false))
	for range 2 {
		c.collect(files...)
		if lost, _ := w.Central.Gones(); lost != 1 || w.Central.Paper(papers[0].Digest) != nil {
			t.Errorf("%d papers are lost, want 1", lost)
		}
	}
	c.collect(before...)
	c.collect(files...)
	if lost, told := w.Central.Gones(); lost != 0 || told != 3 || w.Central.Paper(papers[0].Digest) == nil {
		t.Errorf("%d papers are lost after all came, told %d times", lost, told)
	}
}

// TestBundlesBesideTheLine carries the same entries by line and by stick at once.
func TestBundlesBesideTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		c := newCarriage(t, w, term)
		for range 40 {
			term.TakeIn(20_000)
		}
		old, _ := c.write(c.start(false))
		c.collect(old[0])
		sticks := c.dispatch()
		stop := w.Run(w.Uplink(term))
		for n := range 20 {
			term.TakeIn(5000)
			files, _ := c.write(c.start(false))
			c.collect(files...)
			if n%3 == 0 {
				c.collect(old...)
				c.take(sticks...)
			}
			c.take(c.dispatch()...)
			timer := time.NewTimer(100 * time.Millisecond) // of the line's time
			<-timer.C
		}
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
		if cases, conflicts := w.Central.Cases(); cases != 60 || conflicts != 0 {
			t.Errorf("60 entries are %d cases, %d conflicts", cases, conflicts)
		}
	})
}

// TestBundleGoesOn is a stick that was pulled out after the first files: the next export writes the rest alone, and
// one to another stick what no stick has.
func TestBundleGoesOn(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	defer w.Close()
	term := w.Terminal("p1")
	c := newCarriage(t, w, term)
	for range 3 {
		term.TakeIn(5<<20, 5<<20)
	}
	whole, _ := c.write(c.start(false))
	if len(whole) < 4 {
		t.Fatalf("%d files", len(whole))
	}
	at := c.start(false)
	for _, f := range whole[:2] {
		next, spent, err := c.courier.Review(t.Context(), at, f)
		if err != nil || spent {
			t.Fatal(spent, err)
		}
		at = next
	}
	rest, behind := c.write(at)
	if len(rest) != len(whole)-2 {
		t.Errorf("%d files follow 2 of %d", len(rest), len(whole))
	}
	more, _ := c.write(behind) // nothing new: only the word of the terminal
	if len(more) != 1 || len(more[0]) > 4096 {
		t.Errorf("%d files of %d bytes with nothing new", len(more), len(more[0]))
	}
	c.collect(append(whole[:2:2], rest...)...)
	if out := c.collect(more...); out.Held != 3 || out.Missing {
		t.Errorf("%+v", out)
	}
	c.take(c.dispatch()...)
	if !w.InStep(term, 1) {
		t.Error(w.Report(term))
	}
	// All is confirmed: what lies on the stick is not needed any more.
	for i, f := range append(whole, more...) {
		if _, spent, err := c.courier.Review(t.Context(), c.start(false), f); err != nil || !spent {
			t.Errorf("file %d is spent: %v, %v", i, spent, err)
		}
	}
	// For a central that lost it everything can be written again.
	if again, _ := c.write(c.start(true)); len(again) < len(whole) {
		t.Errorf("%d files of everything, %d before", len(again), len(whole))
	}
}

// TestBundleOneWay is a gateway that lets files out and nothing in: each export writes what is new alone, central misses
// nothing, and what the terminal never heard it hears when a line comes at last.
func TestBundleOneWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		c := newCarriage(t, w, term)
		at := c.start(false)
		for range 5 {
			term.TakeIn(50_000)
			files, behind := c.write(at)
			if size := len(files[0]); len(files) != 1 || size > 60_000 {
				t.Errorf("%d files, the first of %d bytes", len(files), size)
			}
			if out := c.collect(files...); out.Missing || out.Entries != 1 || out.Papers != 1 {
				t.Errorf("%+v", out)
			}
			at = behind
		}
		if term.Held() != 0 {
			t.Errorf("held %d with no word from central", term.Held())
		}
		stop := w.Run(w.Uplink(term))
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
		if cases, conflicts := w.Central.Cases(); cases != 5 || conflicts != 0 {
			t.Errorf("5 entries are %d cases, %d conflicts", cases, conflicts)
		}
	})
}

// TestBundleInSmallFiles is a stick with little room: files get as small as it takes, and are as good.
func TestBundleInSmallFiles(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	defer w.Close()
	term := w.Terminal("p1")
	c := newCarriage(t, w, term)
	for range 3 {
		term.TakeIn(200_000)
	}
	at, files := c.start(false), 0
	for more := true; more; files++ {
		out, err := c.courier.Write(t.Context(), at, 64<<10)
		if err != nil || len(out.File) > 70<<10 {
			t.Fatalf("%d bytes, %v", len(out.File), err)
		}
		c.collect(out.File)
		at, more = out.Place, out.More
	}
	c.take(c.dispatch()...)
	if files < 9 || !w.InStep(term, 1) {
		t.Errorf("%d files: %s", files, w.Report(term))
	}
}

// TestBundleGap is a second stick that comes without the first.
func TestBundleGap(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	defer w.Close()
	term := w.Terminal("p1")
	c := newCarriage(t, w, term)
	term.TakeIn(10)
	first, behind := c.write(c.start(false))
	term.TakeIn(10)
	second, _ := c.write(behind)
	if out := c.collect(second...); out.Held != 0 || !out.Missing {
		t.Errorf("behind a gap: %+v", out)
	}
	if out := c.collect(append(first, second...)...); out.Held != 2 || out.Missing {
		t.Errorf("with the gap filled: %+v", out)
	}
}

// TestOldBundleBringsNothingBack is a stick from before a notice was withdrawn, and one of a central that was replaced.
func TestOldBundleBringsNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		c := newCarriage(t, w, term)
		w.Central.Publish(item(1, 10))
		old := c.dispatch()
		later := time.NewTimer(time.Hour)
		<-later.C
		gone := item(1, 0)
		gone.Rev, gone.Tombstone = 2, true
		w.Central.Publish(gone)
		w.Central.Publish(item(2, 10))
		c.take(c.dispatch()...)
		before := fmt.Sprint(term.Shelf())
		if d := c.take(old...); d.Missing || d.Editions != 0 || fmt.Sprint(term.Shelf()) != before {
			t.Errorf("an old stick: %+v, shelf %v, was %s", d, term.Shelf(), before)
		}

		other := linktest.NewCentral()
		other.Root, other.Sign = w.Central.Root, w.Central.Sign
		other.PublishKeys(9)
		other.Admit(c.place)
		other.Publish(item(3, 10))
		replaced := &linktest.World{TB: t, Central: other}
		replaced.Hub = replaced.NewHub(hub.Limits{})
		was := c.latest
		fresh := newCarriage(t, replaced, term)
		fresh.latest = was
		later.Reset(time.Hour)
		<-later.C
		if d := fresh.take(fresh.dispatch()...); d.Editions == 0 || len(term.Shelf()) == 0 {
			t.Errorf("the central that took its place: %+v", d)
		}
		for _, f := range old {
			if _, err := fresh.courier.Take(t.Context(), f); !errors.Is(err, &civic.Error{Code: civic.Conflict, Key: "bundle.old"}) {
				t.Errorf("a stick of the central before: %v", err)
			}
		}
	})
}

// TestStrangersBundles is sticks that are not from here: each is refused with a code, and changes nothing.
func TestStrangersBundles(t *testing.T) {
	w, foreign := linktest.NewWorld(t, hub.Limits{}), linktest.NewWorld(t, hub.Limits{})
	defer w.Close()
	defer foreign.Close()
	term, stranger := w.Terminal("p1"), foreign.Terminal("p1")
	c, other := newCarriage(t, w, term), newCarriage(t, foreign, stranger)
	stranger.TakeIn(10)
	term.TakeIn(10)
	theirs, _ := other.write(other.start(false))
	if _, err := w.Hub.Collect(t.Context(), theirs[0]); !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
		t.Errorf("a terminal that nobody knows: %v", err)
	}
	// Their central knows our terminal's key, and writes for it.
	foreign.Central.Admit(c.place)
	forged := &carriage{t: t, w: foreign, place: c.place}
	for _, f := range forged.dispatch() {
		if _, err := c.courier.Take(t.Context(), f); !errors.Is(err, &civic.Error{Code: civic.Untrusted, Key: "bundle.stranger"}) {
			t.Errorf("another central: %v", err)
		}
	}
	for _, f := range other.dispatch() {
		if _, err := c.courier.Take(t.Context(), f); !errors.Is(err, &civic.Error{Code: civic.NotFound, Key: "bundle.elsewhere"}) {
			t.Errorf("for another terminal: %v", err)
		}
	}
	ours, _ := c.write(c.start(false))
	if _, err := c.courier.Take(t.Context(), ours[0]); !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		t.Errorf("its own: %v", err)
	}
	w.Central.Revoke(term.Key.ID)
	if _, err := w.Hub.Collect(t.Context(), ours[0]); !errors.Is(err, &civic.Error{Code: wire.CodeRevoked}) {
		t.Errorf("revoked: %v", err)
	}
	if cases, _ := w.Central.Cases(); cases != 0 || len(term.Shelf()) != 0 || term.Held() != 0 {
		t.Errorf("%d cases, shelf %v, held %d", cases, term.Shelf(), term.Held())
	}
}

// TestBundleOfAGenerationBefore is a stick that was written before the terminal was enrolled anew, and found again: what
// is on it may be nowhere else.
func TestBundleOfAGenerationBefore(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	defer w.Close()
	term := w.Terminal("p1")
	c := newCarriage(t, w, term)
	term.TakeIn(1000)
	files, _ := c.write(c.start(false))
	anew := c.place
	anew.Generation = 2
	w.Central.Admit(anew)
	if out := c.collect(files...); out.Held != 1 || out.Papers != 1 || out.Terminal.Generation != 1 {
		t.Errorf("%+v", out)
	}
	c.place = anew
	if d := c.take(c.dispatch()...); d.Held != 0 || d.Forked != "" {
		t.Errorf("custody of another generation: %+v", d)
	}
	w.Central.Admit(hub.Terminal{Key: c.place.Key, PublicKey: c.place.PublicKey, Number: 7, Point: "p1"})
	if _, err := w.Hub.Collect(t.Context(), files[0]); !errors.Is(err, &civic.Error{Code: wire.CodeForked}) {
		t.Errorf("a generation that central never gave: %v", err)
	}
}

// TestForkedBundle is a terminal put back to an older image: central's custody is of a longer journal than it has.
func TestForkedBundle(t *testing.T) {
	w := linktest.NewWorld(t, hub.Limits{})
	defer w.Close()
	term := w.Terminal("p1")
	term.TakeIn(10)
	image := term.Copy()
	c := newCarriage(t, w, term)
	term.TakeIn(10)
	files, _ := c.write(c.start(false))
	c.collect(files...)
	if d := newCarriage(t, w, image).take(c.dispatch()...); d.Forked != wire.CodeForked || image.Held() != 0 {
		t.Errorf("%+v, held %d", d, image.Held())
	}
	image.TakeIn(10)
	image.TakeIn(10)
	forked := newCarriage(t, w, image)
	files, _ = forked.write(forked.start(false))
	if out := forked.collect(files...); out.Refused != wire.CodeForked || out.Held != 2 {
		t.Errorf("%+v", out)
	}
}
