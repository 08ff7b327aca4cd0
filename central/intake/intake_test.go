package intake_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/intake"
	"doorstep/central/intake/intaketest"
	"doorstep/central/store"
)

func isCode(err error, code civic.Code) bool { return errors.Is(err, &civic.Error{Code: code}) }

func cases(t *testing.T, w *intaketest.World) []store.Case {
	t.Helper()
	list, err := w.Store.Cases(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestOneCase is promise P2: every entry comes three times, in batches cut at other places, by two sessions at once,
// and each is one case.
func TestOneCase(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	var made []*intaketest.Made
	for range 12 {
		made = append(made, term.Apply(nil))
	}
	sent := term.Sent(made...)
	var wg sync.WaitGroup
	for _, size := range []int{1, 5, 12} {
		wg.Go(func() {
			for batch := range slices.Chunk(sent, size) {
				if _, err := w.Intake.Take(t.Context(), term.Session, batch, w.Now); err != nil {
					t.Errorf("take: %v", err)
				}
				if err := w.Intake.OpenAll(t.Context()); err != nil {
					t.Errorf("open: %v", err)
				}
			}
		})
	}
	wg.Wait()
	list := cases(t, w)
	if len(list) != len(made) {
		t.Fatalf("%d cases of %d applications", len(list), len(made))
	}
	for _, o := range term.Outcomes() {
		if o != civic.OutcomeCase {
			t.Fatalf("outcome %s", o)
		}
	}
	custody, err := w.Intake.Custody(t.Context(), term.Session)
	if err != nil {
		t.Fatal(err)
	}
	c, err := wire.OpenCustody(w.Keys.Sign.Public(), *custody)
	if err != nil {
		t.Fatal(err)
	}
	id, err := w.Store.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := wire.CustodyBody{
		Store: id, Terminal: term.Key.ID, Time: w.Now.UnixMilli(),
		Through: wire.Head{Generation: 1, Seq: 12, Digest: sent[11].Position.Digest()},
	}
	if c != want {
		t.Fatalf("custody is %+v, want %+v", c, want)
	}
}

// TestCase looks at the case that an application becomes.
func TestCase(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	m := term.Apply(nil)
	filed := w.Now
	sent := term.Sent(m)
	w.Now = w.Now.Add(26 * time.Hour) // the line was down for a day
	if _, err := w.Intake.Take(t.Context(), term.Session, sent, w.Now); err != nil {
		t.Fatal(err)
	}
	w.OpenAll()
	c := cases(t, w)[0]
	if c.Code != m.App.Code || c.Entry != m.App.ID || c.Department != "public-security" || c.Status != civic.Filed ||
		!c.Filed.Equal(filed) || c.Sure != civic.Sure || !c.Received.Equal(w.Now) || c.Point != "hualong" ||
		c.Terminal != term.Number || !c.Flags.PapersPending || c.Guide != m.App.Guide || c.Form != m.App.Form {
		t.Fatalf("case is %+v", c.Case)
	}
	// Filed on Monday 28 September; 1 to 7 October are off, 10 October is worked in exchange.
	if got := c.Due.String(); got != "2026-10-10" || c.DueDays != 5 {
		t.Fatalf("reply is due %s in %d days", got, c.DueDays)
	}
	d, err := w.Casework.Open(t.Context(), c.Code, intaketest.Clerk(), "duty")
	if err != nil {
		t.Fatal(err)
	}
	if d.Application.Applicant.Name != "欧阳𬭎" || d.Application.Secret != m.App.Secret || len(d.Papers) != len(m.Papers) {
		t.Fatalf("dossier is %+v", d.Application.Applicant.Name)
	}
}

// TestAside is promise P7: whatever is wrong with an entry, it is taken, set aside under its code, and the good
// entry behind it becomes a case.
func TestAside(t *testing.T) {
	otherKey, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w := intaketest.Open(t, nil)
	term, beside := w.Terminal(), w.Terminal().Number
	change := func(f func(*civic.Application)) func(*intaketest.Terminal) *intaketest.Made {
		return func(term *intaketest.Terminal) *intaketest.Made { return term.Apply(f) }
	}
	entry := func(f func(*civic.Entry)) func(*intaketest.Terminal) *intaketest.Made {
		return func(term *intaketest.Terminal) *intaketest.Made {
			m := term.Apply(nil)
			f(&m.Entry)
			return m
		}
	}
	answer := func(from, to string) func(*civic.Application) {
		return func(a *civic.Application) {
			a.Answers = json.RawMessage(strings.Replace(string(a.Answers), from, to, 1))
		}
	}
	tests := []struct {
		name string
		make func(*intaketest.Terminal) *intaketest.Made
		want civic.Outcome
	}{
		{"nothing wrong", change(nil), civic.OutcomeCase},
		{"an answer breaks the form", change(answer(`"employee"`, `"king"`)), civic.OutcomeInvalid},
		{"an answer is missing", change(answer(`"employer": "某某制衣有限公司",`, ``)), civic.OutcomeInvalid},
		{"answers are no object", change(func(a *civic.Application) { a.Answers = json.RawMessage(`[]`) }), civic.OutcomeInvalid},
		{"a material is missing", change(func(a *civic.Application) { a.Materials = a.Materials[1:] }), civic.OutcomeInvalid},
		{"another applicant", change(func(a *civic.Application) { a.Applicant.Document.Number = "34052419800101001X" }), civic.OutcomeInvalid},
		{"no privacy notice", change(func(a *civic.Application) { a.Privacy.Notice = "" }), civic.OutcomeInvalid},
		{"unknown guide revision", change(func(a *civic.Application) { a.Guide.Rev = 99 }), civic.OutcomeUnknownForm},
		{"unknown form revision", change(func(a *civic.Application) { a.Form.Rev = 99 }), civic.OutcomeUnknownForm},
		{"form of another service", change(func(a *civic.Application) { a.Form.ID = "SB-010" }), civic.OutcomeUnknownForm},
		{"guide of another service", change(func(a *civic.Application) { a.Service = "SB-010" }), civic.OutcomeUnknownForm},
		{"another code inside", change(func(a *civic.Application) { a.Code = civic.NewTrackingCode(a.Code.Terminal(), 777) }), civic.OutcomeUnreadable},
		{"another id inside", change(func(a *civic.Application) { a.ID[0] ^= 1 }), civic.OutcomeUnreadable},
		{"training", change(func(a *civic.Application) { a.Training = true }), civic.OutcomeTraining},
		{"papers in another order", entry(func(e *civic.Entry) { slices.Reverse(e.Papers) }), civic.OutcomeUnreadable},
		{"a paper more", entry(func(e *civic.Entry) { e.Papers = append(e.Papers, civic.Paper{Digest: civic.Digest{1}, Size: 1}) }), civic.OutcomeUnreadable},
		{"another number", entry(func(e *civic.Entry) { e.Terminal = 4711 }), civic.OutcomeStranger},
		{"the number of a terminal beside it", entry(func(e *civic.Entry) { e.Terminal = beside }), civic.OutcomeStranger},
		{"cut", entry(func(e *civic.Entry) { e.Sealed = e.Sealed[:20] }), civic.OutcomeSealed},
		{"changed", entry(func(e *civic.Entry) { e.Sealed[len(e.Sealed)-1] ^= 1 }), civic.OutcomeSealed},
		{"sealed as another kind", entry(func(e *civic.Entry) { e.Kind = civic.EntryRating }), civic.OutcomeSealed},
		{"to another central", entry(func(e *civic.Entry) {
			e.Sealed, err = seal.Seal(otherKey.Public(), seal.Context{Kind: e.Kind, Entry: e.ID}, []byte("{}"))
		}), civic.OutcomeSealed},
		{"void", entry(func(e *civic.Entry) { e.Kind, e.Voids, e.Sealed = civic.EntryVoid, civic.Digest{1}, nil }), civic.OutcomeVoid},
	}
	var want []civic.Outcome
	for _, tt := range tests {
		term.File(tt.make(term))
		want = append(want, tt.want)
		if got := term.Outcomes(); !slices.Equal(got, want) {
			t.Fatalf("%s: outcomes end in %v, want %s", tt.name, got[len(got)-1:], tt.want)
		}
	}
	term.File(term.Apply(nil))
	if list := cases(t, w); len(list) != 2 {
		t.Fatalf("%d cases", len(list))
	}
	aside, err := w.Store.Asides(t.Context(), 100)
	if err != nil || len(aside) != len(tests)-1 {
		t.Fatalf("%d entries set aside, %v", len(aside), err)
	}
}

// TestUnreadable: what opens but is not JSON.
func TestUnreadable(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	for _, kind := range []civic.EntryKind{civic.EntryApplication, civic.EntrySupplement, civic.EntryWithdrawal} {
		m := term.Apply(nil)
		m.Entry.Kind, m.Entry.Papers = kind, nil
		var err error
		m.Entry.Sealed, err = seal.Seal(w.Keys.Seal.Public(), seal.Context{Kind: kind, Entry: m.Entry.ID}, []byte("龑"))
		if err != nil {
			t.Fatal(err)
		}
		term.File(m)
	}
	if got := term.Outcomes(); !slices.Equal(got, []civic.Outcome{civic.OutcomeUnreadable, civic.OutcomeUnreadable, civic.OutcomeUnreadable}) {
		t.Fatal(got)
	}
}

// TestCodeTwice: two applications under one code, as a restored image makes them.
func TestCodeTwice(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	a := term.Apply(nil)
	b := term.Apply(func(b *civic.Application) { b.Code = a.App.Code })
	b.Entry.Code = a.App.Code
	term.File(a, b)
	if got := term.Outcomes(); !slices.Equal(got, []civic.Outcome{civic.OutcomeCase, civic.OutcomeConflict}) {
		t.Fatal(got)
	}
}

// TestPinned: an application is checked against what it was opened with, whatever has been published since.
func TestPinned(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	m := term.Apply(nil)
	now, err := w.Store.Current(t.Context(), civic.EditionForm, "HJ-008")
	if err != nil {
		t.Fatal(err)
	}
	stricter := strings.ReplaceAll(string(now.Body), `"employee"`, `"servant"`)
	if stricter == string(now.Body) {
		t.Fatal("the form does not name the answer that this test takes away")
	}
	if _, err := w.Bulletin.Publish(t.Context(), civic.EditionForm, "HJ-008", civic.Scope{}, []byte(stricter), store.System()); err != nil {
		t.Fatal(err)
	}
	if err := w.Bulletin.Withdraw(t.Context(), civic.EditionGuide, "HJ-008", store.System()); err != nil {
		t.Fatal(err)
	}
	later := *m.App
	later.Form.Rev++
	term.File(m)
	if got := term.Outcomes(); !slices.Equal(got, []civic.Outcome{civic.OutcomeCase}) {
		t.Fatal(got)
	}
}

func TestTakeRefuses(t *testing.T) {
	w := intaketest.Open(t, nil)
	term, stranger := w.Terminal(), w.Terminal()
	good := term.Sent(term.Apply(nil), term.Apply(nil), term.Apply(nil))
	foreign := stranger.Sent(stranger.Apply(nil))
	spoil := func(s wire.Signed) wire.Signed {
		s.Payload = slices.Clone(s.Payload)
		s.Payload[len(s.Payload)-1] ^= 1
		return s
	}
	for _, tt := range []struct {
		name  string
		batch []wire.Entry
		want  civic.Code
	}{
		{"body changed", []wire.Entry{good[0], {Body: spoil(good[1].Body), Position: good[1].Position}}, civic.Untrusted},
		{"position changed", []wire.Entry{{Body: good[0].Body, Position: spoil(good[0].Position)}}, civic.Untrusted},
		{"position of another terminal", []wire.Entry{{Body: good[0].Body, Position: foreign[0].Position}}, civic.Untrusted},
		{"gap", []wire.Entry{good[0], good[2]}, wire.CodeForked},
		{"no signature", []wire.Entry{{Body: wire.Signed{Payload: good[0].Body.Payload}, Position: good[0].Position}}, civic.Untrusted},
	} {
		if _, err := w.Intake.Take(t.Context(), term.Session, tt.batch, w.Now); !isCode(err, tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	if c, err := w.Intake.Custody(t.Context(), term.Session); c != nil || err != nil {
		t.Fatalf("custody after refusals: %v, %v", c, err)
	}
	if _, err := w.Intake.Take(t.Context(), term.Session, good, w.Now); err != nil {
		t.Fatal(err)
	}
}

// TestNewGeneration: a terminal enrolled anew chains again what it had kept; each entry is still one case.
func TestNewGeneration(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	a, b := term.Apply(nil), term.Apply(nil)
	term.File(a) // b never left
	term.Join()
	if term.Session.Generation != 2 {
		t.Fatalf("generation %d", term.Session.Generation)
	}
	term.File(a, b)
	if got := term.Outcomes(); !slices.Equal(got, []civic.Outcome{civic.OutcomeCase, civic.OutcomeCase}) {
		t.Fatal(got)
	}
	if n := len(cases(t, w)); n != 2 {
		t.Fatalf("%d cases", n)
	}
	// The same entries under the key of the machine that replaces it, at the same point and at no other.
	heir := w.Terminal()
	elsewhere := heir.Session
	elsewhere.Point = "another"
	early := *heir.Machine
	batch := []wire.Entry{early.Chain(t, a.Entry, term.Sign(t, a.Entry)).Signed}
	if _, err := w.Intake.Take(t.Context(), elsewhere, batch, w.Now); !isCode(err, civic.Untrusted) {
		t.Fatalf("an entry made at another point: %v", err)
	}
	batch = nil
	for _, m := range []*intaketest.Made{a, b} {
		batch = append(batch, heir.Chain(t, m.Entry, term.Sign(t, m.Entry)).Signed)
	}
	if _, err := w.Intake.Take(t.Context(), heir.Session, batch, w.Now); err != nil {
		t.Fatal(err)
	}
	w.OpenAll()
	if n := len(cases(t, w)); n != 2 {
		t.Fatalf("%d cases after the heir", n)
	}
}

// flaky fails when a case is opened or an entry set aside, as a full disk would.
type flaky struct {
	intake.Store
	down bool
}

func (f *flaky) Numbered(ctx context.Context, n uint32) (store.Terminal, error) {
	if f.down {
		return store.Terminal{}, errors.New("disk full")
	}
	return f.Store.Numbered(ctx, n)
}

// TestLater: what central cannot open for a failure of its own waits and is opened later.
func TestLater(t *testing.T) {
	f := &flaky{}
	w := intaketest.Open(t, func(s intake.Store) intake.Store { f.Store = s; return f })
	term := w.Terminal()
	f.down = true
	if _, err := w.Intake.Take(t.Context(), term.Session, term.Sent(term.Apply(nil), term.Apply(nil)), w.Now); err != nil {
		t.Fatal(err)
	}
	if err := w.Intake.OpenAll(t.Context()); err == nil {
		t.Fatal("a failure was not told")
	}
	if got := term.Outcomes(); len(got) != 0 {
		t.Fatal(got)
	}
	f.down = false
	w.OpenAll()
	if n := len(cases(t, w)); n != 2 {
		t.Fatalf("%d cases", n)
	}
}

func TestPapers(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	m := term.Apply(nil)
	d := civic.DigestOf(m.Papers[0])
	if _, err := w.Intake.Have(t.Context(), term.Session, d); !isCode(err, civic.NotFound) {
		t.Fatalf("a paper that no entry names: %v", err)
	}
	term.File(m)
	if _, err := w.Intake.Append(t.Context(), term.Session, &wire.Chunk{Digest: d, Size: 1}); !isCode(err, civic.Invalid) {
		t.Fatalf("a paper of another size: %v", err)
	}
	if !cases(t, w)[0].Flags.PapersPending {
		t.Fatal("papers are not pending")
	}
	term.Upload(m)
	term.Upload(m)
	if err := w.Casework.Tick(t.Context(), w.Now); err != nil {
		t.Fatal(err)
	}
	c := cases(t, w)[0]
	if c.Flags.PapersPending || c.Version != 2 || c.Due.String() != "2026-10-10" {
		t.Fatalf("case is %+v", c.Case)
	}
	for i, p := range m.App.Materials {
		s, err := w.Casework.Paper(t.Context(), c.Code, p.Papers[0].Digest, intaketest.Clerk())
		if err != nil || string(s.Body) != "photo of "+p.Material {
			t.Fatalf("paper %d: %v", i, err)
		}
	}
	// An application whose papers came before it was opened has none pending.
	b := term.Apply(nil)
	if _, err := w.Intake.Take(t.Context(), term.Session, term.Sent(b), w.Now); err != nil {
		t.Fatal(err)
	}
	term.Upload(b)
	w.OpenAll()
	for _, c := range cases(t, w) {
		if c.Flags.PapersPending {
			t.Fatal("papers are pending though they came first")
		}
	}
}

// TestGone: a paper that its terminal has lost is not asked for and says since when; one that comes after all is a paper
// like any other.
func TestGone(t *testing.T) {
	w := intaketest.Open(t, nil)
	term, other := w.Terminal(), w.Terminal()
	m := term.Apply(nil)
	term.File(m)
	d := civic.DigestOf(m.Papers[0])
	awaited := func() store.Awaited {
		t.Helper()
		list, err := w.Store.Awaited(t.Context(), m.App.Code, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list[slices.IndexFunc(list, func(a store.Awaited) bool { return a.Digest == d })]
	}
	gone := func(of hub.Terminal) {
		t.Helper()
		if err := w.Intake.Gone(t.Context(), of, []civic.Digest{d, {9}}, w.Now); err != nil {
			t.Fatal(err)
		}
	}
	gone(other.Session)
	if a := awaited(); !a.Lost.IsZero() {
		t.Errorf("another terminal said that it is lost: %v", a.Lost)
	}
	gone(term.Session)
	since := w.Now
	w.Now = w.Now.Add(time.Hour)
	gone(term.Session)
	if a := awaited(); !a.Lost.Equal(since) {
		t.Errorf("lost at %v, want %v", a.Lost, since)
	}
	list, err := w.Intake.Lacking(t.Context(), term.Session, 10)
	if err != nil || len(list) != len(m.Papers)-1 || slices.Contains(list, d) {
		t.Errorf("asked for %v, %v", list, err)
	}
	term.Upload(m)
	gone(term.Session)
	if list, err := w.Store.Awaited(t.Context(), m.App.Code, 10); err != nil || len(list) != 0 {
		t.Errorf("awaited %v, %v", list, err)
	}
}

// TestFiledBetween: the order of a journal is kept whatever the wall clock did, and a synchronisation in the boot that
// made an entry dates it though it came only afterwards.
func TestFiledBetween(t *testing.T) {
	day := func(h, m int) time.Time { return time.Date(2026, 9, 28, h, m, 0, 0, time.UTC) }
	received := day(18, 0)
	boot := func(b byte) [16]byte { return [16]byte{b} }
	// Heard at six in boot 1; boots 2 and 3 had no line.
	likely := func(b byte, mono time.Duration, wall time.Time) intake.Stamp {
		return intake.Stamp{Received: received, Evidence: civic.Evidence{Wall: wall, Boot: boot(b), Mono: mono, SyncBoot: boot(1), SyncTime: day(6, 0)}}
	}
	sure := func(b byte, mono time.Duration, at time.Time) intake.Stamp {
		return intake.Stamp{Received: received, Evidence: civic.Evidence{Boot: boot(b), Mono: mono, SyncBoot: boot(b), SyncMono: mono - time.Minute, SyncTime: at.Add(-time.Minute)}}
	}
	dead := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	type list = []intake.Stamp
	for _, tt := range []struct {
		name          string
		before, after list
		e             intake.Stamp
		want          time.Time
		sure          civic.Confidence
	}{
		{"alone", nil, nil, likely(2, time.Hour, day(10, 0)), day(10, 0), civic.Likely},
		{"in order", list{likely(2, time.Hour, day(9, 0))}, nil, likely(2, 2*time.Hour, day(10, 0)), day(10, 0), civic.Likely},
		{"set back three hours after the one before", list{likely(2, time.Hour, day(10, 0))}, nil, likely(2, 90*time.Minute, day(7, 30)), day(10, 30), civic.Likely},
		{"set back in a boot of its own", list{likely(2, time.Hour, day(10, 0))}, nil, likely(3, 20*time.Minute, day(7, 30)), day(10, 20), civic.Likely},
		{"set ahead before the line came back in another boot", nil, list{sure(3, time.Hour, day(11, 0))}, likely(2, time.Hour, day(16, 0)), day(10, 0), civic.Likely},
		{"a sure neighbour outweighs one that had jumped ahead", list{likely(2, time.Hour, day(17, 0))}, list{sure(3, time.Hour, day(11, 0))}, likely(2, 2*time.Hour, day(9, 0)), day(10, 0), civic.Likely},
		{"a dead battery, the line back in the same boot", nil, list{sure(2, 3*time.Hour, day(12, 0))}, likely(2, time.Hour, dead), day(10, 0), civic.Sure},
		{"a dead battery, the line back in the next boot", nil, list{sure(3, time.Hour, day(12, 0))}, likely(2, time.Hour, dead), day(11, 0), civic.Unsure},
		{"a dead battery, no line yet", list{likely(2, time.Hour, dead)}, list{likely(2, 3*time.Hour, dead)}, likely(2, 2*time.Hour, dead), received, civic.Unsure},
		{"years ahead, no line yet", list{likely(2, time.Hour, day(9, 0))}, nil, likely(2, 2*time.Hour, day(9, 0).AddDate(11, 0, 0)), received, civic.Unsure},
		{"sure is sure", list{likely(2, time.Hour, day(17, 0))}, nil, sure(3, time.Hour, day(11, 0)), day(11, 0), civic.Sure},
		{"nothing is filed after it was received", list{likely(2, 9*time.Hour, day(17, 59))}, nil, likely(2, 10*time.Hour, day(18, 30)), received, civic.Likely},
	} {
		if at, sure := intake.FiledBetween(tt.before, tt.e, tt.after); !at.Equal(tt.want) || sure != tt.sure {
			t.Errorf("%s: %v, %v; want %v, %v", tt.name, at, sure, tt.want, tt.sure)
		}
	}
}

// TestClockJumps: a terminal without a line whose wall clock jumps by hours and years, both ways and in several boots,
// takes in ten applications. All are cases, in the order in which they were taken in, and none was filed before
// central was last heard or after it received.
func TestClockJumps(t *testing.T) {
	for _, back := range []bool{false, true} { // whether the line came back in the last boot before anything more was filed
		w := intaketest.Open(t, nil)
		term := w.Terminal()
		heard := w.Now
		type moment struct {
			boot byte
			mono time.Duration
			wall time.Time
		}
		at := func(h int) time.Time { return heard.Add(time.Duration(h) * time.Hour) }
		moments := []moment{
			{1, 2 * time.Hour, at(-9000)}, // the boot in which central was heard: the wall clock does not matter
			{2, time.Hour, at(4)},
			{2, 2 * time.Hour, at(2)},       // set back
			{2, 3 * time.Hour, at(90)},      // set ahead
			{3, time.Minute, at(-24 * 365)}, // the battery died
			{3, time.Hour, at(-24*365 + 1)},
			{4, time.Minute, at(24 * 365 * 9)}, // somebody typed the wrong year
			{4, time.Hour, at(12)},             // and mended it
			{5, time.Minute, at(13)},
			{5, time.Hour, at(11)},
		}
		var made []*intaketest.Made
		var order []civic.TrackingCode
		for i, m := range moments {
			a := term.Apply(nil)
			a.Entry.Evidence = civic.Evidence{Wall: m.wall, Boot: [16]byte{m.boot}, Mono: m.mono, SyncBoot: [16]byte{1}, SyncMono: time.Hour, SyncTime: heard}
			if back && i == len(moments)-1 {
				a.Entry.Evidence = civic.Evidence{Wall: m.wall, Boot: [16]byte{5}, Mono: m.mono, SyncBoot: [16]byte{5}, SyncMono: m.mono, SyncTime: at(30)}
			}
			made, order = append(made, a), append(order, a.App.Code)
		}
		w.Now = at(36)
		term.File(made...)
		list := cases(t, w)
		if len(list) != len(made) {
			t.Fatalf("%d cases of %d applications: %v", len(list), len(made), term.Outcomes())
		}
		byCode := map[civic.TrackingCode]store.Case{}
		for _, c := range list {
			byCode[c.Code] = c
		}
		last := heard
		for i, code := range order {
			c := byCode[code]
			if c.Filed.Before(last) || c.Filed.After(w.Now) {
				t.Errorf("line back %v: application %d is filed %v, the one before %v", back, i, c.Filed, last)
			}
			last = c.Filed
		}
		if first, end := byCode[order[0]], byCode[order[9]]; first.Sure != civic.Sure || !first.Filed.Equal(at(1)) || (end.Sure == civic.Sure) != back {
			t.Errorf("line back %v: the first %v %v, the last %v %v", back, first.Sure, first.Filed, end.Sure, end.Filed)
		}
		if second := byCode[order[8]]; (second.Sure == civic.Sure) != back {
			t.Errorf("line back %v: the one of the same boot is %v", back, second.Sure)
		}
	}
}

func TestFiledAt(t *testing.T) {
	received := time.Date(2026, 9, 28, 9, 0, 0, 0, time.UTC)
	sync := received.Add(-2 * time.Hour)
	boot := [16]byte{1}
	for _, tt := range []struct {
		name string
		ev   civic.Evidence
		want time.Time
		sure civic.Confidence
	}{
		{"same boot", civic.Evidence{Wall: received.AddDate(-5, 0, 0), Boot: boot, Mono: 2 * time.Hour, SyncBoot: boot, SyncMono: time.Hour, SyncTime: sync}, sync.Add(time.Hour), civic.Sure},
		{"other boot", civic.Evidence{Wall: sync.Add(90 * time.Minute), Boot: boot, SyncTime: sync, SyncOffset: 30 * time.Minute}, sync.Add(time.Hour), civic.Likely},
		{"never synchronised", civic.Evidence{Wall: received.AddDate(0, 0, -3)}, received, civic.Unsure},
		{"wall clock set back", civic.Evidence{Wall: sync.AddDate(-1, 0, 0), Boot: boot, SyncTime: sync}, received, civic.Unsure},
		{"after central received", civic.Evidence{Wall: received.AddDate(1, 0, 0), Boot: boot, SyncTime: sync}, received, civic.Likely},
		{"sure, after central received", civic.Evidence{Boot: boot, Mono: 9 * time.Hour, SyncBoot: boot, SyncTime: sync}, received, civic.Likely},
	} {
		if at, sure := intake.FiledAt(tt.ev, received); !at.Equal(tt.want) || sure != tt.sure {
			t.Errorf("%s: %v, %v; want %v, %v", tt.name, at, sure, tt.want, tt.sure)
		}
	}
}

// TestGiven: a person gives to a department what only the checks kept from being a case. It becomes that department's,
// with the clock of the day it was filed; what no one can open, and what would count twice, stays set aside.
func TestGiven(t *testing.T) {
	w := intaketest.Open(t, nil)
	term, beside := w.Terminal(), w.Terminal().Number
	answer := func(a *civic.Application) { a.Answers = json.RawMessage(`{"work_kind": 7}`) }
	tests := []struct {
		name    string
		change  func(*civic.Application)
		spoil   func(*civic.Entry)
		was     civic.Outcome
		want    civic.Outcome
		service string
	}{
		{"breaks its form", answer, nil, civic.OutcomeInvalid, civic.OutcomeCase, "HJ-008"},
		{"a form that was never published", func(a *civic.Application) { a.Form.Rev = 99 }, nil, civic.OutcomeUnknownForm, civic.OutcomeCase, "HJ-008"},
		{"a guide that was never published", func(a *civic.Application) { a.Guide.Rev = 99 }, nil, civic.OutcomeUnknownForm, civic.OutcomeCase, "HJ-008"},
		{"a service that was never published", func(a *civic.Application) { a.Service = "XX-999" }, nil, civic.OutcomeUnknownForm, civic.OutcomeUnknownForm, "XX-999"},
		{"of another terminal's number", nil, func(e *civic.Entry) { e.Terminal = beside }, civic.OutcomeStranger, civic.OutcomeUnreadable, "HJ-008"},
		{"sealed to no one", nil, func(e *civic.Entry) { e.Sealed[len(e.Sealed)-1] ^= 1 }, civic.OutcomeSealed, civic.OutcomeSealed, ""},
		{"practice", func(a *civic.Application) { a.Training = true }, nil, civic.OutcomeTraining, civic.OutcomeTraining, "HJ-008"},
	}
	filed := w.Now
	var want []civic.Outcome
	codes := map[civic.TrackingCode]bool{}
	for _, tt := range tests {
		m := term.Apply(tt.change)
		if tt.spoil != nil {
			tt.spoil(&m.Entry)
		}
		term.File(m)
		aside, err := w.Store.Asides(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(aside, func(a store.Aside) bool { return a.Ref.ID == m.Entry.ID })
		if i < 0 || aside[i].Outcome != tt.was || aside[i].Service != tt.service {
			t.Fatalf("%s: set aside as %+v", tt.name, aside)
		}
		if err := w.Store.Release(t.Context(), m.Entry.ID, "civil-affairs", w.Now, store.System()); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		w.Now = w.Now.Add(time.Hour)
		w.OpenAll()
		want = append(want, tt.want)
		if got := term.Outcomes(); !slices.Equal(got, want) {
			t.Fatalf("%s: %v, want %v", tt.name, got, want)
		}
		codes[m.App.Code] = tt.want == civic.OutcomeCase
		w.Now = filed
	}
	list := cases(t, w)
	if len(list) != 3 {
		t.Fatalf("%d cases", len(list))
	}
	for _, c := range list {
		if !codes[c.Code] || c.Department != "civil-affairs" || !c.Filed.Equal(filed) || c.Due.String() != "2026-10-10" {
			t.Errorf("case is %+v", c.Case)
		}
		if _, err := w.Bulletin.Guide(t.Context(), c.Guide); err != nil {
			t.Errorf("its guide: %v", err)
		}
		if _, err := w.Bulletin.Form(t.Context(), c.Form); err != nil {
			t.Errorf("its form: %v", err)
		}
	}
}

// TestKeyComesBack: what was sealed to a key that central had lost waits, and opens when the key is there again; the
// entries behind it never waited.
func TestKeyComesBack(t *testing.T) {
	lost, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	old := []*intaketest.Made{term.Apply(nil), term.Apply(nil)}
	for _, m := range old {
		plain, err := w.Keys.Keyring().Open(seal.Context{Kind: m.Entry.Kind, Entry: m.Entry.ID}, m.Entry.Sealed)
		if err != nil {
			t.Fatal(err)
		}
		if m.Entry.Sealed, err = seal.Seal(lost.Public(), seal.Context{Kind: m.Entry.Kind, Entry: m.Entry.ID}, plain); err != nil {
			t.Fatal(err)
		}
	}
	term.File(old[0], old[1], term.Apply(nil))
	want := []civic.Outcome{civic.OutcomeSealed, civic.OutcomeSealed, civic.OutcomeCase}
	if got := term.Outcomes(); !slices.Equal(got, want) {
		t.Fatalf("without the key: %v", got)
	}
	ring := w.Keys.Keyring()
	ring[lost.ID] = lost
	w.Reopen(ring) // central starts again with the key restored
	if n, err := w.Store.ReleaseAll(t.Context(), civic.OutcomeSealed, w.Now, store.System()); n != 2 || err != nil {
		t.Fatalf("released %d, %v", n, err)
	}
	w.OpenAll()
	want = []civic.Outcome{civic.OutcomeCase, civic.OutcomeCase, civic.OutcomeCase}
	if got := term.Outcomes(); !slices.Equal(got, want) {
		t.Fatalf("with the key: %v", got)
	}
	for _, c := range cases(t, w) {
		if c.Status != civic.Filed || c.Due.String() != "2026-10-10" {
			t.Errorf("case is %+v", c.Case)
		}
	}
}

// TestRun opens without being asked, and ends with its context.
func TestRun(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.Intake.Run(ctx) }()
	if _, err := w.Intake.Take(t.Context(), term.Session, term.Sent(term.Apply(nil)), w.Now); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); len(cases(t, w)) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("not opened in ten seconds")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
