package web_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"
	"testing"

	"doorstep/sync/civic"
)

// photo is a picture of a paper with a text in it.
func photo(text string) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 48, 32)), nil); err != nil {
		panic("bug: web_test: " + err.Error())
	}
	comment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xFE}, uint16(len(text)+2))
	comment = append(comment, text...)
	return append(append(b.Bytes()[:2:2], comment...), b.Bytes()[2:]...)
}

// application opens what was taken in, as central does.
func (k *terminal) application(t *testing.T, e civic.Entry) civic.Application {
	t.Helper()
	var a civic.Application
	if err := json.Unmarshal(k.Site.Open(t, e.Kind, e.ID, 0, e.Sealed), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestFiling files an application through the pages and opens it at central.
func TestFiling(t *testing.T) {
	k := start(t)
	done := k.browser(t).file()
	taken := k.Store.Taken()
	if len(taken) != 1 || len(taken[0].Papers) != 3 {
		t.Fatalf("%d entries taken in", len(taken))
	}
	if code := strings.ReplaceAll(taken[0].Entry.Code.String(), "-", ""); done.code() != code || !done.says("已收件") {
		t.Errorf("the page shows %s, the entry has %s", done.code(), code)
	}
	a := k.application(t, taken[0].Entry)
	var answers map[string]any
	if err := json.Unmarshal(a.Answers, &answers); err != nil {
		t.Fatal(err)
	}
	for name, want := range resident() {
		got, ok := answers[name].(string)
		if !ok {
			got = map[any]string{true: "true", false: "false"}[answers[name]]
		}
		if got != want {
			t.Errorf("%s: central reads %v, typed %s", name, answers[name], want)
		}
	}
	if a.Applicant.Name != "欧阳𬭎" || a.Service != "HJ-009" || !a.Privacy.Sensitive && a.Privacy.Notice == "" {
		t.Errorf("applicant %q of %s, consent %+v", a.Applicant.Name, a.Service, a.Privacy)
	}
	for i, paper := range []string{"residence-permit", "identity-card", "proof-employment"} {
		plain := k.Site.Open(t, taken[0].Entry.Kind, taken[0].Entry.ID, uint32(i+1), taken[0].Papers[i])
		if !bytes.Equal(plain, photo(paper)) {
			t.Errorf("paper %d is not what was handed in", i)
		}
	}
}

// TestShown checks that the receipt counts as shown only when the browser has read the page.
func TestShown(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	if p := b.get("/done/shown"); p.status != http.StatusNotFound {
		t.Errorf("before anything was taken in: status %d", p.status)
	}
	b.file()
	if list, err := k.Desk.Unshown(t.Context()); err != nil || len(list) != 1 {
		t.Fatalf("unshown before the page's end: %v, %v", list, err)
	}
	if p := k.browser(t).get("/done/shown"); p.status != http.StatusNotFound {
		t.Errorf("another visit: status %d", p.status)
	}
	b.get("/done/shown")
	if list, err := k.Desk.Unshown(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("unshown after: %v, %v", list, err)
	}
}

// TestConfirmTwice presses the key many times at once, and once more later.
func TestConfirmTwice(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	form := b.fill().filled(nil)
	pages := make([]page, 4)
	var presses sync.WaitGroup
	for i := range pages {
		req := b.request(http.MethodPost, "/review", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		presses.Go(func() {
			var err error
			if pages[i], err = b.try(req); err != nil {
				t.Error(err)
			}
		})
	}
	presses.Wait()
	for _, p := range append(pages, b.post("/review", form), b.get("/done")) {
		if p.path != "/done" || p.status != http.StatusOK || p.code() != pages[0].code() || len(p.code()) != 16 {
			t.Errorf("%s, status %d, code %q, want %q", p.path, p.status, p.code(), pages[0].code())
		}
	}
	if n := len(k.Store.Taken()); n != 1 {
		t.Errorf("%d entries taken in", n)
	}
}

// TestBackAfterDone goes back to the pages of an application that was taken in: they are empty now, so the browser
// is led to the receipt.
func TestBackAfterDone(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	code := b.file().code()
	for _, path := range []string{"/review", "/materials", "/form/" + k.firstPage(t)} {
		if p := b.get(path); p.path != "/done" || p.code() != code {
			t.Errorf("%s leads to %s, status %d", path, p.path, p.status)
		}
	}
}

// firstPage names the form's first page.
func (k *terminal) firstPage(t *testing.T) string {
	t.Helper()
	return strings.TrimPrefix(k.browser(t).begin("HJ-009").path, "/form/")
}

func TestErrorsAtTheField(t *testing.T) {
	for _, test := range []struct{ lang, number, phone, missing string }{
		{"zh", "身份", "手机", "请"}, {"en", "number", "phone", "Please"},
	} {
		t.Run(test.lang, func(t *testing.T) {
			b := start(t).browser(t)
			b.post("/settings", map[string][]string{"token": {b.get("/").token()}, "lang": {test.lang}})
			p := b.begin("HJ-009")
			wrong := with(resident(), map[string]string{"number": "110105194912310021", "phone": "12"})
			for range 6 {
				if p.status == http.StatusUnprocessableEntity || !strings.HasPrefix(p.path, "/form/") {
					break
				}
				p = b.post(p.path, p.filled(wrong))
			}
			if p.status != http.StatusUnprocessableEntity || p.errors() == "" {
				t.Fatalf("%s: status %d", p.path, p.status)
			}
			if !strings.Contains(p.body, `value="110105194912310021"`) || !strings.Contains(p.body, `aria-describedby="e-number"`) {
				t.Errorf("the number is not kept beside its error: %s", p.errors())
			}
			if strings.Contains(p.body, "‹") {
				t.Errorf("a sentence is missing: %s", p.errors())
			}
			if han := strings.ContainsFunc(p.errors(), func(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }); han != (test.lang == "zh") {
				t.Errorf("errors in the other language: %s", p.errors())
			}
		})
	}
}

// TestReviewLeadsToWhatIsMissing opens the review of an application that is not finished.
func TestReviewLeadsToWhatIsMissing(t *testing.T) {
	b := start(t).browser(t)
	first := b.begin("HJ-009")
	if p := b.get("/review"); p.path != first.path {
		t.Errorf("an empty form leads to %s", p.path)
	}
	b.answer(first, resident())
	if p := b.get("/review"); p.path != "/materials" {
		t.Errorf("without papers it leads to %s", p.path)
	}
}

func TestRepeat(t *testing.T) {
	b := start(t).browser(t)
	p := b.begin("HJ-009")
	for range 10 {
		if strings.Contains(p.body, `name="lived_elsewhere"`) {
			break
		}
		p = b.post(p.path, p.filled(resident()))
	}
	answers := with(resident(), map[string]string{"lived_elsewhere": "true"})
	if p = b.post(p.path, refresh(p, answers, "refresh")); !strings.Contains(p.body, `name="former/0/address"`) {
		t.Fatalf("%s: the repeat does not appear", p.path)
	}
	for i, address := range []string{"第一处地址一号", "第二处地址二号"} {
		n := string(rune('0' + i))
		answers["former/"+n+"/district"], answers["former/"+n+"/address"], answers["former/"+n+"/until"] = "440113", address, "2026-01-01"
		p = b.post(p.path, refresh(p, answers, "refresh"))
	}
	if !p.says("第一处地址一号") || !p.says("第二处地址二号") || !strings.Contains(p.body, `name="former/2/address"`) {
		t.Fatal("two items were added and are not there")
	}
	p = b.post(p.path, refresh(p, answers, "remove:former/0"))
	if p.says("第一处地址一号") || !p.says("第二处地址二号") || p.status != http.StatusOK {
		t.Errorf("after the first was removed: status %d", p.status)
	}
	if !strings.Contains(p.body, `name="former/0/address" type="text" value="第二处地址二号"`) {
		t.Error("the second item did not become the first")
	}
}

func refresh(p page, answers map[string]string, do string) map[string][]string {
	form := p.filled(answers)
	form.Set("do", do)
	return form
}

// child is an applicant of ten years, filed for by a guardian.
func child() map[string]string {
	return with(resident(), map[string]string{
		"number": numbered("44011320160305001"), "filed_by": "guardian", "ground": "schooling",
		"school": "化龙小学", "school_since": "2024-09-01", "proxy_name": "欧阳父", "proxy_phone": "13800138001",
		"proxy_document/kind": "resident-id", "proxy_document/number": numbered("44011319850305001"),
	})
}

// numbered adds the last character of a resident ID number (GB 11643).
func numbered(digits string) string {
	sum, weight := 0, 1
	for i := len(digits) - 1; i >= 0; i-- {
		weight = weight * 2 % 11
		sum += int(digits[i]-'0') * weight
	}
	return digits + string("10X98765432"[sum%11])
}

func TestGuardian(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	p := b.begin("HJ-009")
	asked := false
	for range 20 {
		if !strings.HasPrefix(p.path, "/form/") {
			break
		}
		asked = asked || strings.Contains(p.body, `name="guardian"`)
		if asked {
			break
		}
		p = b.post(p.path, p.filled(child()))
	}
	if !asked {
		t.Fatalf("%s: the guardian is not asked", p.path)
	}
	at := p.path
	if p = b.post(at, p.filled(child())); p.status != http.StatusUnprocessableEntity || p.path != at || p.errors() == "" {
		t.Fatalf("without the guardian it goes on to %s, status %d", p.path, p.status)
	}
	if p = b.post(at, p.filled(with(child(), map[string]string{"guardian": "true"}))); p.path != "/materials" {
		t.Fatalf("with the guardian it leads to %s: %s", p.path, p.errors())
	}
	if p = b.get(at); !strings.Contains(p.body, `name="guardian" value="true" checked`) {
		t.Error("the guardian's consent is not shown again")
	}
}

// TestGuardianLate makes the applicant a child after the page that asks the guardian was passed: the review leads
// to that page and not in a circle.
func TestGuardianLate(t *testing.T) {
	b := start(t).browser(t)
	first := b.begin("HJ-009")
	last := first.path
	p := first
	for range 20 {
		if !strings.HasPrefix(p.path, "/form/") {
			break
		}
		last = p.path
		p = b.post(p.path, p.filled(with(child(), map[string]string{"guardian": "", "number": "11010519491231002X"})))
	}
	for p = b.get(first.path); p.path != last && strings.HasPrefix(p.path, "/form/"); {
		p = b.post(p.path, p.filled(child()))
	}
	for _, m := range []string{"residence-permit", "identity-card", "proof-schooling", "proxy-papers"} {
		b.upload("/materials/"+m+"/papers", p.token(), photo(m))
	}
	b.post("/materials/new-address", map[string][]string{"token": {p.token()}, "state": {"owed"}})
	if p = b.get("/review"); p.path != last || !strings.Contains(p.body, `name="guardian"`) {
		t.Errorf("the review leads to %s, want %s", p.path, last)
	}
}
