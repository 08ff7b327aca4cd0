package linktest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// The line that what follows is promised on: a modem of 56 kbit/s, a third of a second each way, reset at random.
const (
	modemBytes   = 7000
	modemLatency = 300 * time.Millisecond
	modemOpening = 6 * modemLatency // TCP, TLS and the upgrade to a websocket: three times there and back
)

// overhead is what TLS (22) and the websocket (6) put around a frame of a terminal; packets is what TCP over IPv4 adds
// for it, with the acknowledgement that it cannot ride on.
const (
	overhead = 28
	packets  = 2 * 52
)

// modem makes a world on that line.
func modem(t *testing.T, seed uint64) *linktest.World {
	w := linktest.NewWorld(t, hub.Limits{})
	w.Line.Bandwidth, w.Line.Latency, w.Line.Opening = modemBytes, modemLatency, modemOpening
	w.Line.Jitter, w.Line.Seed = 50*time.Millisecond, seed
	return w
}

// resets cuts the world's line after random times, mean on average, until the returned function is called.
func resets(w *linktest.World, seed uint64, mean time.Duration) (stop func() int) {
	random := rand.New(rand.NewPCG(seed, 3))
	quit, done := make(chan struct{}), make(chan int)
	go func() {
		for n := 0; ; n++ {
			timer := time.NewTimer(time.Duration(random.ExpFloat64() * float64(mean)))
			select {
			case <-timer.C:
				w.Line.Reset()
			case <-quit:
				timer.Stop()
				done <- n
				return
			}
		}
	}()
	return func() int {
		close(quit)
		return <-done
	}
}

// TestSlowApplication is that an application of 2 KB that nothing makes smaller, filed while an attachment of 10 MB is
// on its way, is in custody within 5 s in the median, though the line is reset every minute.
func TestSlowApplication(t *testing.T) {
	const sealed = 2048 + 1137 // 2 KB that do not compress, and the seal
	var all []time.Duration
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			w := modem(t, seed)
			term := w.Terminal("p1")
			report := func() string { return w.Report(term) }
			term.TakeIn(10 << 20)
			stop := w.Run(w.Uplink(term))
			w.Until(time.Minute, report, func() bool { return term.Held() == 1 })
			halt := resets(w, seed, time.Minute)
			random := rand.New(rand.NewPCG(seed, 4))
			for i := range uint64(40) {
				timer := time.NewTimer(time.Duration(20+random.IntN(20)) * time.Second)
				<-timer.C
				began := time.Now()
				term.TakeInSealed(make([]byte, sealed))
				w.Until(10*time.Minute, report, func() bool { return term.Held() == i+2 })
				all = append(all, time.Since(began))
			}
			if _, sent := term.Papers(); sent > 0 {
				t.Error("the attachment was there already: nothing was in the way")
			}
			n := halt()
			stop()
			w.Close()
			t.Logf("seed %d: %d resets, %d sessions", seed, n, w.Line.Sessions())
		})
	}
	slices.Sort(all)
	median := all[len(all)/2]
	t.Logf("figures tried=%d median=%v nine-of-ten=%v most=%v", len(all), brief(median), brief(all[len(all)*9/10]), brief(all[len(all)-1]))
	if median > 5*time.Second {
		t.Errorf("an application is in custody after %v in the median", median)
	}
}

