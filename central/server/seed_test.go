package server

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"doorstep/sync/civic"
)

func options(t *testing.T, dir string) Options {
	t.Helper()
	o := DefaultOptions()
	o.Dir, o.Logger = dir, slog.New(slog.DiscardHandler)
	return o
}

// published returns the present revision of every item of a kind by id.
func published(t *testing.T, s *Server, kind civic.EditionKind) map[string]uint32 {
	t.Helper()
	items, err := s.store.Items(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	revs := map[string]uint32{}
	for _, p := range items {
		revs[p.ID] = p.Rev
	}
	return revs
}

// wholeGuides and wholeForms are what a new central publishes: the 195 services of the survey with 12 forms of their own
// and 3 general ones, and the three claims about a resident's own data with theirs.
const wholeGuides, wholeForms = 195 + 3, 12 + 3 + 3

// TestFirstStartPublishesTheCatalogue starts a new central: everything is published once. A second start publishes
// nothing again.
func TestFirstStartPublishesTheCatalogue(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		start := time.Now()
		s, err := Open(t.Context(), options(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("open in %v", time.Since(start).Round(time.Millisecond))
		guides, forms := published(t, s, civic.EditionGuide), published(t, s, civic.EditionForm)
		if len(guides) != wholeGuides || len(forms) != wholeForms {
			t.Errorf("%d guides and %d forms", len(guides), len(forms))
		}
		for id, rev := range guides {
			if rev != 1 {
				t.Errorf("%s was published %d times", id, rev)
			}
		}
		list, err := s.bulletin.Guides(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range list {
			if forms[g.Form] != 1 {
				t.Errorf("%s names form %s, published %d times", g.ID, g.Form, forms[g.Form])
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStartAfterPowerLoss stops a first start in the middle of the catalogue: the next one publishes the rest.
func TestStartAfterPowerLoss(t *testing.T) {
	dir := t.TempDir()
	ctx, cut := context.WithCancel(t.Context())
	o, calls := options(t, dir), 0
	o.Clock = func() time.Time {
		if calls++; calls == 100 {
			cut()
		}
		return time.Now()
	}
	if s, err := Open(ctx, o); err == nil {
		t.Fatalf("the start is not stopped: %v", s.Close())
	}
	s, err := Open(t.Context(), options(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if guides, forms := published(t, s, civic.EditionGuide), published(t, s, civic.EditionForm); len(guides) != wholeGuides || len(forms) != wholeForms {
		t.Errorf("%d guides and %d forms", len(guides), len(forms))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
