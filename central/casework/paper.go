package casework

import (
	"context"
	"fmt"

	"doorstep/sync/civic"
	"doorstep/sync/seal"

	"doorstep/central/store"
)

// Sheet is an opened paper. It exists in memory only.
type Sheet struct {
	Name  string // as the resident's device named it
	Media string
	Body  []byte
}

// Paper opens one paper of a case for a clerk of its department and writes the look into the audit. A paper that has
// not arrived is civic.Unavailable; one that is not what the application says of it is civic.Damaged.
func (w *Casework) Paper(ctx context.Context, code civic.TrackingCode, d civic.Digest, by store.Person) (*Sheet, error) {
	c, err := w.assigned(ctx, code, by)
	if err != nil {
		return nil, err
	}
	p, err := w.o.Store.Paper(ctx, d)
	if err != nil {
		return nil, err
	}
	dossier, err := w.o.Store.Read(ctx, c.Code, clerk(by), fmt.Sprintf("paper %d", p.Index), w.o.Now())
	if err != nil {
		return nil, err
	}
	handed := dossier.Application.Materials
	for _, a := range dossier.Answers {
		handed = append(handed, a.Materials...)
	}
	for _, h := range handed {
		for _, a := range h.Papers {
			if a.Digest == d {
				return w.open(p.Kind, p.Entry, p.Index, a)
			}
		}
	}
	return nil, civic.Refuse(civic.NotFound, "paper", "paper.unknown")
}

func (w *Casework) open(kind civic.EntryKind, entry civic.EntryID, index uint32, a civic.Attachment) (*Sheet, error) {
	sealed, err := w.o.Papers.Read(a.Digest)
	if err != nil {
		return nil, err
	}
	body, err := w.o.Keys.Open(seal.Context{Kind: kind, Entry: entry, Index: index}, sealed)
	if err != nil {
		return nil, err
	}
	if civic.DigestOf(body) != a.Plain {
		return nil, civic.Refuse(civic.Damaged, "paper", "paper.other")
	}
	return &Sheet{Name: a.Name, Media: a.Media, Body: body}, nil
}
