package sqlite

import (
	"context"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Displayed stores what a display entry proves.
func (d *DB) Displayed(ctx context.Context, p store.Proof) error {
	return d.update(ctx, func(ctx context.Context, t *tx) error {
		place, settled, err := pending(ctx, t, p.Ref)
		if err != nil || settled {
			return err
		}
		for i, l := range p.Lines {
			_, err := t.exec(ctx, `INSERT INTO displays (entry, line, terminal, point, screen, notice, rev, digest, hour, first, last,
				showings, pages, millis, unsure) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				place, i, p.Terminal, p.Point, l.Screen, l.Notice, l.Rev, l.Digest, millis(l.Hour), millis(l.First), millis(l.Last),
				l.Showings, l.Pages, l.Millis, l.Unsure)
			if err != nil {
				return fmt.Errorf("insert display: %w", err)
			}
		}
		if p.Lost > 0 {
			if _, err := t.exec(ctx, `INSERT INTO undisplayed (entry, pages) VALUES (?, ?)`, place, p.Lost); err != nil {
				return fmt.Errorf("insert what was not recorded: %w", err)
			}
		}
		return settle(ctx, t, place, civic.OutcomeDisplay, p.At)
	})
}

// Displays returns what is proved of a notice.
func (d *DB) Displays(ctx context.Context, notice string) ([]store.Displayed, error) {
	return list(ctx, d.read, func(s scanner) (v store.Displayed, err error) {
		var first, last, shown int64
		err = s.Scan(&v.Rev, &v.Digest, &v.Terminal, &v.Point, &v.Screen, &first, &last, &v.Showings, &v.Pages, &shown, &v.Unsure)
		v.First, v.Last, v.Time = instant(first), instant(last), time.Duration(shown)*time.Millisecond
		return v, err
	}, `SELECT rev, digest, terminal, point, screen, min(first), max(last), sum(showings), sum(pages), sum(millis), max(unsure)
		FROM displays WHERE notice = ? GROUP BY rev, digest, terminal, point, screen
		ORDER BY rev DESC, terminal, screen, point, digest`, notice)
}
