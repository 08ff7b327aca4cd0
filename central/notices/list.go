package notices

import (
	"context"
	"encoding/json"
	"fmt"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Notice returns a notice with its history.
func (b *Notices) Notice(ctx context.Context, id string) (store.NoticeRecord, error) {
	return b.o.Store.Notice(ctx, id)
}

// List returns notices, the last changed first.
func (b *Notices) List(ctx context.Context, f store.NoticeFilter) ([]store.NoticeRecord, error) {
	return b.o.Store.ListNotices(ctx, f)
}

// Count returns how many a filter holds.
func (b *Notices) Count(ctx context.Context, f store.NoticeFilter) (int, error) {
	return b.o.Store.CountNotices(ctx, f)
}

// WaitsFor says which notices wait for a person: what was sent back for a publisher, what was proposed for the network
// office, what it checked for the secrecy office. No one holds two of the three roles.
func WaitsFor(p store.Person) (f store.NoticeFilter, any bool) {
	switch {
	case p.Holds(civic.RolePublisher):
		return store.NoticeFilter{States: []civic.NoticeState{civic.NoticeDraft}, Returned: true}, true
	case p.Holds(civic.RoleNetwork):
		return store.NoticeFilter{States: []civic.NoticeState{civic.NoticeProposed}}, true
	case p.Holds(civic.RoleSecrecy):
		return store.NoticeFilter{States: []civic.NoticeState{civic.NoticeChecked}}, true
	}
	return f, false
}

// Bytes returns an attachment of the present text.
func (b *Notices) Bytes(ctx context.Context, id string, d civic.Digest) ([]byte, error) {
	return b.o.Store.NoticeBytes(ctx, id, d)
}

// Last returns the text as it was last published, to hold a new one against; false if it never was.
func (b *Notices) Last(ctx context.Context, n store.NoticeRecord) (text store.NoticeText, ever bool, err error) {
	if n.Last == 0 {
		return text, false, nil
	}
	p, err := b.o.Store.Revision(ctx, civic.EditionNotice, civic.Revision{ID: n.Notice.ID, Rev: n.Last})
	if err != nil {
		return text, false, err
	}
	text = store.NoticeText{Scope: p.Scope, From: p.From, Until: p.Until}
	if err := json.Unmarshal(p.Body, &text.Notice); err != nil {
		return text, false, fmt.Errorf("read notice %s revision %d: %w", n.Notice.ID, n.Last, err)
	}
	return text, true, nil
}
