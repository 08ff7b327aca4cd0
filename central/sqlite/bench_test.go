package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
	"doorstep/central/store/storetest"
)

// BenchmarkHold measures custody, an entry of 2 KB a call as a session with one waiting application makes it, for
// numbers of sessions at once; and beside it, on the same disk in the same run, appending 2 KB and fdatasync: what one
// commit costs at least.
func BenchmarkHold(b *testing.B) {
	for _, sessions := range []int{1, 8, 64} {
		for _, batch := range []int{1, 16} {
			b.Run(fmt.Sprintf("sessions=%d/batch=%d", sessions, batch), func(b *testing.B) { benchHold(b, sessions, batch) })
		}
	}
}

func benchHold(b *testing.B, sessions, batch int) {
	dir := b.TempDir()
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	if err != nil {
		b.Fatal(err)
	}
	s, err := backend{}.Open(context.Background(), dir, v)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { shut(b, s) })
	calls := (b.N + sessions - 1) / sessions
	journals := make([][][]store.Item, sessions)
	terminals := make([]civic.KeyID, sessions)
	for i := range journals {
		m := storetest.NewMachine(b, uint32(i+1))
		terminals[i] = m.Key.ID
		journals[i] = prepare(b, m, calls, batch)
	}
	b.ResetTimer()
	begin := time.Now()
	var wg sync.WaitGroup
	for i, calls := range journals {
		wg.Go(func() {
			for _, items := range calls {
				if _, err := s.Hold(context.Background(), terminals[i], 1, items, time.Now()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	rate := float64(calls*sessions*batch) / time.Since(begin).Seconds()
	raw := fdatasyncs(b, dir)
	b.ReportMetric(rate, "entries/s")
	b.ReportMetric(raw, "fdatasync/s")
	b.ReportMetric(rate/raw, "entries/fdatasync")
	b.ReportMetric(0, "ns/op")
}

// prepare makes the entries of a session: signing is the terminal's work, not custody's.
func prepare(b *testing.B, m *storetest.Machine, calls, batch int) [][]store.Item {
	sealed := make([]byte, 2048)
	var out [][]store.Item
	for range calls {
		var items []store.Item
		for range batch {
			e := m.Entry(civic.EntryApplication, civic.NewTrackingCode(m.Number, 1))
			e.Sealed = sealed
			payload, err := wire.Marshal(e)
			if err != nil {
				b.Fatal(err)
			}
			items = append(items, m.Chain(b, e, wire.Signed{Payload: payload, Signature: make([]byte, 73)}))
		}
		out = append(out, items)
	}
	return out
}

func fdatasyncs(b *testing.B, dir string) float64 {
	f, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer shut(b, f)
	page, n, begin := make([]byte, 2048), 0, time.Now()
	for time.Since(begin) < time.Second {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return float64(n) / time.Since(begin).Seconds()
}
