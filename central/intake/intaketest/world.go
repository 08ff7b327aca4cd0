// Package intaketest is a small central for tests: a store in a temporary file, everything that takes in and carries
// cases, the published catalogue, and terminals that file real applications.
package intaketest

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"doorstep/assets"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/bulletin"
	"doorstep/central/casework"
	"doorstep/central/fleet"
	"doorstep/central/intake"
	"doorstep/central/papers"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
)

// World is a central without sessions: tests call what a session would.
type World struct {
	Keys     *identity.Central
	Store    *sqlite.DB
	Bulletin *bulletin.Bulletin
	Casework *casework.Casework
	Intake   *intake.Intake
	Fleet    *fleet.Fleet
	Now      time.Time // central's clock

	t       testing.TB
	options intake.Options
}

// Reopen makes the intake again with other keys, as a start of central does.
func (w *World) Reopen(keys seal.Keyring) {
	w.t.Helper()
	w.options.Keys = keys
	var err error
	w.Intake, err = intake.New(w.t.Context(), w.options)
	w.must(err)
}

// Place is where every terminal of a world stands.
var Place = store.Place{Point: "hualong", Name: "化龙镇政务服务中心", Address: "金龙大道1号", Area: "440113"}

// Clerk decides the residence permits.
func Clerk() store.Person {
	return store.Person{Login: "liu", Roles: []civic.Role{civic.RoleClerk}, Department: "public-security"}
}

// Open makes a world on the morning of Monday, 28 September 2026, with the catalogue published. wrap, if not nil,
// stands between intake and its store.
func Open(t testing.TB, wrap func(intake.Store) intake.Store) *World {
	t.Helper()
	w := &World{t: t, Now: time.Date(2026, 9, 28, 9, 0, 0, 0, civic.China)}
	dir := t.TempDir()
	var err error
	w.Keys, err = identity.CreateCentral(filepath.Join(dir, "keys"), w.Now)
	w.must(err)
	vault, err := store.CreateVault(filepath.Join(dir, "vault.key"))
	w.must(err)
	w.Store, err = sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "central.db"), Vault: vault})
	w.must(err)
	t.Cleanup(func() { w.must(w.Store.Close()) })
	folder, err := papers.Open(filepath.Join(dir, "papers"))
	w.must(err)
	clock := func() time.Time { return w.Now }
	w.Bulletin, err = bulletin.New(bulletin.Options{Store: w.Store, Sign: w.Keys.Sign, Now: clock})
	w.must(err)
	cases := casework.DefaultOptions()
	cases.Store, cases.Publish, cases.Papers, cases.Keys, cases.Now = w.Store, w.Bulletin, folder, w.Keys.Keyring(), clock
	w.Casework, err = casework.New(cases)
	w.must(err)
	w.options = intake.DefaultOptions()
	o := &w.options
	o.Store, o.Folder, o.Publish, o.Cases, o.Now = w.Store, folder, w.Bulletin, w.Casework, clock
	if wrap != nil {
		o.Store = wrap(w.Store)
	}
	o.Sign, o.Arrived = w.Keys.Sign, w.Casework.Wake
	w.Reopen(w.Keys.Keyring())
	w.Fleet, err = fleet.New(fleet.Options{
		Store: w.Store, Publish: w.Bulletin, Root: w.Keys.RootKey, Address: "central.example:443", Now: clock,
	})
	w.must(err)
	w.publish()
	return w
}

func (w *World) publish() {
	w.t.Helper()
	w.must(w.Bulletin.PublishKeys(w.t.Context(), w.Keys))
	cal, err := civic.ParseCalendar(bytes.NewReader(assets.Calendar()))
	w.must(err)
	_, err = w.Bulletin.PublishJSON(w.t.Context(), civic.EditionCalendar, bulletin.CalendarID, civic.Scope{}, cal, store.System())
	w.must(err)
	list, err := readCatalogue()
	w.must(err)
	for _, s := range list {
		_, err = w.Bulletin.Publish(w.t.Context(), civic.EditionForm, s.Guide.Form, civic.Scope{}, s.FormBody, store.System())
		w.must(err)
		_, err = w.Bulletin.Publish(w.t.Context(), civic.EditionGuide, s.Guide.ID, civic.Scope{}, s.GuideBody, store.System())
		w.must(err)
	}
}

// readCatalogue returns the services that tests file, read once: a world is made for every test.
var readCatalogue = sync.OnceValues(func() ([]catalogue.Service, error) {
	list, err := catalogue.Parse(assets.Catalogue())
	return slices.DeleteFunc(list, func(s catalogue.Service) bool {
		return !slices.Contains([]string{"HJ-008", "HJ-009", "SB-010"}, s.Guide.ID) && s.Guide.Claim == civic.NoClaim
	}), err
})

