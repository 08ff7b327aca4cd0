package casework_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"doorstep/sync/civic"

	"doorstep/central/casework"
	"doorstep/central/intake/intaketest"
	"doorstep/central/store"
)

// claim files a claim about a case, as a person with a name and a number, and returns the request's case.
func (d *desk) claim(service, about, name, number, more string) store.Case {
	d.t.Helper()
	answers := fmt.Sprintf(`{"about": %q, "filed_by": "self", "name": %q, "document": {"kind": "resident-id", "number": %q},
		"phone": "13800138000", %s, "declared": true}`, about, name, number, more)
	m := d.term.Fill(service, answers, nil)
	d.term.File(m)
	c, err := d.Store.Case(d.t.Context(), m.App.Code)
	must(d.t, err)
	return c
}

// The applicant of desk's case, and what each claim asks beside.
const (
	who, id    = "欧阳𬭎", "11010519491231002X"
	copyMore   = `"way": "paper"`
	deleteMore = `"reason": "needless", "known": true`
	wrongPhone = `"item": "联系电话", "was": "13800138000", "is": "13900139000"`
)

// grant accepts and grants a request.
func (d *desk) grant(code civic.TrackingCode) error {
	d.t.Helper()
	clerk := intaketest.Clerk()
	c, err := d.Store.Case(d.t.Context(), code)
	must(d.t, err)
	if c.Status == civic.Filed {
		must(d.t, d.Casework.Accept(d.t.Context(), code, c.Version, clerk))
		c.Version++
	}
	return d.Casework.Decide(d.t.Context(), code, c.Version, clerk, true, "同意。")
}

func (d *desk) withdraw() {
	d.t.Helper()
	d.term.File(d.term.Withdraw(d.made, nil))
	if c := d.find(); c.Status != civic.Withdrawn {
		d.t.Fatalf("case is %s", c.Status)
	}
}

// TestClaimFindsItsCase: only who is the applicant of the case reaches it; everyone else's request becomes work for a
// person of the guide's own department, cannot be granted, and is told nothing.
func TestClaimFindsItsCase(t *testing.T) {
	d := open(t)
	unknown := civic.NewTrackingCode(1, 999_999).String()
	tests := []struct {
		name, about, who, id string
		found                bool
	}{
		{"code as printed", d.code.String(), who, id, true},
		{"code in digits", d.code.Digits(), who, id, true},
		{"another name", d.code.String(), "欧阳甲", id, false},
		{"another number with the same end", d.code.String(), who, "11010119900307002X", false},
		{"no such case", unknown, who, id, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := civic.ParseDocument(civic.ResidentID, tt.id, d.Now); err != nil {
				t.Fatalf("the test's number: %v", err)
			}
			c := d.claim("GR-001", tt.about, tt.who, tt.id, copyMore)
			department, about := "data-protection", civic.TrackingCode(0)
			if tt.found {
				department, about = "public-security", d.code
			}
			if c.Claim != civic.ClaimCopy || c.Department != department || c.About != about || c.Retention != civic.ClassRequest {
				t.Fatalf("case is %+v", c)
			}
			if c.DueDays != civic.ReplyLimit || c.Due.IsZero() {
				t.Fatalf("its clock is %d days until %s", c.DueDays, c.Due)
			}
			if tt.found {
				return
			}
			clerk := intaketest.Clerk()
			clerk.Department = department
			must(t, d.Casework.Accept(t.Context(), c.Code, 1, clerk))
			err := d.Casework.Decide(t.Context(), c.Code, 2, clerk, true, "同意。")
			if !errors.Is(err, &civic.Error{Code: civic.Forbidden, Key: "claim.nobody"}) {
				t.Fatalf("granted to a stranger: %v", err)
			}
			if _, err := d.Casework.Copy(t.Context(), c.Code, clerk); !isCode(err, civic.Forbidden) {
				t.Fatalf("copy for a stranger: %v", err)
			}
			must(t, d.Casework.Decide(t.Context(), c.Code, 2, clerk, false, "编号与证件对不上。"))
		})
	}
}

