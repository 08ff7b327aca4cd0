package uplink_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// TestPapersResume is a paper over a line that breaks again and again: it goes on where central has it.
func TestPapersResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Bandwidth = 32 << 10
		sent, chunks, longest := 0, 0, 0
		outstanding := 0
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			switch f := p.Frame.(type) {
			case *wire.Chunk:
				sent += len(f.Data)
				longest = max(longest, len(f.Data))
				if chunks++; chunks%5 == 0 {
					outstanding = 0
					return linktest.Lose
				}
				if outstanding++; outstanding > 1 {
					t.Error("two chunks without an answer")
				}
			case *wire.Need:
				outstanding = 0
			case *wire.Hello:
				outstanding = 0
			}
			return linktest.Deliver
		})
		term := w.Terminal("p1")
		const size = 700_000
		term.TakeIn(size, 3)
		stop := w.Run(w.Uplink(term))
		w.Until(time.Hour, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
		papers, _ := term.Papers()
		for _, p := range papers {
			if b := w.Central.Paper(p.Digest); int64(len(b)) != p.Size {
				t.Errorf("paper of %d bytes arrived as %d", p.Size, len(b))
			}
		}
		if sent > size*3/2 || longest > 40<<10 || longest < 20<<10 {
			t.Errorf("%d bytes sent for %d; longest chunk %d on a line of 32 KiB/s", sent, size, longest)
		}
		t.Logf("%d bytes sent for %d in %d chunks, longest %d", sent, size, chunks, longest)
	})
}

// TestPaperHoldsUpItself is a paper whose file is gone: the others arrive.
func TestPaperHoldsUpItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		term.TakeIn(1000, 2000, 3000)
		papers, _ := term.Papers()
		term.Lack(papers[0].Digest)
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { _, sent := term.Papers(); return sent == 2 })
		if s := u.State(); !s.Up || s.Reason != civic.Damaged {
			t.Errorf("state %+v", s)
		}
		if got := w.Central.Paper(papers[2].Digest); len(got) != 3000 || bytes.Equal(got, make([]byte, 3000)) {
			t.Error("the last paper is not whole")
		}
		stop()
	})
}

// TestLanes is an application filed while a large paper is on its way over a slow line: it waits for one chunk.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Bandwidth = 8 << 10
		term := w.Terminal("p1")
		term.TakeIn(2 << 20) // four minutes of this line
		stop := w.Run(w.Uplink(term))
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return term.Held() == 1 })
		timer := time.NewTimer(20 * time.Second)
		<-timer.C
		term.TakeIn()
		began := time.Now()
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return term.Held() == 2 })
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("the application waited %v", took)
		}
		if _, sent := term.Papers(); sent != 0 {
			t.Error("the paper was there already: nothing was in the way")
		}
		stop()
	})
}

// TestSilentLine is a line that dies without a word: both ends notice within Silence, and the next session works.
func TestSilentLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		timer := time.NewTimer(10 * time.Minute) // heartbeats keep an idle line open
		<-timer.C
		if s := u.State(); !s.Up || w.Line.Sessions() != 1 || time.Since(s.Contact) > wire.Heartbeat+time.Second {
			t.Errorf("after ten idle minutes: %+v, %d sessions", s, w.Line.Sessions())
		}
		w.Line.Become(linktest.Once(linktest.Silent, wire.TypeEntry))
		term.TakeIn()
		began := time.Now()
		w.Until(3*time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		if took := time.Since(began); took < wire.Silence-wire.Heartbeat || took > wire.Silence+10*time.Second {
			t.Errorf("noticed after %v", took)
		}
		stop()
	})
}

// TestRestoredImage is a terminal put back to an older image of its disk: nothing is sent that would break the chain,
// and under a new generation everything it kept reaches central, each once (P2).
func TestRestoredImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		for range 3 {
			term.TakeIn()
		}
		image := term.Copy()
		stop := w.Run(w.Uplink(term))
		for range 4 {
			term.TakeIn()
		}
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()

		u := w.Uplink(image)
		stop = w.Run(u)
		image.TakeIn()
		w.Until(2*time.Minute, func() string { return w.Report(image) }, func() bool { return u.State().Reason == wire.CodeForked })
		if s := u.State(); !s.Up || image.Held() != 0 {
			t.Errorf("state %+v, held %d", s, image.Held())
		}
		stop()

		w.Central.Admit(hub.Terminal{Key: term.Key.ID, PublicKey: term.Key.Public(), Number: 8, Generation: 2, Point: "p1", Area: "440113"})
		if err := image.Enrolled(context.Background(), wire.Welcome{Number: 8, Generation: 2}); err != nil {
			t.Fatal(err)
		}
		stop = w.Run(w.Uplink(image))
		w.Until(time.Minute, func() string { return w.Report(image) }, func() bool { return w.InStep(image, 2) })
		stop()
		if cases, conflicts := w.Central.Cases(); cases != 8 || conflicts != 0 {
			t.Errorf("cases %d, conflicts %d, want 8, 0", cases, conflicts)
		}
	})
}

// TestEnrolledAnew is a new generation while a session of the old one is open.
func TestEnrolledAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		term.TakeIn()
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		w.Central.Admit(hub.Terminal{Key: term.Key.ID, PublicKey: term.Key.Public(), Number: 8, Generation: 2, Point: "p1", Area: "440113"})
		if err := term.Enrolled(context.Background(), wire.Welcome{Number: 8, Generation: 2}); err != nil {
			t.Fatal(err)
		}
		term.TakeIn()
		term.TakeIn()
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 2) })
		stop()
		if got := w.Central.Journal(term.Key.ID, 1); len(got) != 1 {
			t.Errorf("%d entries under the old generation", len(got))
		}
		if cases, conflicts := w.Central.Cases(); cases != 3 || conflicts != 0 || term.Place().Number != 8 {
			t.Errorf("cases %d, conflicts %d, number %d", cases, conflicts, term.Place().Number)
		}
	})
}

