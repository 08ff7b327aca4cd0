package boltstore_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// raw measures what the disk does in the same run: as many bytes appended and synced, one after the other.
func raw(b *testing.B, n, size int) time.Duration {
	b.Helper()
	f, err := os.OpenFile(filepath.Join(b.TempDir(), "raw"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := randomBytes(size)
	start := time.Now()
	for i := range n {
		if _, err := f.WriteAt(block, int64(i*size)); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start) / time.Duration(n)
}

func benchmarkTakeIn(b *testing.B, clients int, papers ...int) {
	m := newTerminal(b)
	m.opts.SegmentSize = 8 << 20
	s, _ := m.open()
	m.enrol(s, 1)
	base := raw(b, 300, 2600)
	var n atomic.Uint32
	b.SetParallelism((clients + 1) / 2)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.TakeIn(context.Background(), application(n.Add(1), papers...)); err != nil {
				b.Error(err)
			}
		}
	})
	b.StopTimer()
	base = (base + raw(b, 300, 2600)) / 2
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(each)/float64(base), "raw/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "taken/s")
	b.ReportMetric(float64(base.Microseconds()), "raw-us")
}

func BenchmarkTakeInOne(b *testing.B) {
	m := newTerminal(b)
	s, _ := m.open()
	m.enrol(s, 1)
	var base time.Duration
	b.ResetTimer()
	for i := range b.N {
		if i%20 == 0 { // the disk of a shared machine changes its mind
			b.StopTimer()
			base += raw(b, 10, 2600)
			b.StartTimer()
		}
		takeIn(b, s, application(uint32(i)))
	}
	base /= time.Duration((b.N + 19) / 20)
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(base), "raw/op")
	b.ReportMetric(float64(base.Microseconds()), "raw-us")
}

func BenchmarkTakeIn64(b *testing.B)           { benchmarkTakeIn(b, 64) }
func BenchmarkTakeIn64WithPapers(b *testing.B) { benchmarkTakeIn(b, 64, 200_000, 400_000) }

// BenchmarkOpen opens a store of 2,000 entries.
func BenchmarkOpen(b *testing.B) {
	m := newTerminal(b)
	s, _ := m.open()
	m.enrol(s, 1)
	for i := range 2000 {
		takeIn(b, s, application(uint32(i)))
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		s, _ := m.open()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