func TestCopy(t *testing.T) {
	d := open(t)
	clerk := intaketest.Clerk()
	c := d.claim("GR-001", d.code.String(), who, id, copyMore)
	if _, err := d.Casework.Copy(t.Context(), c.Code, clerk); !isCode(err, civic.Forbidden) {
		t.Fatalf("before it is granted: %v", err)
	}
	must(t, d.grant(c.Code))
	log, err := d.Store.VerifyAudit(t.Context())
	must(t, err)
	out, err := d.Casework.Copy(t.Context(), c.Code, clerk)
	must(t, err)
	if out.Dossier.Case.Code != d.code || out.Dossier.Application.Applicant.Name != who || len(out.Papers) != len(d.made.Papers) {
		t.Fatalf("copy is of %s with %d papers", out.Dossier.Case.Code, len(out.Papers))
	}
	for _, p := range out.Papers {
		if !strings.HasPrefix(string(p.Body), "photo of ") {
			t.Fatalf("paper reads %q", p.Body)
		}
	}
	added, err := d.Store.Entries(t.Context(), log.N, 10)
	must(t, err)
	if len(added) != 1 || added[0].Action != store.ActRead || added[0].Subject != d.code.Digits() || added[0].Detail != "copy "+c.Code.Digits() {
		t.Fatalf("the look left %+v", added)
	}
	var b bytes.Buffer
	must(t, out.WriteZip(&b))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	must(t, err)
	if len(z.File) != len(d.made.Papers)+1 {
		t.Fatalf("the ZIP has %d files", len(z.File))
	}
	record, err := fs.ReadFile(z, "case.json")
	must(t, err)
	for _, want := range []string{who, id, "某某制衣有限公司", "papers/01.jpg", d.code.Digits()} {
		if !strings.Contains(string(record), want) {
			t.Errorf("case.json lacks %s:\n%s", want, record)
		}
	}
	secret, err := json.Marshal(d.made.App.Secret)
	must(t, err)
	if strings.Contains(string(record), "secret") || strings.Contains(string(record), string(secret)) {
		t.Error("case.json gives the receipt secret away")
	}
	photo, err := fs.ReadFile(z, "papers/01.jpg")
	must(t, err)
	if !strings.HasPrefix(string(photo), "photo of ") {
		t.Errorf("a paper reads %q", photo)
	}
	other := clerk
	other.Department = "civil-affairs"
	if _, err := d.Casework.Copy(t.Context(), c.Code, other); !isCode(err, civic.Forbidden) {
		t.Fatalf("another department: %v", err)
	}
	now, err := d.Store.Case(t.Context(), c.Code)
	must(t, err)
	must(t, d.Casework.Deliver(t.Context(), c.Code, now.Version, clerk, "当面交给本人"))
	if _, err := d.Casework.Copy(t.Context(), c.Code, clerk); !isCode(err, civic.Forbidden) {
		t.Fatalf("after it was handed over: %v", err)
	}
}

// TestCorrection: the case keeps what was filed, says what was corrected, and its clock goes on.
func TestCorrection(t *testing.T) {
	d := open(t)
	before := d.find()
	c := d.claim("GR-002", d.code.String(), who, id, wrongPhone)
	must(t, d.grant(c.Code))
	after := d.find()
	if after.Status != before.Status || after.Due != before.Due || !after.Since.Equal(before.Since) || after.Version != before.Version+1 {
		t.Fatalf("corrected case is %+v\nbefore %+v", after, before)
	}
	dossier, err := d.Casework.Open(t.Context(), d.code, intaketest.Clerk(), "test")
	must(t, err)
	last := dossier.History[len(dossier.History)-1]
	if last.Note != store.NoteCorrected || last.Actor.Login != "liu" {
		t.Fatalf("history ends in %+v", last)
	}
	for _, want := range []string{"联系电话", "13800138000", "13900139000", c.Code.String()} {
		if !strings.Contains(last.Words, want) {
			t.Errorf("the correction says %q, not %s", last.Words, want)
		}
	}
	if dossier.Application.Applicant.Phone != "13800138000" {
		t.Error("what was filed was changed")
	}
	must(t, d.Casework.Accept(t.Context(), d.code, after.Version, intaketest.Clerk())) // life goes on
}

