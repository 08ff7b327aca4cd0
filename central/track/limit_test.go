package track_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"doorstep/central/track"
)

func TestLimiterIsBounded(t *testing.T) {
	l := track.NewLimiter()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for i := range 3 * track.Bound {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(i))
		if !l.Allow(netip.AddrFrom4(b), now.Add(time.Duration(i)*time.Microsecond)) {
			t.Fatalf("address %d is refused at its first call", i)
		}
		if l.Len() > track.Bound {
			t.Fatalf("%d addresses are remembered", l.Len())
		}
	}
}

func TestLimiterRefills(t *testing.T) {
	l := track.NewLimiter()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	a := netip.MustParseAddr("203.0.113.7")
	allowed := 0
	for range 100 {
		if l.Allow(a, now) {
			allowed++
		}
	}
	if allowed != 60 {
		t.Errorf("%d calls at once, want 60", allowed)
	}
	if l.Allow(a, now.Add(900*time.Millisecond)) || !l.Allow(a, now.Add(time.Second)) || l.Allow(a, now.Add(time.Second)) {
		t.Error("one more call a second is not what it gives")
	}
}
