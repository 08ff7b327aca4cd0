package track

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
)

// burst is how many pages an address may load at once, and refill how soon it gets one more. A household, or a hall
// behind one address, stays far below; whoever tries tokens does not.
const (
	burst  = 60
	refill = time.Second
)

// maxAddresses bounds what the limiter remembers.
const maxAddresses = 20_000

// limiter counts the calls of each address. What it holds is forgotten with the process.
type limiter struct {
	mu   sync.Mutex // guards full
	full map[netip.Addr]time.Time
}

func newLimiter() *limiter { return &limiter{full: map[netip.Addr]time.Time{}} }

// allow counts one call. For each address it keeps when its allowance will be whole again; the further away that
// is, the less is left.
func (l *limiter) allow(a netip.Addr, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.full) >= maxAddresses {
		l.sweep(now)
	}
	whole := l.full[a]
	if whole.Before(now) {
		whole = now
	}
	if whole.Add(refill).Sub(now) > burst*refill {
		return false
	}
	l.full[a] = whole.Add(refill)
	return true
}

// sweep forgets those whose allowance is whole again. Where that is not enough, everyone begins anew: an attacker
// with so many addresses is not stopped by counting them, and residents must not be.
func (l *limiter) sweep(now time.Time) {
	for a, whole := range l.full {
		if !whole.After(now) {
			delete(l.full, a)
		}
	}
	if len(l.full) >= maxAddresses {
		clear(l.full)
	}
}

// bounded refuses an address that asks too often.
func (t *Track) bounded(c *fiber.Ctx) error {
	if t.calls.allow(addressOf(c), t.opts.Clock()) {
		return c.Next()
	}
	page := t.frame(c)
	page.Problem = locale.T(page.Lang, "track.limited")
	c.Set(fiber.HeaderRetryAfter, "60")
	c.Status(fiber.StatusTooManyRequests)
	return t.render(c, page)
}

// addressOf returns who calls. Only a proxy on this machine is believed about whom it speaks for. An IPv6 caller is
// known by its network: a phone has a whole one to itself.
func addressOf(c *fiber.Ctx) netip.Addr {
	a, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return netip.Addr{}
	}
	if a = a.Unmap(); a.IsLoopback() {
		list := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
		if via, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			a = via.Unmap()
		}
	}
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			a = p.Addr()
		}
	}
	return a
}
