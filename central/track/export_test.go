package track

import (
	"net/netip"
	"time"
)

// Bound is the most addresses that a limiter remembers.
const Bound = maxAddresses

// Limiter is a limiter for its test.
type Limiter struct{ l *limiter }

// NewLimiter makes one.
func NewLimiter() Limiter { return Limiter{newLimiter()} }

// Allow counts one call.
func (l Limiter) Allow(a netip.Addr, now time.Time) bool { return l.l.allow(a, now) }

// Len is how many addresses are remembered.
func (l Limiter) Len() int { return len(l.l.full) }