func TestDeletion(t *testing.T) {
	d := open(t)
	clerk, boss := intaketest.Clerk(), store.Person{Login: "zhou", Roles: []civic.Role{civic.RoleSupervisor}}
	c := d.claim("GR-003", d.code.String(), who, id, deleteMore)
	refused := func(key string) {
		t.Helper()
		if err := d.grant(c.Code); !errors.Is(err, &civic.Error{Code: civic.Forbidden, Key: key}) {
			t.Fatalf("%v, want %s", err, key)
		}
		dossier, err := d.Casework.Open(t.Context(), c.Code, clerk, "test")
		must(t, err)
		standing, err := d.Casework.Standing(t.Context(), &dossier)
		must(t, err)
		if standing == nil || standing.Bar == nil || standing.Bar.Key != key || standing.About != d.code {
			t.Fatalf("the clerk is told %+v", standing)
		}
	}
	refused("erase.open")
	d.withdraw()
	must(t, d.Casework.SetHold(t.Context(), d.code, boss, "涉诉"))
	refused("erase.held")
	must(t, d.Casework.LiftHold(t.Context(), d.code, boss, "判决生效"))
	must(t, d.grant(c.Code))
	if got := d.find(); got.Erased.IsZero() || got.Status != civic.Withdrawn {
		t.Fatalf("case is %+v", got)
	}
	must(t, d.Casework.Tick(t.Context(), d.Now)) // removes the papers
	for _, p := range d.made.Papers {
		digest := civic.DigestOf(p)
		need, err := d.Intake.Have(t.Context(), d.term.Session, digest)
		if err != nil || !need.Done {
			t.Fatalf("the terminal is asked for an erased paper: %+v, %v", need, err)
		}
		if _, err := d.Casework.Paper(t.Context(), d.code, digest, clerk); err == nil {
			t.Fatal("an erased paper opens")
		}
	}
	left, err := d.Store.Discarded(t.Context(), 10)
	must(t, err)
	if len(left) > 0 {
		t.Fatalf("%d files are left", len(left))
	}
	d.term.File(d.made) // the terminal, restored from an old image, brings it again
	if got := d.find(); got.Erased.IsZero() {
		t.Fatal("a repeat brought it back")
	}
	tracking, err := d.Casework.Track(t.Context(), d.made.QR.Token())
	if err != nil || tracking.Where != casework.InCase || tracking.Notice.Status != civic.Withdrawn {
		t.Fatalf("the QR says %+v, %v", tracking, err)
	}
	second := d.claim("GR-003", d.code.String(), who, id, deleteMore)
	if second.About != 0 {
		t.Fatal("a claim found an erased case")
	}
}

// TestDeletionBarredByLaw: what was decided is kept for the term that the law sets, and the resident is told until when.
func TestDeletionBarredByLaw(t *testing.T) {
	d := open(t)
	clerk := intaketest.Clerk()
	must(t, d.Casework.Decline(t.Context(), d.code, d.find().Version, clerk, "不属于本机关职权范围。"))
	c := d.claim("GR-003", d.code.String(), who, id, deleteMore)
	err := d.grant(c.Code)
	var no *civic.Error
	if !errors.As(err, &no) || no.Key != "erase.duty" || no.Args[0] != 2036 || !strings.Contains(no.Args[1].(string), "第8号") {
		t.Fatalf("%v %+v", err, no)
	}
	if !d.find().Erased.IsZero() {
		t.Fatal("it was erased")
	}
	d.on("2036-12-31")
	if err := d.grant(c.Code); !errors.Is(err, &civic.Error{Key: "erase.duty", Code: civic.Forbidden}) {
		t.Fatalf("on the last day: %v", err)
	}
	d.on("2037-01-01")
	must(t, d.grant(c.Code))
	if d.find().Erased.IsZero() {
		t.Fatal("it was not erased")
	}
}

