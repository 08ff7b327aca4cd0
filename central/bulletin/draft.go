package bulletin

import (
	"context"
	"errors"
	"regexp"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// guideID is the key of a guide in the catalogue.
var guideID = regexp.MustCompile(`^[A-Z]{2,3}-[0-9]{3}$`)

// Draft returns the draft of a guide that waits, else one begun from what is published, with version 0; of a guide
// that was withdrawn, from its last text. civic.NotFound where there never was one.
func (p *Press) Draft(ctx context.Context, id string) (store.GuideDraft, error) {
	d, err := p.store.OpenDraft(ctx, id)
	if !isNotFound(err) {
		return d, err
	}
	past, err := p.store.GuideHistory(ctx, id)
	if err != nil {
		return d, err
	}
	for _, e := range past {
		if e.Rev == 0 {
			continue
		}
		d.Base = max(d.Base, e.Rev)
		if e.Gone {
			continue
		}
		g, err := p.bulletin.Guide(ctx, civic.Revision{ID: id, Rev: e.Rev})
		if err != nil {
			return d, err
		}
		d.Guide = *g
		return d, nil
	}
	return d, civic.Refuse(civic.NotFound, "guide", "guides.unknown")
}

// Begin makes the first draft of a new guide; civic.Conflict where the id is taken.
func (p *Press) Begin(ctx context.Context, g civic.Guide, by store.Actor) (store.GuideDraft, error) {
	if !guideID.MatchString(g.ID) {
		return store.GuideDraft{}, civic.Refuse(civic.Invalid, "id", "guides.fault.code")
	}
	if g.Name == "" {
		return store.GuideDraft{}, civic.Refuse(civic.Missing, "name", "guides.fault.required")
	}
	if _, err := p.Draft(ctx, g.ID); !isNotFound(err) {
		return store.GuideDraft{}, errors.Join(err, civic.Refuse(civic.Conflict, "id", "guides.taken"))
	}
	return p.Save(ctx, store.GuideDraft{Guide: g}, by)
}

// Save keeps a version of a draft. Where another was saved since the one that the writer saw it is civic.Conflict.
func (p *Press) Save(ctx context.Context, d store.GuideDraft, by store.Actor) (store.GuideDraft, error) {
	d.At = p.bulletin.o.Now()
	return p.store.SaveDraft(ctx, d, by)
}

// Drop gives up a draft.
func (p *Press) Drop(ctx context.Context, id string, version uint64, by store.Actor) error {
	return p.store.DropDraft(ctx, id, version, p.bulletin.o.Now(), by)
}

func isNotFound(err error) bool { return errors.Is(err, &civic.Error{Code: civic.NotFound}) }
