package boltstore_test

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/kiosk/boltstore"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// TestResume is a terminal that is cut off and restarted again and again while a paper is on its way: its store, opened
// anew, still knows what is to be sent, and a paper goes on where central has it.
func TestResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size, restarts = 1_500_000, 4
		w := linktest.NewWorld(t, hub.Limits{})
		w.Line.Bandwidth = 64 << 10
		m := newTerminal(t)
		w.Central.Admit(hub.Terminal{
			Key: m.key.ID, PublicKey: m.key.Public(), Number: 10021, Generation: 1, Point: "xintang", PointName: "新塘镇", Area: "440118",
		})
		var sent, longest, chunks int
		cut := make(chan struct{}, 1)
		w.Line.Become(func(p linktest.Passing) linktest.Fate {
			c, ok := p.Frame.(*wire.Chunk)
			if !ok || len(c.Data) == 0 {
				return linktest.Deliver
			}
			sent += len(c.Data)
			longest = max(longest, len(c.Data))
			if chunks++; chunks%4 == 0 && chunks <= 4*restarts {
				cut <- struct{}{}
				return linktest.Lose
			}
			return linktest.Deliver
		})
		run := func(s *boltstore.Store) (stop func()) {
			u, err := uplink.New(uplink.Options{
				Dial: w.Line.Dial, Key: m.key, Keys: identity.NewKeyring(identity.FingerprintOf(w.Central.Root.Public())),
				Journal: s.Journal(), Papers: s, Shelf: s, Statuses: s, Site: s, Boot: [16]byte(linktest.NewID()),
				Logger: slog.New(slog.DiscardHandler), Agent: "test",
			})
			if err != nil {
				t.Fatal(err)
			}
			return w.Run(u)
		}
		s, _ := m.open()
		m.enrol(s, 1)
		a := application(1, size)
		takeIn(t, s, a)
		for range restarts {
			stop := run(s)
			<-cut
			stop()
			s, _ = m.reopen(s)
			if list, err := s.Unsent(t.Context(), 10); err != nil || len(list) != 1 {
				t.Fatalf("after a restart %d papers are to be sent, %v", len(list), err)
			}
		}
		stop := run(s)
		paper := a.Entry.Papers[0]
		w.Until(time.Hour, func() string { return "paper" }, func() bool { return len(w.Central.Paper(paper.Digest)) == size })
		w.Until(time.Minute, func() string { return "paper recorded" }, func() bool {
			list, err := s.Unsent(t.Context(), 10)
			return err == nil && len(list) == 0
		})
		stop()
		w.Close()
		if sent > size+restarts*longest {
			t.Errorf("%d bytes sent for %d in %d restarts, longest chunk %d", sent, size, restarts, longest)
		}
		t.Logf("figures tried=%d bytes=%d sent=%d longest-chunk=%d", restarts, size, sent, longest)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
