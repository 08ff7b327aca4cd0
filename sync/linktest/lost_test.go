package linktest_test

import (
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// settle waits until all entries of a terminal are held and all papers but some are at central.
func settle(w *linktest.World, term *linktest.Terminal, but int) {
	w.TB.Helper()
	w.Until(time.Hour, func() string { return w.Report(term) }, func() bool {
		papers, sent := term.Papers()
		return term.Held() == uint64(len(term.Journal())) && sent == len(papers)-but
	})
}

// told waits until a number of papers count as lost at central.
func told(w *linktest.World, term *linktest.Terminal, papers int) {
	w.TB.Helper()
	w.Until(time.Minute, func() string { return w.Report(term) }, func() bool {
		n, _ := w.Central.Gones()
		return n == papers
	})
}

// content reads a paper of a terminal.
func content(t *testing.T, term *linktest.Terminal, p civic.Paper) []byte {
	t.Helper()
	r, err := term.Open(t.Context(), p.Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }() // of memory
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wait lets a session be idle.
func wait(d time.Duration) { <-time.NewTimer(d).C }

// TestLost loses papers at the terminal: central is told of each once a session, of one found lost later too, again
// where a break swallowed the frame, and one that arrives after all is not lost.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Fate = linktest.Once(linktest.Lose, wire.TypeLost)
		term := w.Terminal("p1")
		term.TakeIn(500, 600)
		papers, _ := term.Papers()
		stick := content(t, term, papers[0])
		term.Lack(papers[0].Digest)
		stop := w.Run(w.Uplink(term))
		settle(w, term, 1)
		told(w, term, 1)
		if n := w.Line.Sessions(); n != 2 {
			t.Errorf("%d sessions, want one more for the break", n)
		}
		wait(10 * time.Minute)
		if _, times := w.Central.Gones(); times != 1 {
			t.Errorf("told %d times in one session, want 1", times)
		}

		// The next frame is another, and swallowed too; so is the one that then tells of both.
		term.TakeIn(700)
		papers, _ = term.Papers()
		term.Lack(papers[2].Digest)
		settle(w, term, 2)
		told(w, term, 2)
		stop()
		stop = w.Run(w.Uplink(term))
		wait(10 * time.Minute)
		if _, times := w.Central.Gones(); times != 3 {
			t.Errorf("told %d times, want 3: once a session", times)
		}
		stop()

		place, err := w.Central.Terminal(t.Context(), term.Key.ID)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := w.Central.Lacking(t.Context(), place, 10); err != nil || len(list) != 0 {
			t.Errorf("central asks for %v, %v, which are lost", list, err)
		}
		// A stick that was written before brings the first.
		if n, err := w.Central.Append(t.Context(), place, &wire.Chunk{Digest: papers[0].Digest, Size: 500, Data: stick}); err != nil || !n.Done {
			t.Errorf("%+v, %v", n, err)
		}
		told(w, term, 1)
		stop = w.Run(w.Uplink(term))
		wait(time.Minute)
		stop()
		if n, _ := w.Central.Gones(); n != 1 {
			t.Errorf("%d lost after the terminal said again what has arrived since, want 1", n)
		}
	})
}

// TestLostMany loses more papers than a frame lists: all are told, each once, and the rest arrives.
func TestLostMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		var listed atomic.Int32
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			if f, ok := p.Frame.(*wire.Lost); ok {
				listed.Add(int32(len(f.Papers)))
			}
			return linktest.Deliver
		})
		term := w.Terminal("p1")
		for range 10 {
			term.TakeIn(100, 100, 100, 100, 100)
		}
		papers, _ := term.Papers()
		for _, p := range papers[:40] {
			term.Lack(p.Digest)
		}
		stop := w.Run(w.Uplink(term))
		settle(w, term, 40)
		told(w, term, 40)
		stop()
		listed.Store(0)
		stop = w.Run(w.Uplink(term))
		wait(10 * time.Minute)
		stop()
		if n := listed.Load(); n != 40 {
			t.Errorf("%d papers listed in the second session, want each of 40 once", n)
		}
	})
}

// TestLostOldCentral is a central that does not know the frame: it says so, once a session, and all else goes on.
func TestLostOldCentral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		var refused atomic.Int32
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			switch f := p.Frame.(type) {
			case *wire.Lost:
				p.Bytes[2] = 99
			case *wire.Error:
				if f.Code == wire.CodeUnknownFrame && f.About == 99 && !f.Fatal && !p.Up {
					refused.Add(1)
				}
			}
			return linktest.Deliver
		})
		term := w.Terminal("p1")
		term.TakeIn(500, 600)
		papers, _ := term.Papers()
		term.Lack(papers[0].Digest)
		u := w.Uplink(term)
		stop := w.Run(u)
		settle(w, term, 1)
		wait(5 * time.Minute)
		term.TakeIn(100)
		settle(w, term, 1)
		if n := refused.Load(); n != 1 || w.Line.Sessions() != 1 || !u.State().Up {
			t.Errorf("refused %d times, %d sessions, %+v", n, w.Line.Sessions(), u.State())
		}
		stop()
	})
}