// TestNothingTwice is a new session between two that are in step: nothing that the other has is sent again.
func TestNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		term := w.Terminal("p1")
		for range 5 {
			term.TakeIn(100)
			w.Central.Publish(guide("g", 1))
			w.Central.Tell("p1", civic.NewTrackingCode(7, 1))
		}
		sent := map[wire.Type]int{}
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			if p.Session == 2 {
				sent[wire.TypeOf(p.Frame)]++
			}
			return linktest.Deliver
		})
		for range 2 {
			stop := w.Run(w.Uplink(term))
			w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
			timer := time.NewTimer(10 * time.Second)
			<-timer.C
			stop()
		}
		w.Close()
		for _, kind := range []wire.Type{wire.TypeEntry, wire.TypeChunk, wire.TypeOutcome, wire.TypeEdition, wire.TypePack, wire.TypeRefill, wire.TypeStatus} {
			if sent[kind] > 0 {
				t.Errorf("%d frames of type %d were sent again", sent[kind], kind)
			}
		}
		if sent[wire.TypeWelcome] != 1 || sent[wire.TypeTelemetry] != 1 {
			t.Errorf("the second session: %v", sent)
		}
	})
}

// TestCentralForgets is a central restored from an older backup: everything still kept is sent again.
func TestCentralForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		for range 10 {
			term.TakeIn()
		}
		stop := w.Run(w.Uplink(term))
		report := func() string { return w.Report(term) }
		w.Until(time.Minute, report, func() bool { return w.InStep(term, 1) })
		stop()
		place, err := w.Central.Terminal(context.Background(), term.Key.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.Central.Forget(place, 4)
		stop = w.Run(w.Uplink(term))
		w.Until(time.Minute, report, func() bool { return w.InStep(term, 1) })
		stop()
		if cases, conflicts := w.Central.Cases(); cases != 10 || conflicts != 0 {
			t.Errorf("cases %d, conflicts %d", cases, conflicts)
		}
	})
}

func TestAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		u := w.Uplink(w.Terminal("p1"))
		code := civic.NewTrackingCode(7, 42)
		if _, err := u.Ask(context.Background(), code, "1234"); uplink.Error(err).Code != civic.Unavailable {
			t.Errorf("without a line: %v", err)
		}
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		if n, err := u.Ask(context.Background(), code, "1234"); err != nil || n.Code != code || n.Status != civic.Accepted {
			t.Errorf("got %+v, %v", n, err)
		}
		if _, err := u.Ask(context.Background(), code, "0000"); uplink.Error(err).Code != civic.NotFound {
			t.Errorf("wrong pair: %v", err)
		}
		w.Line.Become(linktest.Always(linktest.Lose, wire.TypeAsk))
		if _, err := u.Ask(context.Background(), code, "1234"); uplink.Error(err).Code != civic.Unavailable {
			t.Errorf("line cut: %v", err)
		}
		w.Line.Become(linktest.Always(linktest.Silent, wire.TypeAsk))
		w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
		if _, err := u.Ask(ctx, code, "1234"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("patience ran out: %v", err)
		}
		cancel()
		stop()
	})
}

// TestState is what pages are told while the line comes and goes, and that the tries after an outage are spread.
func TestState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Line.Down(true)
		term := w.Terminal("p1")
		u := w.Uplink(term)
		stop := w.Run(u)
		term.TakeIn()
		timer := time.NewTimer(time.Hour)
		<-timer.C
		s := u.State()
		if s.Up || s.Queue != 1 || s.Reason != "line-refused" || s.Key() != "link.refused" || !s.Contact.IsZero() || time.Since(s.Since) < time.Hour-time.Minute {
			t.Errorf("down for an hour: %+v", s)
		}
		if wait := time.Until(s.Next); wait < 0 || wait > 30*time.Second {
			t.Errorf("next try in %v", wait)
		}
		w.Line.Down(false)
		began := time.Now()
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		if took := time.Since(began); took > 31*time.Second {
			t.Errorf("back after %v", took)
		}
		if s = u.State(); !s.Up || s.Queue != 0 || s.Reason != "" || s.Contact.Before(began) {
			t.Errorf("up: %+v", s)
		}
		if term.Clock().IsZero() || w.Central.Telemetry(term.Key.ID).Agent != "test" {
			t.Errorf("clock %v, telemetry %+v", term.Clock(), w.Central.Telemetry(term.Key.ID))
		}

		// After a steady session a break counts as the first.
		for range 5 {
			timer.Reset(2 * time.Minute)
			<-timer.C
			w.Line.Down(true)
			w.Until(time.Second, func() string { return "down" }, func() bool { return !u.State().Up })
			if s = u.State(); !strings.HasPrefix(string(s.Reason), "line-") || s.Next.Sub(s.Since) > 3*time.Second {
				t.Errorf("broken: %+v", s)
			}
			w.Line.Down(false)
			w.Until(time.Minute, func() string { return "up" }, func() bool { return u.State().Up })
		}
		stop()
	})
}

func TestOptions(t *testing.T) {
	if _, err := uplink.New(uplink.Options{}); err == nil {
		t.Error("an uplink without anything was made")
	}
}
