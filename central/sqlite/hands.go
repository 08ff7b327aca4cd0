package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// StepNotice takes one step of a notice.
func (d *DB) StepNotice(ctx context.Context, s store.NoticeStep) (out store.NoticeRecord, err error) {
	err = d.update(ctx, func(ctx context.Context, t *tx) error {
		if err := mayAct(ctx, t, s.By); err != nil {
			return err
		}
		n, err := d.notice(ctx, t, s.ID)
		if err != nil {
			return err
		}
		if err := s.Check(&n); err != nil {
			return err
		}
		if err := d.stepNotice(ctx, t, &n, &s); err != nil {
			return err
		}
		out = n
		return nil
	})
	return out, err
}

func (d *DB) stepNotice(ctx context.Context, t *tx, n *store.NoticeRecord, s *store.NoticeStep) error {
	hand := civic.Approval{Role: s.By.Role, Login: s.By.Login, At: instant(millis(s.At))}
	past := store.NoticePast{State: s.To, By: s.By, At: s.At, Words: s.Words}
	switch s.To {
	case civic.NoticeProposed:
		if err := propose(ctx, t, n, s); err != nil {
			return err
		}
		n.Hands, n.Returned, past.Digest = []civic.Approval{hand}, false, n.Digest
	case civic.NoticeChecked:
		n.Hands, past.Digest = append(n.Hands, hand), n.Digest
	case civic.NoticePublished:
		n.Hands, past.Digest = append(n.Hands, hand), n.Digest
		if err := d.release(ctx, t, n, s); err != nil {
			return err
		}
	case civic.NoticeDraft:
		n.Digest, n.Hands, n.Returned = civic.Digest{}, nil, s.By.Role != civic.RolePublisher
	case civic.NoticeWithdrawn:
		return d.end(ctx, t, n, past, "", s.Sign)
	}
	n.State = s.To
	return d.putNotice(ctx, t, n, past)
}

// propose gives a text its index number, unless its issuer gave it one, and fixes its digest.
func propose(ctx context.Context, t *tx, n *store.NoticeRecord, s *store.NoticeStep) error {
	if !store.IssuedBy(n.Notice.Index, n.IssuerCode) {
		year, number := civic.DateOf(s.At).Year, 0
		err := t.row(ctx, `INSERT INTO notice_numbers (issuer, year, n) VALUES (?, ?, 1)
			ON CONFLICT (issuer, year) DO UPDATE SET n = n + 1 RETURNING n`, n.IssuerCode, year).Scan(&number)
		if err != nil {
			return fmt.Errorf("number notice: %w", err)
		}
		n.Notice.Index = fmt.Sprintf("%s/%d-%05d", n.IssuerCode, year, number)
	}
	var err error
	n.Digest, err = civic.NoticeDigest(n.Notice, n.Scope, n.From, n.Until)
	return err
}

// release publishes what three hands approved: the edition, the board, the end of the notice before.
func (d *DB) release(ctx context.Context, t *tx, n *store.NoticeRecord, s *store.NoticeStep) error {
	digest, err := civic.NoticeDigest(n.Notice, n.Scope, n.From, n.Until)
	if err != nil {
		return err
	}
	if digest != n.Digest {
		return civic.Refuse(civic.Damaged, "digest", "store.damaged")
	}
	shown := n.Notice
	shown.PublishedAt, shown.Approvals = instant(millis(s.At)), n.Hands
	body, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	p, err := publish(ctx, t, &store.Draft{Edition: civic.Edition{
		Kind: civic.EditionNotice, ID: shown.ID, Scope: n.Scope, From: n.From, Until: n.Until, Body: body,
	}, Sign: s.Sign, By: s.By, At: s.At})
	if err != nil {
		return err
	}
	n.Live, n.Last = p.Rev, p.Rev
	if err := d.pin(ctx, t, n, shown); err != nil {
		return err
	}
	if shown.Supersedes == "" {
		return nil
	}
	before, err := d.notice(ctx, t, shown.Supersedes)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) || err == nil && before.Live == 0 {
		return nil // it is gone already: there is nothing to end
	}
	if err != nil {
		return err
	}
	return d.end(ctx, t, &before, store.NoticePast{State: civic.NoticeSuperseded, By: store.System(), At: s.At}, shown.ID, s.Sign)
}

// end takes a notice off the board: a tombstone, and no bytes of it left there. A text that is being worked on keeps
// its state, unless a person withdrew the notice.
func (d *DB) end(ctx context.Context, t *tx, n *store.NoticeRecord, past store.NoticePast, by string, sign store.Sign) error {
	id := n.Notice.ID
	now, err := newest(ctx, t, civic.EditionNotice, id)
	if err != nil {
		return err
	}
	_, err = publish(ctx, t, &store.Draft{
		Edition: civic.Edition{Kind: civic.EditionNotice, ID: id, Scope: now.Scope, Tombstone: true}, Sign: sign, By: past.By, At: past.At,
	})
	if err != nil {
		return err
	}
	if err := unpin(ctx, t, id, past, by); err != nil {
		return err
	}
	n.Live = 0
	if n.State == civic.NoticePublished || past.State == civic.NoticeWithdrawn {
		n.State, n.Digest, n.Hands, n.Returned = past.State, civic.Digest{}, nil, false
	}
	return d.putNotice(ctx, t, n, past)
}