func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// OpenAll opens everything in custody.
func (w *World) OpenAll() {
	w.t.Helper()
	w.must(w.Intake.OpenAll(w.t.Context()))
}

// Terminal is a terminal that has joined the world's fleet.
type Terminal struct {
	*storetest.Machine
	Session hub.Terminal

	w    *World
	last uint32 // random part of the last code
}

// Terminal lets a new terminal join.
func (w *World) Terminal() *Terminal {
	w.t.Helper()
	t := &Terminal{Machine: storetest.NewMachine(w.t, 0), w: w}
	t.Join()
	return t
}

// Join enrols the terminal's key, also again: it then begins a new generation.
func (t *Terminal) Join() {
	w := t.w
	w.t.Helper()
	_, err := w.Fleet.Invite(w.t.Context(), Place, store.Actor{Login: "op", Role: civic.RoleOperator})
	w.must(err)
	codes, err := w.Fleet.Enrolments(w.t.Context(), w.Now)
	w.must(err)
	again := t.Session.Number != 0
	t.Session, err = w.Fleet.Enrol(w.t.Context(), codes[len(codes)-1].ID, t.Key.Public(), w.Now)
	w.must(err)
	t.Number = t.Session.Number
	if again {
		t.Restart()
	}
	w.Now = w.Now.Add(time.Millisecond) // the next code is a later one
}

// Made is something that a terminal took in: the plaintext, what it sealed, and what it would chain and send.
type Made struct {
	Entry  civic.Entry
	App    *civic.Application
	Papers [][]byte // ciphertexts, as the entry lists them
	QR     *civic.ReceiptQR
}

// permit answers the form of HJ-008 so that no condition asks for more.
const permit = `{
	"filed_by": "self", "name": "欧阳𬭎", "number": "11010519491231002X", "phone": "13800138000",
	"household_province": "湖南", "household_address": "湖南省长沙市岳麓区某路1号",
	"district": "440113", "street": "化龙镇", "address": "金龙大道1号2栋301房", "living_since": "2025-08-01",
	"registered": true, "registered_on": "2025-08-03",
	"housing": "rented", "landlord": "李四", "lease_until": "2027-07-31",
	"ground": "employment", "work_kind": "employee", "employer": "某某制衣有限公司",
	"work_address": "金龙大道9号", "work_since": "2025-08-04", "insured": true,
	"has_companions": false, "delivery": "collect", "declared": true}`

// Apply fills an application for a residence permit; see Fill.
func (t *Terminal) Apply(change func(*civic.Application)) *Made {
	return t.Fill("HJ-008", permit, change)
}

// Fill fills an application for a service with answers, with the revisions published now. change, if not nil, is
// applied before it is sealed.
func (t *Terminal) Fill(service, filled string, change func(*civic.Application)) *Made {
	w := t.w
	w.t.Helper()
	guide, err := w.Store.Current(w.t.Context(), civic.EditionGuide, service)
	w.must(err)
	g, err := w.Bulletin.Guide(w.t.Context(), guide.Revision())
	w.must(err)
	pinned, err := w.Store.Current(w.t.Context(), civic.EditionForm, g.Form)
	w.must(err)
	f, err := form.Parse(pinned.Body)
	w.must(err)
	answers, err := form.ParseAnswers([]byte(filled))
	w.must(err)
	t.last++
	code := civic.NewTrackingCode(t.Number, t.last)
	e := t.Entry(civic.EntryApplication, code)
	a := &civic.Application{
		ID: e.ID, Code: code, Service: g.ID, Guide: guide.Revision(), Form: pinned.Revision(), Lang: "zh",
		Answers: json.RawMessage(filled), Secret: seal.NewSecret(), Point: Place.Point,
		Privacy: civic.Consent{Notice: "2026-1", At: w.Now, Sensitive: true},
	}
	a.Applicant, a.Proxy = f.Parties(answers)
	m := &Made{App: a}
	for _, need := range f.Needed(g.Materials, answers) {
		a.Materials = append(a.Materials, t.hand(e, need.ID, &m.Papers))
	}
	if change != nil {
		change(a)
	}
	m.Entry = t.seal(e, a, a.Materials)
	m.QR = t.receipt(m.Entry, a.Secret)
	return m
}

// hand photographs one paper for a material and seals it as the next of the entry.
func (t *Terminal) hand(e civic.Entry, material string, papers *[][]byte) civic.Handed {
	t.w.t.Helper()
	photo := []byte("photo of " + material)
	sealed, err := seal.Seal(t.w.Keys.Seal.Public(), seal.Context{Kind: e.Kind, Entry: e.ID, Index: uint32(len(*papers) + 1)}, photo)
	t.w.must(err)
	*papers = append(*papers, sealed)
	return civic.Handed{Material: material, State: civic.HandedIn, Papers: []civic.Attachment{{
		Digest: civic.DigestOf(sealed), Size: int64(len(sealed)), Name: material + ".jpg", Media: "image/jpeg", Plain: civic.DigestOf(photo),
	}}}
}

