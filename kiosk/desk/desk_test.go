package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/seal"
)

// The identity numbers are the examples of GB 11643.
const (
	adult      = "11010519491231002X"
	otherAdult = "34052419800101001X"
	childID    = "440113201503010033" // born on 1 March 2015
)

func TestMemoryKeepsItsWord(t *testing.T) {
	desktest.Outbox(t, func(*testing.T) desk.Outbox { return desktest.NewMemory() })
}

func consent() civic.Consent { return civic.Consent{Notice: "2026-1", Sensitive: true} }

func begin(t *testing.T, f *desktest.Fixture, service string) *desk.Session {
	t.Helper()
	s, err := f.Desk.Begin(t.Context(), service, "zh", "", consent())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fill answers an endorsement so that only the materials are missing.
func fill(t *testing.T, s *desk.Session) {
	t.Helper()
	for _, page := range []struct {
		id     string
		posted map[string][]string
	}{
		{"filer", map[string][]string{"filed_by": {"self"}}},
		{"applicant", map[string][]string{"name": {"欧阳𬭎"}, "number": {adult}, "phone": {"13800138000"}}},
		{"permit", map[string][]string{"issued_on": {"2025-10-08"}, "endorsed": {"false"}}},
		{"home", map[string][]string{
			"moved": {"true"}, "district": {"440113"}, "street": {"化龙镇"}, "address": {"金龙大道1号301房"}, "living_since": {"2026-03-01"},
		}},
		{"ground", map[string][]string{"ground": {"employment"}}},
		{"work", map[string][]string{"employer": {"某某制衣有限公司"}, "work_address": {"金龙大道9号"}, "work_since": {"2025-08-04"}}},
		{"past", map[string][]string{
			"lived_elsewhere": {"true"}, "former/0/district": {"440106"}, "former/0/address": {"某路2号202"}, "former/0/until": {"2026-02-28"},
		}},
		{"declaration", map[string][]string{"declared": {"true"}}},
	} {
		if errs, err := s.SetAnswers(page.id, page.posted); err != nil || len(errs) != 0 {
			t.Fatalf("page %s: %v, %v", page.id, errs, err)
		}
	}
}

// hand gives every paper that an endorsement needs.
func hand(t *testing.T, s *desk.Session) {
	t.Helper()
	for _, m := range []string{"residence-permit", "identity-card", "identity-card", "proof-employment"} {
		if _, err := s.Attach(m, jpeg(t, 40, 30)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Hand("new-address", civic.HandedOwed); err != nil {
		t.Fatal(err)
	}
}

func file(t *testing.T, f *desktest.Fixture) *desk.Issued {
	t.Helper()
	s := begin(t, f, "HJ-009")
	fill(t, s)
	hand(t, s)
	i, err := s.Confirm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.Desk.End(s.ID())
	return i
}

func refusal(err error) string {
	var e *civic.Error
	if errors.As(err, &e) {
		return e.Key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestTakingIn(t *testing.T) {
	f := desktest.Open(t)
	issued := file(t, f)
	taken := f.Store.Taken()
	if len(taken) != 1 || taken[0].Entry.ID != issued.Entry || len(taken[0].Papers) != 4 {
		t.Fatalf("taken in: %d entries", len(taken))
	}
	e := taken[0].Entry
	var app civic.Application
	if err := json.Unmarshal(f.Site.Open(t, e.Kind, e.ID, 0, e.Sealed), &app); err != nil {
		t.Fatal(err)
	}
	if app.ID != e.ID || app.Code != e.Code || app.Service != "HJ-009" || app.Guide != (civic.Revision{ID: "HJ-009", Rev: 1}) ||
		app.Form != (civic.Revision{ID: "HJ-009", Rev: 1}) || app.Applicant.Name != "欧阳𬭎" || app.Applicant.Document.Number != adult ||
		app.Proxy != nil || app.Privacy.Notice != "2026-1" || app.Privacy.At.IsZero() || app.Point != "hualong" || app.Training {
		t.Errorf("application %+v", app)
	}
	if len(app.Materials) != 4 || app.Materials[1].State != civic.HandedIn || len(app.Materials[1].Papers) != 2 || app.Materials[3].State != civic.HandedOwed {
		t.Errorf("materials %+v", app.Materials)
	}
	index := uint32(0)
	for _, h := range app.Materials {
		for _, p := range h.Papers {
			cipher := taken[0].Papers[index]
			index++
			plain := f.Site.Open(t, e.Kind, e.ID, index, cipher)
			if p.Digest != civic.DigestOf(cipher) || e.Papers[index-1].Digest != p.Digest || p.Plain != civic.DigestOf(plain) || p.Media != "image/jpeg" {
				t.Errorf("paper %d: %+v", index, p)
			}
		}
	}
	a, err := form.ParseAnswers(app.Answers)
	if err != nil || a["address"] != "金龙大道1号301房" {
		t.Errorf("answers %s, %v", app.Answers, err)
	}
	// 17 September 2026, 10:00 in China, the wall clock two minutes fast.
	if at, sure := e.Evidence.FiledAt(); sure != civic.Sure || at.UTC().Format(time.RFC3339) != "2026-09-17T01:58:00Z" {
		t.Errorf("filed %v, %v", at, sure)
	}
}

// TestWhoTookItIn is that the name of who files for a resident is sealed with the answers and stands on the receipt, both
// as it was when the application began.
func TestWhoTookItIn(t *testing.T) {
	f := desktest.Open(t)
	s, err := f.Desk.Begin(t.Context(), "HJ-009", "zh", "陈敏", consent())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	hand(t, s)
	issued, err := s.Confirm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := f.Store.Taken()[0].Entry
	var app civic.Application
	if err := json.Unmarshal(f.Site.Open(t, e.Kind, e.ID, 0, e.Sealed), &app); err != nil {
		t.Fatal(err)
	}
	if app.Staff != "陈敏" || issued.Receipt.TakenBy != "陈敏" {
		t.Errorf("sealed %q, on the receipt %q", app.Staff, issued.Receipt.TakenBy)
	}
}

func TestNothingReadableIsTakenIn(t *testing.T) {
	f := desktest.Open(t)
	file(t, f)
	taken := f.Store.Taken()[0]
	b, err := json.Marshal(taken.Entry)
	if err != nil {
		t.Fatal(err)
	}
	all := string(b) + string(taken.Entry.Sealed) + string(taken.Receipt)
	for _, p := range taken.Papers {
		all += string(p)
	}
	for _, word := range []string{"欧阳", adult, "13800138000", "金龙大道", "HJ-009", "化龙镇"} {
		if strings.Contains(all, word) {
			t.Errorf("%q can be read in what was taken in", word)
		}
	}
}

func TestReceiptSaysTheTruth(t *testing.T) {
	f := desktest.Open(t)
	issued := file(t, f)
	r := issued.Receipt
	if r.Custody != civic.AtTerminal || r.Copy != 1 || r.Service != "签注居住证" || r.Authority == "" || r.Terminal != 7 ||
		r.ReplyDays != 5 || r.Days != 5 || r.DayKind != civic.WorkingDays || r.Contact != "020-00000000" {
		t.Errorf("receipt %+v", r)
	}
	if strings.Contains(r.Applicant, "𬭎") || strings.Contains(r.Document, "19491231") {
		t.Errorf("not masked: %s, %s", r.Applicant, r.Document)
	}
	if len(r.Received) != 3 || r.Received[1].Pages != 2 || len(r.Owed) != 1 || !strings.HasPrefix(r.Owed[0].Name, "新住址证明") {
		t.Errorf("received %+v, owed %+v", r.Received, r.Owed)
	}
	// Thursday; the Sunday after it is worked.
	if want := (civic.Date{Year: 2026, Month: 9, Day: 23}); r.ReplyBy != want || r.Owed[0].By != want {
		t.Errorf("reply by %v, owed by %v, want %v", r.ReplyBy, r.Owed[0].By, want)
	}
	q, err := civic.ParseReceiptQR(r.QR)
	if err != nil || !q.VerifiedBy(f.Site.Key.Public()) || q.Code != r.Code {
		t.Errorf("QR %v, %v", q, err)
	}
}

func TestTrainingSaysSo(t *testing.T) {
	f := desktest.Open(t)
	f.Site.At.Training = true
	r := file(t, f).Receipt
	q, err := civic.ParseReceiptQR(r.QR)
	if err != nil || !r.Training || !r.Code.Training() || !q.Training {
		t.Errorf("receipt %+v, QR %+v, %v", r, q, err)
	}
	if found := look(t, f.Desk, r.QR); !found.Training || found.Receipt == nil {
		t.Errorf("found %+v", found)
	}
}

func TestReceiptWithoutADate(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(f *desktest.Fixture)
	}{
		{"the clock unsure", func(f *desktest.Fixture) { f.Store.SetSync(civic.Evidence{}) }},
		{"the calendar unpublished", func(f *desktest.Fixture) { f.Clock.Add(105 * 24 * time.Hour) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := desktest.Open(t)
			test.prepare(f)
			r := file(t, f).Receipt
			if !r.ReplyBy.IsZero() || r.ReplyDays != 5 || !r.Owed[0].By.IsZero() {
				t.Errorf("reply by %v, in %d days; owed by %v", r.ReplyBy, r.ReplyDays, r.Owed[0].By)
			}
		})
	}
}

func TestConfirmIsOnce(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	fill(t, s)
	hand(t, s)
	var wg sync.WaitGroup
	codes := make([]civic.TrackingCode, 8)
	for i := range codes {
		wg.Go(func() {
			issued, err := s.Confirm(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			codes[i] = issued.Receipt.Code
		})
	}
	wg.Wait()
	if len(f.Store.Taken()) != 1 || len(slices.Compact(codes)) != 1 {
		t.Errorf("%d entries, codes %v", len(f.Store.Taken()), codes)
	}
}

func TestConfirmAfterAnAnswerNotHeard(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	fill(t, s)
	hand(t, s)
	f.Store.FailOnce(errors.New("input/output error"))
	if _, err := s.Confirm(t.Context()); refusal(err) != "desk.unsaved" {
		t.Fatalf("first: %v", err)
	}
	if _, err := s.SetAnswers("applicant", nil); refusal(err) != "desk.confirmed" {
		t.Errorf("changed after it was handed to the store: %v", err)
	}
	if err := s.Hand("new-address", civic.HandedNone); refusal(err) != "desk.confirmed" {
		t.Errorf("changed after it was handed to the store: %v", err)
	}
	issued, err := s.Confirm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if taken := f.Store.Taken(); len(taken) != 1 || taken[0].Entry.Code != issued.Receipt.Code {
		t.Errorf("%d entries", len(taken))
	}
}

func TestConfirmOutlivesThePage(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	fill(t, s)
	hand(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Confirm(ctx); err != nil {
		t.Errorf("confirm with the page gone: %v", err)
	}
}

func TestConfirmRefusesWhatIsNotComplete(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	if _, err := s.Confirm(t.Context()); refusal(err) != "form.required" {
		t.Errorf("empty: %v", err)
	}
	fill(t, s)
	if _, err := s.Confirm(t.Context()); refusal(err) != "material.missing" {
		t.Errorf("without papers: %v", err)
	}
	if n := len(f.Store.Taken()); n != 0 {
		t.Errorf("%d entries taken in", n)
	}
}

func TestFormIsTheOneItBeganWith(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	f.Store.Publish(civic.EditionGuide, "HJ-009", nil)
	f.Store.Publish(civic.EditionForm, "HJ-009", []byte(`{}`))
	again := reopen(t, f)
	if _, err := again.Guide("HJ-009"); refusal(err) != "desk.service" {
		t.Errorf("withdrawn guide: %v", err)
	}
	fill(t, s)
	hand(t, s)
	if _, err := s.Confirm(t.Context()); err != nil {
		t.Errorf("begun before: %v", err)
	}
}

// reopen makes another desk on the same store, which reads the shelf as it is now.
func reopen(t *testing.T, f *desktest.Fixture) *desk.Desk {
	t.Helper()
	opts := desk.DefaultOptions()
	opts.Store, opts.Site, opts.Clock = f.Store, f.Site, f.Clock
	opts.Logger = slog.New(slog.DiscardHandler)
	d, err := desk.New(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBeginRefuses(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(f *desktest.Fixture)
		service string
		consent civic.Consent
		want    string
	}{
		{"no such service", nil, "HJ-999", consent(), "desk.service"},
		{"notice not read", nil, "HJ-009", civic.Consent{}, "consent.notice"},
		{"an older notice", nil, "HJ-009", civic.Consent{Notice: "2025-1"}, "consent.notice"},
		{"sensitive not asked where none is", nil, "HJ-009", civic.Consent{Notice: "2026-1"}, ""},
		{"sensitive not agreed", nil, "SB-010", civic.Consent{Notice: "2026-1"}, "consent.sensitive"},
		{"disk", func(f *desktest.Fixture) { f.Store.SetFree(1 << 20) }, "HJ-009", consent(), "desk.disk"},
		{"disk silent", func(f *desktest.Fixture) { f.Store.SetFree(-1) }, "HJ-009", consent(), "desk.disk"},
		{"queue", func(f *desktest.Fixture) {
			for range 5 {
				file(t, f)
			}
		}, "HJ-009", consent(), "desk.queue"},
		{"queue sent", func(f *desktest.Fixture) {
			for range 5 {
				file(t, f)
			}
			f.Store.Hold(f.Clock.Read().Wall)
		}, "HJ-009", consent(), ""},
		{"sessions", func(f *desktest.Fixture) {
			for range 4 {
				begin(t, f, "HJ-009")
			}
		}, "HJ-009", consent(), "desk.busy"},
		{"receipts on the screens", func(f *desktest.Fixture) {
			for range 4 {
				file(t, f)
			}
			f.Store.Hold(f.Clock.Read().Wall)
		}, "HJ-009", consent(), ""},
		{"sessions left behind", func(f *desktest.Fixture) {
			for range 4 {
				begin(t, f, "HJ-009")
			}
			f.Clock.Add(6 * time.Minute)
		}, "HJ-009", consent(), ""},
		{"not enrolled", func(f *desktest.Fixture) { f.Site.At.Number = 0 }, "HJ-009", consent(), "desk.enrol"},
		{"no keys", func(f *desktest.Fixture) { f.Site.NoKeys = true }, "HJ-009", consent(), "desk.keys"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := desktest.Open(t)
			if test.prepare != nil {
				test.prepare(f)
			}
			_, err := f.Desk.Begin(t.Context(), test.service, "zh", "", test.consent)
			if refusal(err) != test.want {
				t.Errorf("refused %q, want %q", refusal(err), test.want)
			}
		})
	}
}

func TestWhatBeganIsFinishedOnAFullDisk(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	f.Store.SetFree(0)
	fill(t, s)
	hand(t, s)
	if _, err := s.Confirm(t.Context()); err != nil {
		t.Errorf("confirm: %v", err)
	}
}

func TestChildNeedsTheGuardiansConsent(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	fill(t, s)
	hand(t, s)
	for _, page := range []string{"filer", "proxy", "applicant"} {
		if _, err := s.SetAnswers(page, map[string]map[string][]string{
			"filer":     {"filed_by": {"guardian"}},
			"proxy":     {"proxy_name": {"王五"}, "proxy_document/kind": {"resident-id"}, "proxy_document/number": {otherAdult}, "proxy_phone": {"13800138000"}},
			"applicant": {"name": {"小明"}, "number": {childID}},
		}[page]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Attach("proxy-papers", jpeg(t, 40, 30)); err != nil {
		t.Fatal(err)
	}
	if !s.NeedsGuardian() {
		t.Fatal("a child of eleven needs no guardian")
	}
	if _, err := s.Confirm(t.Context()); refusal(err) != "consent.guardian" {
		t.Fatalf("without the guardian's consent: %v", err)
	}
	if err := s.ConsentAsGuardian(true); err != nil {
		t.Fatal(err)
	}
	issued, err := s.Confirm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if issued.Receipt.Proxy == "" || strings.Contains(issued.Receipt.Proxy, "五") {
		t.Errorf("proxy on the receipt is %q", issued.Receipt.Proxy)
	}
}

func TestSessionsLeaveNothing(t *testing.T) {
	f := desktest.Open(t)
	s := begin(t, f, "HJ-009")
	fill(t, s)
	hand(t, s)
	f.Desk.End(s.ID())
	if _, err := f.Desk.Session(s.ID()); refusal(err) != "desk.ended" {
		t.Errorf("ended session: %v", err)
	}
	if r := s.Review(); len(r.Sections) != 0 {
		t.Errorf("read back after the end: %+v", r.Sections)
	}
	if _, _, err := s.Content("identity-card", 0); refusal(err) != "paper.absent" {
		t.Errorf("paper after the end: %v", err)
	}
	if _, err := s.Confirm(t.Context()); refusal(err) != "desk.ended" {
		t.Errorf("confirm after the end: %v", err)
	}
	if _, err := s.Attach("identity-card", jpeg(t, 4, 3)); refusal(err) != "desk.ended" {
		t.Errorf("attach after the end: %v", err)
	}
}

func TestRunFollowsTheShelfAndSweeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := desktest.Open(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- f.Desk.Run(ctx) }()
		synctest.Wait()
		left, stays := begin(t, f, "HJ-009"), begin(t, f, "HJ-009")
		f.Store.Publish(civic.EditionGuide, "SB-010", nil)
		synctest.Wait()
		if _, err := f.Desk.Guide("SB-010"); refusal(err) != "desk.service" {
			t.Errorf("withdrawn guide: %v", err)
		}
		f.Clock.Add(29 * time.Minute)
		stays.Touch()
		f.Clock.Add(2 * time.Minute)
		<-time.After(2 * time.Minute) // the bubble's time: lets the sweep come round
		if _, err := f.Desk.Session(left.ID()); refusal(err) != "desk.ended" {
			t.Errorf("idle session: %v", err)
		}
		if _, err := f.Desk.Session(stays.ID()); err != nil {
			t.Errorf("touched session: %v", err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, err := f.Desk.Session(stays.ID()); refusal(err) != "desk.ended" {
			t.Errorf("session after the end: %v", err)
		}
	})
}

func TestUnshown(t *testing.T) {
	f := desktest.Open(t)
	issued := file(t, f)
	list, err := f.Desk.Unshown(t.Context())
	if err != nil || len(list) != 1 || list[0].Code != issued.Receipt.Code {
		t.Fatalf("unshown %v, %v", list, err)
	}
	if err := f.Desk.Shown(t.Context(), issued.Entry); err != nil {
		t.Fatal(err)
	}
	if list, err = f.Desk.Unshown(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("unshown %v, %v", list, err)
	}
}

// status locks what central would send for a receipt.
func status(t *testing.T, q *civic.ReceiptQR, n civic.StatusNotice) []byte {
	t.Helper()
	n.Code, n.Service = q.Code, "HJ-009"
	b, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := seal.Lock(q.Secret, seal.ForStatus, q.Code, b)
	if err != nil {
		t.Fatal(err)
	}
	return locked
}

// TestEveryKeyHasItsSentence collects the keys that the desk's refusals give and looks them up in both languages.
func TestEveryKeyHasItsSentence(t *testing.T) {
	words := map[string]map[string]string{}
	for _, lang := range []string{"zh", "en"} {
		words[lang] = map[string]string{}
		for _, name := range []string{"desk", "form"} {
			b, err := os.ReadFile("../../assets/locale/" + lang + "." + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			part := words[lang] // Unmarshal adds to the map
			if err := json.Unmarshal(b, &part); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	key := regexp.MustCompile(`"((?:desk|consent|paper|lookup|supplement|withdraw|material|form)\.[a-z-]+)"`)
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range key.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = true
		}
	}
	for k := range used {
		if words["zh"][k] == "" || words["en"][k] == "" {
			t.Errorf("%s has no sentence", k)
		}
	}
	for k, zh := range words["zh"] {
		if !strings.HasPrefix(k, "form.") && !strings.HasPrefix(k, "material.") && !used[k] {
			t.Errorf("%s is never said", k)
		}
		if strings.Count(zh, "{") != strings.Count(words["en"][k], "{") {
			t.Errorf("%s has other blanks in English", k)
		}
	}
}
