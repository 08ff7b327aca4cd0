package console

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// walkAtOnce is up to how many entries the chain is walked while the page waits: about a tenth of a second. A longer
// one is walked beside the page, which says how far it is.
const walkAtOnce = 20_000

// chain is how the audit's chain stands, as far as this process knows.
type chain struct {
	mu   sync.Mutex // guards the rest
	view view.AuditChain
}

func (s *chain) set(change func(*view.AuditChain)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.view)
}

func (s *chain) now() view.AuditChain {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

// chainNow returns how the chain stands: a short one is walked anew.
func (k *Console) chainNow(ctx context.Context) (view.AuditChain, error) {
	now := k.chain.now()
	if now.Walking {
		return now, nil
	}
	_, total, err := k.opts.Store.SearchAudit(ctx, store.AuditFilter{Max: 1})
	if err != nil || total > walkAtOnce {
		return now, err
	}
	return k.walked(ctx)
}

// walked walks the chain and keeps how it stands.
func (k *Console) walked(ctx context.Context) (view.AuditChain, error) {
	head, err := k.opts.Store.WalkAudit(ctx, func(n, of uint64) {
		k.chain.set(func(v *view.AuditChain) { v.Done, v.Of = int(n), int(of) })
	}, nil)
	broken := errors.Is(err, &civic.Error{Code: civic.Damaged})
	if err != nil && !broken {
		return view.AuditChain{}, err
	}
	out := view.AuditChain{Walked: k.opts.Clock(), Intact: !broken, Count: int(head.N), Head: head.Digest.String()}
	if broken {
		out.Broken = head.N + 1
	}
	k.chain.set(func(v *view.AuditChain) { *v = out })
	return out, nil
}

// verify has the chain walked beside the pages, and comes back to the page that says how far it is.
func (k *Console) verify(c *fiber.Ctx) error {
	select {
	case k.walk <- struct{}{}:
		k.chain.set(func(v *view.AuditChain) { *v = view.AuditChain{Walking: true} })
	default: // it is being walked already
	}
	return seeOther(c, "/audit")
}

// walkChain walks the chain each time it is asked to, until ctx ends.
func (k *Console) walkChain(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.walk:
		}
		begun := time.Now()
		v, err := k.walked(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			k.chain.set(func(v *view.AuditChain) { *v = view.AuditChain{} })
			k.opts.Logger.Error("the audit was not walked to its end", "error", err)
		case err == nil && !v.Intact:
			k.opts.Logger.Error("the audit's chain is broken", "entry", v.Broken)
		case err == nil:
			k.opts.Logger.Info("the audit's chain is whole", "entries", v.Count, "took", time.Since(begun))
		}
	}
}