// seal fills in what an entry carries. It was taken in at central's present time, by a synchronised clock.
func (t *Terminal) seal(e civic.Entry, plain any, handed []civic.Handed) civic.Entry {
	t.w.t.Helper()
	b, err := json.Marshal(plain)
	t.w.must(err)
	e.Sealed, err = seal.Seal(t.w.Keys.Seal.Public(), seal.Context{Kind: e.Kind, Entry: e.ID}, b)
	t.w.must(err)
	for _, h := range handed {
		for _, p := range h.Papers {
			e.Papers = append(e.Papers, civic.Paper{Digest: p.Digest, Size: p.Size})
		}
	}
	e.Evidence = civic.Evidence{
		Wall: t.w.Now, Boot: [16]byte{1}, Mono: time.Hour, SyncBoot: [16]byte{1}, SyncMono: time.Minute,
		SyncTime: t.w.Now.Add(time.Minute - time.Hour),
	}
	return e
}

func (t *Terminal) receipt(e civic.Entry, secret civic.Secret) *civic.ReceiptQR {
	digest := civic.DigestOf(e.Sealed)
	qr := &civic.ReceiptQR{Code: e.Code, Filed: t.w.Now, Sure: civic.Sure, Secret: secret, Entry: [16]byte(digest[:16])}
	qr.Sign(t.Key.SignRaw)
	return qr
}

// Answer supplies a paper for each material to the case of an application.
func (t *Terminal) Answer(to *Made, materials []string, change func(*civic.SupplementAnswer)) *Made {
	e := t.Entry(civic.EntrySupplement, to.App.Code)
	a := &civic.SupplementAnswer{ID: e.ID, Code: to.App.Code, Secret: to.App.Secret, Words: "已补齐"}
	m := &Made{App: to.App, QR: to.QR}
	for _, id := range materials {
		a.Materials = append(a.Materials, t.hand(e, id, &m.Papers))
	}
	if change != nil {
		change(a)
	}
	m.Entry = t.seal(e, a, a.Materials)
	return m
}

// Withdraw withdraws the case of an application.
func (t *Terminal) Withdraw(to *Made, change func(*civic.Withdrawal)) *Made {
	e := t.Entry(civic.EntryWithdrawal, to.App.Code)
	a := &civic.Withdrawal{ID: e.ID, Code: to.App.Code, Secret: to.App.Secret, Words: "不再需要"}
	if change != nil {
		change(a)
	}
	return &Made{App: to.App, QR: to.QR, Entry: t.seal(e, a, nil)}
}

// Sent signs and chains what was made, ready for Take.
func (t *Terminal) Sent(list ...*Made) []wire.Entry {
	t.w.t.Helper()
	var out []wire.Entry
	for _, m := range list {
		out = append(out, t.Chain(t.w.t, m.Entry, t.Sign(t.w.t, m.Entry)).Signed)
	}
	return out
}

// File sends what was made and has it opened.
func (t *Terminal) File(list ...*Made) {
	t.w.t.Helper()
	_, err := t.w.Intake.Take(t.w.t.Context(), t.Session, t.Sent(list...), t.w.Now)
	t.w.must(err)
	t.w.OpenAll()
}

// Upload sends every paper of what was made, in chunks.
func (t *Terminal) Upload(m *Made) {
	w := t.w
	w.t.Helper()
	for _, p := range m.Papers {
		d := civic.DigestOf(p)
		need, err := w.Intake.Have(w.t.Context(), t.Session, d)
		w.must(err)
		for !need.Done {
			chunk := &wire.Chunk{Digest: d, Offset: need.Have, Size: int64(len(p)), Data: p[need.Have:min(need.Have+500, int64(len(p)))]}
			need, err = w.Intake.Append(w.t.Context(), t.Session, chunk)
			w.must(err)
		}
	}
}

// Outcomes returns what central tells the terminal of its entries.
func (t *Terminal) Outcomes() []civic.Outcome {
	t.w.t.Helper()
	list, err := t.w.Intake.Outcomes(t.w.t.Context(), t.Session, 0, 1000)
	t.w.must(err)
	var out []civic.Outcome
	for _, o := range list {
		out = append(out, o.Outcome)
	}
	return slices.Clip(out)
}

// Show proves what stood on the terminal's screens.
func (t *Terminal) Show(change func(*civic.Display), lines ...civic.DisplayedHour) *Made {
	e := t.Entry(civic.EntryDisplay, 0)
	d := &civic.Display{ID: e.ID, Point: Place.Point, Lines: lines}
	if change != nil {
		change(d)
	}
	return &Made{Entry: t.seal(e, d, nil)}
}
