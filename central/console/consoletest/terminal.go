package consoletest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/hub"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Terminal is one machine of the fleet, as central sees it.
type Terminal struct {
	hub.Terminal
	Sign *seal.Signer

	central *Central
	seq     uint64
	prev    civic.Digest
}

// Enrol adds a terminal at a place.
func (c *Central) Enrol(t testing.TB, at store.Place) *Terminal {
	t.Helper()
	code := must(c.Fleet.Invite(t.Context(), at, store.System()))(t)
	list := must(c.Fleet.Enrolments(t.Context(), c.Now()))(t)
	i := slices.IndexFunc(list, func(e hub.Enrolment) bool { return bytes.Equal(e.Secret, code.Secret[:]) })
	key := must(seal.GenerateSigner())(t)
	term := must(c.Fleet.Enrol(t.Context(), list[i].ID, key.Public(), c.Now()))(t)
	return &Terminal{Terminal: term, Sign: key, central: c}
}

// Permit is a complete application for a residence permit (HJ-008).
const Permit = `{
	"filed_by": "self", "name": "欧阳𬭎", "number": "11010519491231002X", "phone": "13800138000",
	"household_province": "湖南", "household_address": "湖南省长沙市岳麓区某路1号",
	"district": "440113", "street": "化龙镇", "address": "金龙大道1号2栋301房", "living_since": "2025-08-01",
	"registered": true, "registered_on": "2025-08-03",
	"housing": "rented", "landlord": "李四", "lease_until": "2027-07-31",
	"ground": "employment", "work_kind": "employee", "employer": "某某制衣有限公司",
	"work_address": "金龙大道9号", "work_since": "2025-08-04", "insured": true,
	"has_companions": false, "delivery": "collect", "declared": true}`

// PermitOf is Permit as another resident fills it; n from 1 to 999 tells them apart.
func PermitOf(n int) string {
	for _, check := range "0123456789X" {
		id := fmt.Sprintf("11010519600115%03d%c", n, check)
		if _, err := civic.ParseIDNumber(id, civic.DateOf(monday)); err == nil {
			return strings.NewReplacer("11010519491231002X", id, "欧阳𬭎", fmt.Sprintf("居民%d", n)).Replace(Permit)
		}
	}
	panic("bug: consoletest: no resident has that number")
}

// Filed is an application as its resident has it.
type Filed struct {
	Code   civic.TrackingCode
	Secret civic.Secret
	Token  string // of the QR
	Papers []civic.Digest

	entry  wire.Entry
	sealed [][]byte
}

// TakeIn makes an application for a residence permit that central does not have yet. content is each paper's.
func (m *Terminal) TakeIn(t testing.TB, content []byte, media string) *Filed {
	t.Helper()
	return m.Fill(t, "HJ-008", Permit, content, media)
}

// Fill makes an application for any service of the catalogue.
func (m *Terminal) Fill(t testing.TB, service, filled string, content []byte, media string) *Filed {
	t.Helper()
	f := &Filed{Secret: seal.NewSecret(), Code: civic.NewTrackingCode(m.Number, random9(t))}
	e := m.entry(f.Code)
	a := civic.Application{
		ID: e.ID, Code: f.Code, Service: service, Guide: civic.Revision{ID: service, Rev: 1},
		Lang: "zh", Answers: json.RawMessage(filled), Secret: f.Secret, Point: m.Point,
		Privacy: civic.Consent{Notice: "1", At: m.central.Now(), Sensitive: true},
	}
	guide := m.central.Guide(t, service)
	a.Form = civic.Revision{ID: guide.Form, Rev: 1}
	form := must(m.central.Bulletin.Form(t.Context(), a.Form))(t)
	answers := must(parse(filled))(t)
	a.Applicant, a.Proxy = form.Parties(answers)
	for _, need := range form.Needed(guide.Materials, answers) {
		a.Materials = append(a.Materials, m.hand(t, f, e, need, content, media))
	}
	m.close(t, f, e, must(json.Marshal(a))(t))
	return f
}

// Unreadable makes an entry that no program opens: what is sealed is no application.
func (m *Terminal) Unreadable(t testing.TB) *Filed {
	t.Helper()
	f := &Filed{Secret: seal.NewSecret(), Code: civic.NewTrackingCode(m.Number, random9(t))}
	m.close(t, f, m.entry(f.Code), []byte("not an application"))
	return f
}

// entry begins an entry whose filing time is sure.
func (m *Terminal) entry(code civic.TrackingCode) *civic.Entry {
	e := &civic.Entry{Kind: civic.EntryApplication, Terminal: m.Number, Code: code}
	rand.Read(e.ID[:])
	now := m.central.Now()
	e.Evidence = civic.Evidence{
		Wall: now, Boot: [16]byte{1}, Mono: time.Hour, SyncBoot: [16]byte{1}, SyncMono: time.Hour, SyncTime: now,
	}
	return e
}

