package casework_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"

	"doorstep/central/casework"
	"doorstep/central/intake/intaketest"
	"doorstep/central/store"
)

func isCode(err error, code civic.Code) bool { return errors.Is(err, &civic.Error{Code: code}) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desk is one application that became a case, and the clerk before it.
type desk struct {
	*intaketest.World
	t    *testing.T
	term *intaketest.Terminal
	made *intaketest.Made
	code civic.TrackingCode
}

func open(t *testing.T) *desk {
	t.Helper()
	w := intaketest.Open(t, nil)
	d := &desk{World: w, t: t, term: w.Terminal()}
	d.made = d.term.Apply(nil)
	d.code = d.made.App.Code
	d.term.File(d.made)
	d.term.Upload(d.made)
	must(t, w.Casework.Tick(t.Context(), w.Now))
	return d
}

func (d *desk) find() store.Case {
	d.t.Helper()
	c, err := d.Store.Case(d.t.Context(), d.code)
	must(d.t, err)
	return c
}

func (d *desk) is(status civic.Status, due string) store.Case {
	d.t.Helper()
	c := d.find()
	if c.Status != status || c.Due.String() != due {
		d.t.Fatalf("case is %s, due %s; want %s, due %s", c.Status, c.Due, status, due)
	}
	n := d.notice()
	if n.Status != status || n.Version != c.Version {
		d.t.Fatalf("the point's notice is %s of version %d, the case %s of %d", n.Status, n.Version, c.Status, c.Version)
	}
	return c
}

// notice opens the last notice of the point's lane with the secret on the paper, as the terminal does.
func (d *desk) notice() civic.StatusNotice {
	d.t.Helper()
	list, err := d.Bulletin.Statuses(d.t.Context(), d.term.Session, 0, 10)
	must(d.t, err)
	if len(list) != 1 {
		d.t.Fatalf("%d notices", len(list))
	}
	b, err := seal.Unlock(d.made.App.Secret, seal.ForStatus, d.code, list[0].Locked)
	must(d.t, err)
	for _, private := range []string{"欧阳", "11010519491231002X", "13800138000", "金龙大道"} {
		if strings.Contains(string(b), private) {
			d.t.Fatal("the notice shows personal data")
		}
	}
	var n civic.StatusNotice
	must(d.t, json.Unmarshal(b, &n))
	return n
}

func (d *desk) on(day string) {
	d.t.Helper()
	date, err := civic.ParseDate(day)
	must(d.t, err)
	d.Now = date.Time().Add(10 * time.Hour)
}

// TestLife takes a case from filing to delivery, through a supplement and a special procedure.
func TestLife(t *testing.T) {
	d := open(t)
	clerk, ctx := intaketest.Clerk(), t.Context()
	c := d.is(civic.Filed, "2026-10-10")
	d.on("2026-10-08")
	must(t, d.Casework.Supplement(ctx, d.code, c.Version, clerk, casework.Request{Owes: []string{" 房屋租赁合同 ", "", "近期照片"}, Words: "照片须白底", Days: 10}))
	c = d.is(civic.Supplement, "")
	if n := d.notice(); !slices.Equal(n.Owes, []string{"房屋租赁合同", "近期照片"}) || n.Due.String() != "2026-10-21" || n.Contact == "" {
		t.Fatalf("notice is %+v", n)
	}
	d.on("2026-10-20")
	must(t, d.Casework.Tick(ctx, d.Now)) // nothing runs out
	answer := d.term.Answer(d.made, []string{"lease", "photo"}, nil)
	d.term.File(answer)
	c = d.is(civic.Filed, "2026-10-27")
	if !c.Flags.PapersPending || !d.notice().Pending {
		t.Fatal("the papers of the answer are not pending")
	}
	d.term.Upload(answer)
	must(t, d.Casework.Tick(ctx, d.Now))
	c = d.is(civic.Filed, "2026-10-27")
	err := d.Casework.Supplement(ctx, d.code, c.Version, clerk, casework.Request{Owes: []string{"又一份"}})
	if !isCode(err, civic.Forbidden) {
		t.Fatalf("asked a second time: %v", err)
	}
	d.on("2026-10-21")
	must(t, d.Casework.Accept(ctx, d.code, c.Version, clerk))
	c = d.find()
	g, err := d.Bulletin.Guide(ctx, c.Guide)
	must(t, err)
	cal, err := d.Bulletin.Calendar(ctx)
	must(t, err)
	due, err := civic.DueDate(civic.DateOf(d.Now), g.Decision(), cal)
	must(t, err)
	c = d.is(civic.Accepted, due.String())
	left, err := cal.Between(civic.DateOf(d.Now).Add(2), due)
	must(t, err)
	d.on("2026-10-23")
	must(t, d.Casework.Pause(ctx, d.code, c.Version, clerk, "专家评审"))
	c = d.is(civic.Paused, "")
	if c.Rest != left {
		t.Fatalf("%d days are left, want %d", c.Rest, left)
	}
	d.on("2026-11-23")
	must(t, d.Casework.Resume(ctx, d.code, c.Version, clerk))
	due, err = cal.Add(civic.DateOf(d.Now), left)
	must(t, err)
	c = d.is(civic.Accepted, due.String())
	must(t, d.Casework.Decide(ctx, d.code, c.Version, clerk, true, "准予办理居住证。"))
	c = d.is(civic.Granted, "2026-12-07")
	must(t, d.Casework.Deliver(ctx, d.code, c.Version, clerk, ""))
	d.is(civic.Delivered, "")
	dossier, err := d.Casework.Open(ctx, d.code, clerk, "复核")
	must(t, err)
	var statuses []civic.Status
	for _, p := range dossier.History {
		statuses = append(statuses, p.To)
	}
	want := []civic.Status{
		civic.Filed, civic.Filed, civic.Supplement, civic.Filed, civic.Filed, civic.Accepted, civic.Paused, civic.Accepted, civic.Granted, civic.Delivered,
	}
	if !slices.Equal(statuses, want) {
		t.Fatalf("history is %v", statuses)
	}
	if len(dossier.Answers) != 1 || dossier.Answers[0].Words != "已补齐" {
		t.Fatalf("%d answers", len(dossier.Answers))
	}
	sheet, err := d.Casework.Paper(ctx, d.code, civic.DigestOf(answer.Papers[1]), clerk)
	if err != nil || string(sheet.Body) != "photo of photo" {
		t.Fatalf("paper of the answer: %v", err)
	}
}

// TestPaper: a paper that is not what the resident saw when confirming is not shown as it.
func TestPaper(t *testing.T) {
	d := open(t)
	m := d.term.Apply(func(a *civic.Application) { a.Materials[0].Papers[0].Plain[0] ^= 1 })
	d.term.File(m)
	for _, want := range []civic.Code{civic.Unavailable, civic.Damaged} { // before it has come, and after
		if _, err := d.Casework.Paper(t.Context(), m.App.Code, civic.DigestOf(m.Papers[0]), intaketest.Clerk()); !isCode(err, want) {
			t.Fatalf("%v, want %s", err, want)
		}
		d.term.Upload(m)
	}
	_, err := d.Casework.Paper(t.Context(), m.App.Code, civic.DigestOf(d.made.Papers[0]), intaketest.Clerk())
	if !isCode(err, civic.NotFound) {
		t.Fatalf("a paper of another case: %v", err)
	}
	log, err := d.Store.Entries(t.Context(), 0, 1000)
	must(t, err)
	if last := log[len(log)-1]; last.Action != store.ActRead || last.Actor.Login != "liu" || !strings.HasPrefix(last.Detail, "paper ") {
		t.Fatalf("audit ends in %+v", last)
	}
}

func TestDeemed(t *testing.T) {
	d := open(t)
	d.on("2026-10-10")
	must(t, d.Casework.Tick(t.Context(), d.Now)) // the last day is not over
	d.is(civic.Filed, "2026-10-10")
	d.on("2026-10-11")
	must(t, d.Casework.Tick(t.Context(), d.Now))
	c := d.find()
	g, err := d.Bulletin.Guide(t.Context(), c.Guide)
	must(t, err)
	cal, err := d.Bulletin.Calendar(t.Context())
	must(t, err)
	due, err := civic.DueDate(civic.DateOf(c.Filed), g.Decision(), cal) // from the day of filing
	must(t, err)
	c = d.is(civic.Accepted, due.String())
	if !c.Flags.Deemed {
		t.Fatal("not marked as deemed")
	}
	must(t, d.Casework.Tick(t.Context(), d.Now))
	if got := d.find().Version; got != c.Version {
		t.Fatalf("a second look went on to version %d", got)
	}
}

func TestLapse(t *testing.T) {
	d := open(t)
	must(t, d.Casework.Supplement(t.Context(), d.code, d.find().Version, intaketest.Clerk(), casework.Request{Owes: []string{"照片"}, Days: 2}))
	d.on("2026-09-30")
	must(t, d.Casework.Tick(t.Context(), d.Now))
	d.is(civic.Supplement, "")
	d.on("2026-10-01")
	must(t, d.Casework.Tick(t.Context(), d.Now))
	d.is(civic.Lapsed, "")
	d.term.File(d.term.Answer(d.made, []string{"photo"}, nil))
	if got := d.term.Outcomes(); got[len(got)-1] != civic.OutcomeStatus {
		t.Fatal(got)
	}
}

func TestResident(t *testing.T) {
	d := open(t)
	last := func(want civic.Outcome) {
		t.Helper()
		if got := d.term.Outcomes(); got[len(got)-1] != want {
			t.Fatalf("outcome %s, want %s", got[len(got)-1], want)
		}
	}
	d.term.File(d.term.Answer(d.made, []string{"photo"}, func(a *civic.SupplementAnswer) { a.Secret[0] ^= 1 }))
	last(civic.OutcomeInvalid)
	d.term.File(d.term.Withdraw(d.made, func(a *civic.Withdrawal) { a.Secret[0] ^= 1 }))
	last(civic.OutcomeInvalid)
	before := d.find()
	d.term.File(d.term.Answer(d.made, []string{"owed"}, nil)) // what was owed follows
	last(civic.OutcomeCase)
	c := d.is(civic.Filed, before.Due.String())
	if !c.Since.Equal(before.Since) {
		t.Fatal("papers that follow began the clock anew")
	}
	d.term.File(d.term.Withdraw(d.made, nil))
	last(civic.OutcomeCase)
	d.is(civic.Withdrawn, "")
	d.term.File(d.term.Withdraw(d.made, nil))
	last(civic.OutcomeStatus)
	unknown := d.term.Apply(nil) // never sent
	d.term.File(d.term.Withdraw(unknown, nil))
	last(civic.OutcomeStatus)
}

func TestClerks(t *testing.T) {
	d := open(t)
	ctx, clerk := t.Context(), intaketest.Clerk()
	other, gone, boss := clerk, clerk, clerk
	other.Department = "civil-affairs"
	gone.Left = d.Now
	boss.Roles = []civic.Role{civic.RoleSupervisor}
	version := d.find().Version
	head, err := d.Store.VerifyAudit(ctx)
	must(t, err)
	for name, p := range map[string]store.Person{"another department": other, "gone": gone, "supervisor": boss} {
		for step, err := range map[string]error{
			"open":   second(d.Casework.Open(ctx, d.code, p, "curious")),
			"paper":  second(d.Casework.Paper(ctx, d.code, civic.DigestOf(d.made.Papers[0]), p)),
			"accept": d.Casework.Accept(ctx, d.code, version, p),
			"decide": d.Casework.Decide(ctx, d.code, version, p, true, "x"),
		} {
			if !isCode(err, civic.Forbidden) {
				t.Errorf("%s: %s: %v", name, step, err)
			}
		}
	}
	after, err := d.Store.VerifyAudit(ctx)
	must(t, err)
	if after != head {
		t.Fatal("a refused look is in the audit as a look")
	}
	for name, err := range map[string]error{
		"decide before accepting": d.Casework.Decide(ctx, d.code, version, clerk, true, "准予"),
		"deliver at once":         d.Casework.Deliver(ctx, d.code, version, clerk, ""),
	} {
		if !isCode(err, civic.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"decline in silence":  d.Casework.Decline(ctx, d.code, version, clerk, " "),
		"ask for nothing":     d.Casework.Supplement(ctx, d.code, version, clerk, casework.Request{Owes: []string{" "}}),
		"pause in silence":    d.Casework.Pause(ctx, d.code, version, clerk, ""),
		"too long":            d.Casework.Decline(ctx, d.code, version, clerk, strings.Repeat("长", 4001)),
		"too many days":       d.Casework.Supplement(ctx, d.code, version, clerk, casework.Request{Owes: []string{"a"}, Days: 61}),
		"a stale page":        d.Casework.Accept(ctx, d.code, version-1, clerk),
		"an unknown case":     d.Casework.Accept(ctx, civic.NewTrackingCode(1, 999), version, clerk),
		"a list for a nobody": second(d.Casework.List(ctx, gone, store.Filter{})),
	} {
		var refusal *civic.Error
		if !errors.As(err, &refusal) || refusal.Key == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := d.find(); c.Version != version {
		t.Fatalf("a refused step changed the case to version %d", c.Version)
	}
	must(t, d.Casework.Decline(ctx, d.code, version, clerk, "不属于本机关职权范围。"))
	d.is(civic.Declined, "")
}

func second[T any](_ T, err error) error { return err }

func TestList(t *testing.T) {
	d := open(t)
	clerk := intaketest.Clerk()
	other := clerk
	other.Department = "civil-affairs"
	list, err := d.Casework.List(t.Context(), clerk, store.Filter{Department: "civil-affairs"})
	if err != nil || len(list) != 1 || list[0].Flags.Overdue {
		t.Fatalf("own department: %d cases, %v", len(list), err)
	}
	if list, err = d.Casework.List(t.Context(), other, store.Filter{Department: "public-security"}); err != nil || len(list) != 0 {
		t.Fatalf("another department: %d cases, %v", len(list), err)
	}
	boss := store.Person{Login: "b", Roles: []civic.Role{civic.RoleSupervisor}}
	d.on("2026-10-11")
	if list, err = d.Casework.List(t.Context(), boss, store.Filter{}); err != nil || len(list) != 1 || !list[0].Flags.Overdue {
		t.Fatalf("supervisor: %d cases, %v", len(list), err)
	}
}

func TestTrack(t *testing.T) {
	d := open(t)
	ctx := t.Context()
	track := func(q *civic.ReceiptQR) *casework.Tracking {
		t.Helper()
		got, err := d.Casework.Track(ctx, q.Link("doorstep.example"))
		must(t, err)
		return got
	}
	fresh := d.term.Apply(nil)
	heard := d.Now.Add(-time.Hour)
	must(t, d.Fleet.Seen(ctx, d.term.Key.ID, heard, nil))
	got := track(fresh.QR)
	if got.Where != casework.AtTerminal || got.Terminal != d.term.Number || got.Point != intaketest.Place.Name || !got.Seen.Equal(heard) || got.Notice != nil {
		t.Fatalf("before it was sent: %+v", got)
	}
	early := *fresh.QR
	early.Filed = early.Filed.Add(-time.Hour)
	if _, err := d.Casework.Track(ctx, early.Token()); !isCode(err, civic.Untrusted) {
		t.Fatalf("forged before it was sent: %v", err)
	}
	_, err := d.Intake.Take(ctx, d.term.Session, d.term.Sent(fresh), d.Now)
	must(t, err)
	if got = track(fresh.QR); got.Where != casework.Arrived || !got.Received.Equal(d.Now) {
		t.Fatalf("before it was opened: %+v", got)
	}
	d.OpenAll()
	if got = track(fresh.QR); got.Where != casework.InCase || got.Notice.Status != civic.Filed || got.Service == "" {
		t.Fatalf("in a case: %+v", got)
	}
	bad := d.term.Apply(func(a *civic.Application) { a.Privacy.Notice = "" })
	d.term.File(bad)
	if got = track(bad.QR); got.Where != casework.WithPerson {
		t.Fatalf("set aside: %+v", got)
	}
	forged := *fresh.QR
	forged.Secret[0] ^= 1
	self := forged
	self.Sign(d.term.Key.SignRaw) // by the terminal itself, but not the receipt of the case
	stranger := forged
	stranger.Code = civic.NewTrackingCode(4711, 1)
	stranger.Sign(d.term.Key.SignRaw)
	for name, q := range map[string]*civic.ReceiptQR{"forged": &forged, "another secret": &self, "unknown terminal": &stranger} {
		if _, err := d.Casework.Track(ctx, q.Token()); !isCode(err, civic.Untrusted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.Casework.Track(ctx, "{}"); !isCode(err, civic.Invalid) {
		t.Errorf("nonsense: %v", err)
	}
	// The receipt of a number that the terminal no longer has stays good.
	d.term.Join()
	if got = track(fresh.QR); got.Where != casework.InCase {
		t.Fatalf("after a new generation: %+v", got)
	}
}

func TestAsk(t *testing.T) {
	d := open(t)
	ask := func(last string, after time.Duration) error {
		n, err := d.Casework.Ask(t.Context(), d.term.Session, d.code, last, d.Now.Add(after))
		if err == nil && n.Status != civic.Filed {
			t.Fatalf("notice is %+v", n)
		}
		return err
	}
	must(t, ask(" 002x ", 0))
	for range 4 {
		if err := ask("0021", 0); !isCode(err, civic.NotFound) {
			t.Fatal(err)
		}
	}
	if err := ask("002X", 59*time.Minute); !isCode(err, civic.Limited) {
		t.Fatalf("the sixth try: %v", err)
	}
	must(t, ask("002X", time.Hour))
	unknown := civic.NewTrackingCode(1, 4711)
	for i := range 6 {
		_, err := d.Casework.Ask(t.Context(), d.term.Session, unknown, "002X", d.Now)
		if want := map[bool]civic.Code{true: civic.NotFound, false: civic.Limited}[i < 5]; !isCode(err, want) {
			t.Fatalf("unknown code, try %d: %v", i+1, err)
		}
	}
}

// TestUnpublished: where the calendar ends, days are told and no date, and nothing lapses by guess.
func TestUnpublished(t *testing.T) {
	d := open(t)
	d.on("2026-12-30")
	late := d.term.Apply(nil)
	d.term.File(late)
	c, err := d.Store.Case(t.Context(), late.App.Code)
	must(t, err)
	if !c.Due.IsZero() || c.DueDays != 5 {
		t.Fatalf("due %s in %d days", c.Due, c.DueDays)
	}
	d.on("2027-03-01")
	must(t, d.Casework.Tick(t.Context(), d.Now))
	if c, err = d.Store.Case(t.Context(), late.App.Code); err != nil || c.Status != civic.Filed {
		t.Fatalf("%s, %v", c.Status, err)
	}
}
