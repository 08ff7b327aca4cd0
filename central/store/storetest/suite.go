// Package storetest is the suite that every backend of central's store passes: what store's comments promise, tried
// from outside. A backend's own test is a [Backend] and one call of [Run].
package storetest

import (
	"context"
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Backend is what the suite needs of a backend beside the contract. dir is an empty folder of the test's own; a
// second Open of it finds what the first left.
type Backend interface {
	Open(ctx context.Context, dir string, v *store.Vault) (store.Store, error)
	// SetSchema makes the closed store in dir claim a schema version.
	SetSchema(t testing.TB, dir string, version int)
	// ForgeAudit replaces subject and digest of the audit entry e.N of the closed store behind the store's back.
	ForgeAudit(t testing.TB, dir string, e store.AuditEntry)
	// DropAudit removes the last audit entry of the closed store behind its back.
	DropAudit(t testing.TB, dir string)
	// Bytes returns everything that the store in dir has on disk.
	Bytes(t testing.TB, dir string) []byte
}

// Run runs the suite.
func Run(t *testing.T, b Backend) {
	tests := []struct {
		name string
		test func(t *testing.T, s *site)
	}{
		{"hold in order", holdInOrder},
		{"hold again", holdAgain},
		{"hold a fork", holdFork},
		{"hold at once", holdAtOnce},
		{"same id, other digest", holdConflict},
		{"chained again", holdRechained},
		{"covered", covered},
		{"outcomes without a gap", outcomesWithoutGap},
		{"papers", papers},
		{"open once", openOnce},
		{"open at once", openAtOnce},
		{"code taken", openCodeTaken},
		{"set aside and release", asideRelease},
		{"given to a department", asideGiven},
		{"released for one reason", asideReleaseAll},
		{"closed by hand", asideClosed},
		{"beside in the journal", besideInJournal},
		{"displays", displays},
		{"steps", steps},
		{"steps at once", stepsAtOnce},
		{"supplement and answer", supplementAnswer},
		{"withdrawal", withdrawal},
		{"list by deadline", listPages},
		{"list by filters", listFilters},
		{"take and give back", assign},
		{"documents", documents},
		{"alike", alike},
		{"alike and decided", alikeDecided},
		{"alike and erased", alikeErased},
		{"alike under a new key", alikeRekeyed},
		{"ripe", ripe},
		{"read is audited", readAudited},
		{"find by code and last four", find},
		{"whereabouts", whereabouts},
		{"status lane", statusLane},
		{"statuses at once", statusesAtOnce},
		{"publish", publish},
		{"publish at once", publishAtOnce},
		{"feed by scope", feedScope},
		{"feed in pages", feedPages},
		{"feed after an impossible cursor", feedRefill},
		{"notice by three hands", noticeHands},
		{"notice that changed", noticeStale},
		{"notice by different persons", noticePersons},
		{"notice approved at once", noticeAtOnce},
		{"notice numbers", noticeNumbers},
		{"notice sent back", noticeReturned},
		{"notice withdrawn", noticeWithdrawn},
		{"notice revised", noticeRevised},
		{"notice expired and superseded", noticeEnds},
		{"notice scheduled", noticeScheduled},
		{"notice attachments", noticeFiles},
		{"notice lists", noticeLists},
		{"notice unsigned", noticeUnsigned},
		{"notice hidden", noticeHidden},
		{"drafts of a guide", drafts},
		{"drafts at once", draftsAtOnce},
		{"publish a draft", publishDraft},
		{"publish all or none", publishAll},
		{"list of guides", guideList},
		{"enrol", enrol},
		{"enrol at once", enrolAtOnce},
		{"restores", restores},
		{"recollected", recollected},
		{"lost", lost},
		{"traces", traces},
		{"seen", seen},
		{"revoke", revoke},
		{"a key follows a key", succession},
		{"retire", winding},
		{"rescued without a journal", rescued},
		{"people", people},
		{"passwords that others set", freshPasswords},
		{"sessions", sessions},
		{"sessions ended by force", forcedSignOut},
		{"offices", offices},
		{"tries", tries},
		{"audit chain", auditChain},
		{"audit forged", auditForged},
		{"audit cut", auditCut},
		{"audit searched", auditSearched},
		{"unicode", unicodeText},
		{"times", times},
		{"cancelled", cancelled},
		{"neighbours", neighbours},
		{"reopen", reopen},
		{"newer schema", newerSchema},
		{"other vault", otherVault},
		{"nothing typed on disk", nothingTyped},
		{"tally of a term", tally},
		{"legal holds", holds},
		{"erase", erase},
		{"erased papers", erasedPapers},
		{"erase only what has ended", eraseOpen},
		{"erase against a hold", eraseAgainstHold},
		{"erased on disk", erasedOnDisk},
		{"claims", claims},
		{"figures", figures},
		{"figures and their lists", figureLists},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(t, newSite(t, b))
		})
	}
}

// site is one store under test.
type site struct {
	store.Store
	backend Backend
	dir     string
	vault   *store.Vault
	t       *testing.T
}

func newSite(t *testing.T, b Backend) *site {
	v, err := store.NewVault(map[byte][]byte{7: make([]byte, 32)}, 7)
	must(t, err)
	s := &site{backend: b, dir: t.TempDir(), vault: v, t: t}
	s.open()
	t.Cleanup(func() {
		if s.Store != nil {
			must(t, s.Close())
		}
	})
	return s
}

func (s *site) open() {
	s.t.Helper()
	opened, err := s.backend.Open(s.t.Context(), s.dir, s.vault)
	must(s.t, err)
	s.Store = opened
}

func (s *site) shut() {
	s.t.Helper()
	must(s.t, s.Close())
	s.Store = nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants fails unless err is a refusal with the code.
func wants(t testing.TB, err error, code civic.Code) {
	t.Helper()
	if !isCode(err, code) {
		t.Fatalf("error is %v, want code %s", err, code)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}

// noon is when the suite's events happen, to the millisecond.
var noon = time.Date(2026, 9, 28, 12, 0, 0, 123e6, time.UTC)

func day(s string) civic.Date {
	d, err := civic.ParseDate(s)
	if err != nil {
		panic("bug: storetest: " + err.Error())
	}
	return d
}