func TestHolds(t *testing.T) {
	d := open(t)
	boss := store.Person{Login: "zhou", Roles: []civic.Role{civic.RoleSupervisor}}
	gone := boss
	gone.Left = d.Now
	admin := store.Person{Login: "admin", Roles: []civic.Role{civic.RoleAdmin}}
	for name, p := range map[string]store.Person{"clerk": intaketest.Clerk(), "admin": admin, "gone": gone} {
		for act, err := range map[string]error{
			"set":  d.Casework.SetHold(t.Context(), d.code, p, "x"),
			"lift": d.Casework.LiftHold(t.Context(), d.code, p, "x"),
			"list": second(d.Casework.Holds(t.Context(), p)),
		} {
			if !isCode(err, civic.Forbidden) {
				t.Errorf("%s: %s: %v", name, act, err)
			}
		}
	}
	if err := d.Casework.SetHold(t.Context(), d.code, boss, " "); !isCode(err, civic.Missing) {
		t.Errorf("without a reason: %v", err)
	}
	if err := d.Casework.SetHold(t.Context(), d.code, boss, strings.Repeat("长", casework.MaxHoldWords+1)); !isCode(err, civic.Invalid) {
		t.Errorf("too long: %v", err)
	}
	must(t, d.Casework.SetHold(t.Context(), d.code, boss, " 涉诉 "))
	list, err := d.Casework.Holds(t.Context(), boss)
	must(t, err)
	if len(list) != 1 || list[0].Reason != "涉诉" || list[0].By.Role != civic.RoleSupervisor {
		t.Fatalf("holds are %+v", list)
	}
}

// TestExpire: a year later what was withdrawn is erased, what is held or decided is not.
func TestExpire(t *testing.T) {
	d := open(t)
	clerk, boss := intaketest.Clerk(), store.Person{Login: "zhou", Roles: []civic.Role{civic.RoleSupervisor}}
	more := func() civic.TrackingCode {
		m := d.term.Apply(nil)
		d.term.File(m)
		return m.App.Code
	}
	declined := more()
	must(t, d.Casework.Decline(t.Context(), declined, 1, clerk, "不予受理。"))
	held := d.term.Apply(nil)
	d.term.File(held, d.term.Withdraw(held, nil))
	must(t, d.Casework.SetHold(t.Context(), held.App.Code, boss, "涉诉"))
	d.withdraw()
	erase := func() (n int) {
		t.Helper()
		must(t, d.Casework.Expire(t.Context(), func(done int) { n = done }))
		return n
	}
	d.on("2027-12-31")
	if n := erase(); n != 0 {
		t.Fatalf("%d erased on the last day", n)
	}
	d.on("2028-01-01")
	kept, err := d.Casework.Kept(t.Context())
	must(t, err)
	for _, k := range kept {
		want := 0
		if k.Term.Class == civic.ClassUndecided {
			want = 1
		}
		if k.Due() != want || !k.Known {
			t.Errorf("%s: %d due, want %d; known %v", k.Term.Class, k.Due(), want, k.Known)
		}
	}
	if n := erase(); n != 1 {
		t.Fatalf("%d erased", n)
	}
	if n := erase(); n != 0 {
		t.Fatalf("%d erased the second time", n)
	}
	for code, want := range map[civic.TrackingCode]bool{d.code: true, held.App.Code: false, declined: false} {
		c, err := d.Store.Case(t.Context(), code)
		must(t, err)
		if c.Erased.IsZero() == want {
			t.Errorf("%s %s: erased %v", code, c.Status, c.Erased)
		}
	}
}
