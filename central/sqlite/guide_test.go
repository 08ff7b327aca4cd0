package sqlite_test

import (
	"database/sql"
	"net/url"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/sqlite"
	"doorstep/central/store"
)

// TestGuidesOfAnOlderStore fills the lines of guides that were published before there were any: they are in the list and
// have their history.
func TestGuidesOfAnOlderStore(t *testing.T) {
	dir := t.TempDir()
	v, err := store.NewVault(map[byte][]byte{1: make([]byte, 32)}, 1)
	check(t, err)
	s, err := backend{}.Open(t.Context(), dir, v)
	check(t, err)
	key, err := seal.GenerateSigner()
	check(t, err)
	for _, body := range []string{`{"id":"HJ-008","name":"居住证"}`, `{"id":"HJ-008","name":"申领居住证"}`} {
		_, err = s.Publish(t.Context(), store.Draft{
			Edition: civic.Edition{Kind: civic.EditionGuide, ID: "HJ-008", Body: []byte(body)}, By: store.System(), At: time.Now(),
			Sign: func(e *civic.Edition) (wire.Signed, error) { return wire.SignEdition(key, seal.DomainEdition, e) },
		})
		check(t, err)
	}
	shut(t, s)
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path(dir)}).EscapedPath())
	check(t, err)
	_, err = db.Exec(`DELETE FROM guides; DELETE FROM guide_revisions`)
	check(t, err)
	shut(t, db)
	s, err = backend{}.Open(t.Context(), dir, v)
	check(t, err)
	t.Cleanup(func() { shut(t, s) })
	old, ok := s.(*sqlite.DB)
	if !ok {
		t.Fatalf("the store is a %T", s)
	}
	check(t, old.FillGuides(t.Context()))
	page, err := s.GuideList(t.Context(), store.GuideFilter{State: store.GuidesPublished, Max: 10})
	check(t, err)
	if len(page.Rows) != 1 || page.Rows[0].Name != "申领居住证" || page.Rows[0].Rev != 2 {
		t.Fatalf("the list has %+v", page.Rows)
	}
	history, err := s.GuideHistory(t.Context(), "HJ-008")
	check(t, err)
	if len(history) != 2 {
		t.Fatalf("the history has %+v", history)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