// hand answers a material as its need allows.
func (m *Terminal) hand(t testing.TB, f *Filed, e *civic.Entry, need civic.Material, content []byte, media string) civic.Handed {
	t.Helper()
	h := civic.Handed{Material: need.ID, State: civic.HandedIn, Original: need.Original, Copies: need.Copies}
	switch need.Need {
	case civic.NeedOptional:
		return civic.Handed{Material: need.ID, State: civic.HandedNone}
	case civic.NeedHeld:
		return civic.Handed{Material: need.ID, State: civic.HandedHeld}
	case civic.NeedLater:
		return civic.Handed{Material: need.ID, State: civic.HandedOwed}
	}
	ctx := seal.Context{Kind: e.Kind, Entry: e.ID, Index: uint32(len(f.sealed) + 1)}
	packet := must(seal.Seal(m.central.Keys.Seal.Public(), ctx, content))(t)
	d := civic.DigestOf(packet)
	f.sealed, f.Papers = append(f.sealed, packet), append(f.Papers, d)
	e.Papers = append(e.Papers, civic.Paper{Digest: d, Size: int64(len(packet))})
	h.Papers = []civic.Attachment{{Digest: d, Size: int64(len(packet)), Name: "第1张", Media: media, Plain: civic.DigestOf(content)}}
	return h
}

// close seals and signs an entry, chains it, and prints the receipt's QR.
func (m *Terminal) close(t testing.TB, f *Filed, e *civic.Entry, plain []byte) {
	t.Helper()
	e.Sealed = must(seal.Seal(m.central.Keys.Seal.Public(), seal.Context{Kind: e.Kind, Entry: e.ID}, plain))(t)
	body := must(wire.SignEntry(m.Sign, e))(t)
	m.seq++
	position := must(wire.SignPosition(m.Sign, civic.Position{
		Generation: m.Generation, Seq: m.seq, Prev: m.prev, Entry: body.Digest(),
	}))(t)
	m.prev = position.Digest()
	f.entry = wire.Entry{Body: body, Position: position}
	qr := civic.ReceiptQR{Code: f.Code, Filed: m.central.Now(), Sure: civic.Sure, Secret: f.Secret}
	sealed := civic.DigestOf(e.Sealed)
	copy(qr.Entry[:], sealed[:])
	qr.Sign(m.Sign.SignRaw)
	f.Token = qr.Token()
}

// Deliver brings an entry to central, which opens it; its papers follow where wanted.
func (m *Terminal) Deliver(t testing.TB, f *Filed, papers bool) {
	t.Helper()
	m.Hand(t, f)
	if err := m.central.Intake.OpenAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !papers {
		return
	}
	for i, d := range f.Papers {
		p := f.sealed[i]
		must(m.central.Intake.Append(t.Context(), m.Terminal, &wire.Chunk{Digest: d, Size: int64(len(p)), Data: p}))(t)
	}
	if err := m.central.Casework.Tick(t.Context(), m.central.Now()); err != nil {
		t.Fatal(err)
	}
}

// Part sends the first n bytes of a paper of what was filed, as a line that breaks would.
func (m *Terminal) Part(t testing.TB, f *Filed, paper, n int) {
	t.Helper()
	p := f.sealed[paper]
	must(m.central.Intake.Append(t.Context(), m.Terminal, &wire.Chunk{Digest: f.Papers[paper], Size: int64(len(p)), Data: p[:n]}))(t)
}

// Lose makes the terminal say that it has no bytes of a paper any more.
func (m *Terminal) Lose(t testing.TB, f *Filed, paper int) {
	t.Helper()
	if err := m.central.Intake.Gone(t.Context(), m.Terminal, f.Papers[paper:paper+1], m.central.Now()); err != nil {
		t.Fatal(err)
	}
}

// Hand brings an entry into central's custody, unopened.
func (m *Terminal) Hand(t testing.TB, f *Filed) {
	t.Helper()
	now := m.central.Now()
	must(m.central.Intake.Take(t.Context(), m.Terminal, []wire.Entry{f.entry}, now))(t)
	if err := m.central.Fleet.Seen(t.Context(), m.Key, now, nil); err != nil {
		t.Fatal(err)
	}
}

// parse reads answers as a terminal would have kept them.
func parse(s string) (form.Answers, error) { return form.ParseAnswers([]byte(strings.TrimSpace(s))) }

func random9(t testing.TB) uint32 {
	t.Helper()
	return uint32(must(rand.Int(rand.Reader, big.NewInt(1_000_000_000)))(t).Uint64())
}