// TestSlowAttachment is what the attachment itself costs on that line: all of it arrives, little is sent twice, and the
// line is used well.
func TestSlowAttachment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 3 << 20
		w := modem(t, 9)
		var sent, longest int
		w.Line.Fate = func(p linktest.Passing) linktest.Fate {
			if c, ok := p.Frame.(*wire.Chunk); ok {
				sent += len(c.Data)
				longest = max(longest, len(c.Data))
			}
			return linktest.Deliver
		}
		term := w.Terminal("p1")
		term.TakeIn(size)
		stop := w.Run(w.Uplink(term))
		halt := resets(w, 9, time.Minute)
		began := time.Now()
		w.Until(24*time.Hour, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		took := time.Since(began)
		n := halt()
		stop()
		w.Close()
		papers, _ := term.Papers()
		if got := w.Central.Paper(papers[0].Digest); civic.DigestOf(got) != papers[0].Digest {
			t.Error("the attachment is another")
		}
		// A reset costs a chunk at most, and a chunk is a second of the line, but for one that a measurement misled.
		if waste := sent - size; waste > (n+1)*modemBytes || longest > 2*modemBytes {
			t.Errorf("%d bytes sent twice in %d resets; the longest chunk has %d bytes", waste, n, longest)
		}
		if rate := float64(size) / took.Seconds(); rate < modemBytes*2/5 { // one chunk at a time, each waits for its answer
			t.Errorf("%.0f bytes/s of %d", rate, modemBytes)
		}
		t.Logf("figures tried=%d bytes=%d took=%v bytes/s=%.0f sent-twice=%d longest-chunk=%d", n, size, brief(took), float64(size)/took.Seconds(), sent-size, longest)
	})
}

// TestSlowCatalogue is that the whole catalogue with its forms is on a new terminal's shelf within 90 s.
func TestSlowCatalogue(t *testing.T) {
	list := published(t)
	var worst time.Duration
	var cuts, most int
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			w := modem(t, seed)
			down := 0
			w.Line.Fate = func(p linktest.Passing) linktest.Fate {
				if !p.Up {
					down += len(p.Bytes) + overhead
				}
				return linktest.Deliver
			}
			for _, e := range list {
				w.Central.Publish(e)
			}
			term := w.Terminal("p1")
			stop := w.Run(w.Uplink(term))
			halt := resets(w, seed, 30*time.Second)
			began := time.Now()
			w.Until(time.Hour, func() string { return w.Report(term) }, func() bool { return len(term.Shelf()) == len(list)+1 }) // and the keys
			took := time.Since(began)
			n := halt()
			stop()
			w.Close()
			if took > 90*time.Second {
				t.Errorf("seed %d: the catalogue took %v", seed, took)
			}
			worst, cuts, most = max(worst, took), cuts+n, max(most, down)
		})
	}
	t.Logf("figures tried=%d editions=%d worst=%v bytes-down=%d bytes/edition=%d", cuts, len(list), brief(worst), most, most/len(list))
}

func brief(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }

// TestSlowIdle is that a line on which nothing happens carries less than 1 KB a minute, also with a reset now and then.
func TestSlowIdle(t *testing.T) {
	var cuts, most, around int
	for _, mean := range []time.Duration{0, 15 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			w := modem(t, 5)
			for i := range 3 {
				publish(w, i, 1)
			}
			term := w.Terminal("p1")
			report := func() string { return w.Report(term) }
			stop := w.Run(w.Uplink(term))
			w.Until(time.Minute, report, func() bool { return w.InStep(term, 1) })
			bytes, frames := 0, 0
			kinds := map[string]int{}
			w.Line.Become(func(p linktest.Passing) linktest.Fate {
				bytes += len(p.Bytes)
				frames++
				kinds[fmt.Sprintf("%T", p.Frame)]++
				return linktest.Deliver
			})
			halt := func() int { return 0 }
			if mean > 0 {
				halt = resets(w, 5, mean)
			}
			const minutes = 120
			timer := time.NewTimer(minutes * time.Minute)
			<-timer.C
			n, sessions := halt(), w.Line.Sessions()
			w.Line.Become(nil)
			stop()
			w.Close()
			each := (bytes + frames*overhead) / minutes
			if each >= 1000 {
				t.Errorf("%d bytes a minute", each)
			}
			t.Logf("%d sessions, %d frames a minute: %v", sessions, frames/minutes, kinds)
			cuts, most, around = cuts+n, max(most, each), max(around, each+frames*packets/minutes)
		})
	}
	t.Logf("figures tried=%d bytes/minute=%d with-TCP=%d", cuts, most, around)
}
