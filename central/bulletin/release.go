package bulletin

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Release publishes the draft of a version to a scope. Faults keep it back as civic.Invalid; a draft that is of
// another version, or whose guide was published since it was begun, is civic.Conflict. A guide's form is published
// before it: the rules see to that.
func (p *Press) Release(ctx context.Context, id string, version uint64, scope civic.Scope, by store.Actor) (store.Published, error) {
	d, err := p.store.OpenDraft(ctx, id)
	if err != nil {
		return store.Published{}, err
	}
	if d.Version != version {
		return store.Published{}, civic.Refuse(civic.Conflict, "version", "guides.moved")
	}
	faults, err := p.Publishable(ctx, &d.Guide)
	if err != nil {
		return store.Published{}, err
	}
	if len(faults) > 0 {
		return store.Published{}, civic.Refuse(civic.Invalid, "guide", "guides.faulty", len(faults))
	}
	b, err := body(&d.Guide)
	if err != nil {
		return store.Published{}, err
	}
	return p.publish(ctx, store.Draft{
		Edition: civic.Edition{Kind: civic.EditionGuide, ID: id, Scope: scope, Body: b},
		By:      by, Over: &d.Base, Closes: d.Version,
	})
}

// maxReason bounds why a guide was withdrawn, in characters.
const maxReason = 200

// Withdraw takes a published guide off the terminals, and says why. rev is the revision that was seen: another one is
// civic.Conflict. A draft that waits stays.
func (p *Press) Withdraw(ctx context.Context, id string, rev uint32, reason string, by store.Actor) error {
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		return civic.Refuse(civic.Missing, "reason", "guides.reason.missing")
	case n > maxReason:
		return civic.Refuse(civic.Full, "reason", "guides.fault.long", maxReason)
	}
	now, err := p.store.Current(ctx, civic.EditionGuide, id)
	if err != nil {
		return err
	}
	_, err = p.publish(ctx, store.Draft{
		Edition: civic.Edition{Kind: civic.EditionGuide, ID: id, Scope: now.Scope, Tombstone: true},
		By:      by, Over: &rev, Reason: reason,
	})
	return err
}

func (p *Press) publish(ctx context.Context, d store.Draft) (store.Published, error) {
	d.At, d.Sign = p.bulletin.o.Now(), p.bulletin.sign
	out, err := p.store.Publish(ctx, d)
	if err != nil {
		return out, fmt.Errorf("publish guide %s: %w", d.Edition.ID, err)
	}
	p.bulletin.o.Published()
	return out, nil
}
