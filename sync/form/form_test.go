package form_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// now is a Saturday morning in China, when it is still Friday in London.
var now = time.Date(2026, 9, 25, 22, 0, 0, 0, time.UTC)

func service(t testing.TB, id string) (*form.Form, civic.Guide) {
	t.Helper()
	list, err := catalogue.Parse(os.DirFS("../../assets/catalogue"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(s catalogue.Service) bool { return s.Guide.ID == id })
	f, err := form.Parse(list[i].FormBody)
	if err != nil {
		t.Fatal(err)
	}
	return f, list[i].Guide
}

// The identity numbers are the standard's own examples and numbers made up from its rule.
const (
	adult      = "11010519491231002X"
	otherAdult = "34052419800101001X"
)

// child returns the identity number of someone born on a day, with its check digit.
func child(day string) string {
	s := "440113" + day + "003"
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

func answers(t testing.TB, s string) form.Answers {
	t.Helper()
	a, err := form.ParseAnswers([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// permit is a complete application for a residence permit by an employee.
const permit = `{
	"filed_by": "self", "name": "欧阳𬭎", "number": "11010519491231002X", "phone": "13800138000",
	"household_province": "湖南", "household_address": "湖南省长沙市岳麓区某路1号",
	"district": "440113", "street": "化龙镇", "address": "金龙大道1号2栋301房", "living_since": "2025-08-01",
	"registered": true, "registered_on": "2025-08-03",
	"housing": "rented", "landlord": "李四", "lease_until": "2027-07-31",
	"ground": "employment", "work_kind": "employee", "employer": "某某制衣有限公司",
	"work_address": "金龙大道9号", "work_since": "2025-08-04", "insured": true,
	"has_companions": false, "delivery": "collect", "declared": true}`

// with returns the permit with some answers replaced; nil takes one out.
func with(t testing.TB, changes map[string]any) form.Answers {
	t.Helper()
	a := answers(t, permit)
	for name, v := range changes {
		if a[name] = v; v == nil {
			delete(a, name)
		}
	}
	b, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return answers(t, string(b))
}

// said writes refusals as field and key.
func said(errs []*civic.Error) []string {
	var out []string
	for _, e := range errs {
		out = append(out, e.Field+" "+e.Key)
	}
	return out
}

func TestCheckWhole(t *testing.T) {
	f, _ := service(t, "HJ-008")
	guardian := map[string]any{
		"filed_by": "guardian", "proxy_reason": "minor", "proxy_name": "王五",
		"proxy_document": map[string]any{"kind": "resident-id", "number": otherAdult}, "proxy_phone": "020-83123456",
		"number": child("20150301"), "phone": nil,
	}
	without := func(m map[string]any, changes map[string]any) map[string]any {
		out := map[string]any{}
		for k, v := range m {
			out[k] = v
		}
		for k, v := range changes {
			out[k] = v
		}
		return out
	}
	for _, test := range []struct {
		name    string
		changes map[string]any
		want    []string
	}{
		{"complete", nil, nil},
		{"guardian for a child", guardian, nil},
		{"child alone", map[string]any{"number": child("20150301")}, []string{"filed_by form.guardian"}},
		{"child of fourteen today", map[string]any{"number": child("20120926")}, nil},
		{"child of fourteen tomorrow", map[string]any{"number": child("20120927")}, []string{"filed_by form.guardian"}},
		{"kin for a child", without(guardian, map[string]any{"filed_by": "kin", "proxy_kinship": "sibling"}), []string{"filed_by form.guardian"}},
		{"proxy is the applicant", without(guardian, map[string]any{"number": otherAdult}), []string{"proxy_document form.same"}},
		{"missing", map[string]any{"name": nil, "street": nil}, []string{"name form.required", "street form.required"}},
		{"hidden has a value", map[string]any{"school": "某某小学"}, []string{"school form.hidden"}},
		{"condition asks more", map[string]any{"ground": "schooling", "work_kind": nil, "employer": nil, "work_address": nil, "work_since": nil, "insured": nil},
			[]string{"school form.required", "school_level form.required", "school_since form.required"}},
		{"unknown field", map[string]any{"password": "x"}, []string{"password form.unknown"}},
		{"not an option", map[string]any{"housing": "tent", "landlord": nil, "lease_until": nil}, []string{"housing form.choice"}},
		{"too long", map[string]any{"street": strings.Repeat("长", 31)}, []string{"street form.long"}},
		{"too short", map[string]any{"address": "路"}, []string{"address form.short"}},
		{"not agreed", map[string]any{"declared": false}, []string{"declared form.agree"}},
		{"tomorrow in China", map[string]any{"living_since": "2026-09-27"}, []string{"living_since form.future"}},
		{"today in China", map[string]any{"living_since": "2026-09-26"}, nil},
		{"long ago", map[string]any{"living_since": "0202-01-01"}, []string{"living_since form.past"}},
		{"direction override", map[string]any{"address": "金龙大道\u202e1号"}, []string{"address form.characters"}},
		{"wrong type", map[string]any{"registered": "yes", "registered_on": nil}, []string{"registered form.invalid"}},
		{"pupil without a school", map[string]any{"has_companions": true, "companions": []any{
			map[string]any{"name": "小明", "relation": "child", "in_school": true, "document": map[string]any{"kind": "resident-id", "number": child("20180301")}},
			map[string]any{"name": "李雷", "relation": "spouse", "school": "某校", "document": map[string]any{"kind": "resident-id", "number": otherAdult}},
		}}, []string{"companions/0/school form.required", "companions/1/school form.hidden"}},
		{"no companions given", map[string]any{"has_companions": true, "companions": []any{}}, []string{"companions form.few"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := said(f.Check(with(t, test.changes), now))
			if !slices.Equal(got, test.want) {
				t.Errorf("refusals %q, want %q", got, test.want)
			}
		})
	}
}

func TestFormatsAreCivics(t *testing.T) {
	f, _ := service(t, "HJ-008")
	for _, test := range []struct{ name, field, value string }{
		{"check digit", "number", "110105194912310021"},
		{"phone", "phone", "12"},
		{"name", "name", "李<b>四"},
	} {
		t.Run(test.name, func(t *testing.T) {
			errs := f.Check(with(t, map[string]any{test.field: test.value}), now)
			if len(errs) != 1 || errs[0].Field != test.field || strings.HasPrefix(errs[0].Key, "form.") {
				t.Errorf("refusals %q, want one of a civic rule at %s", said(errs), test.field)
			}
			for _, e := range errs {
				if strings.Contains(fmt.Sprint(e, e.Args), test.value) {
					t.Errorf("the refusal holds the answer: %v", e)
				}
			}
		})
	}
}

func TestBankAccount(t *testing.T) {
	f, _ := service(t, "SB-010")
	for _, test := range []struct{ account, want string }{
		{"6222021234567890123", "form.account-digit"},
		{"6222021234567890128", ""},
		{"440501234567890", ""},
		{"62220212x4567890", "form.account"},
		{"12345678901", "form.short"},
	} {
		a := answers(t, `{"account": "`+test.account+`"}`)
		got := ""
		for _, e := range f.Check(a, now) {
			if e.Field == "account" {
				got = e.Key
			}
		}
		if got != test.want {
			t.Errorf("account %s: %q, want %q", test.account, got, test.want)
		}
	}
}

func TestPagesFollowTheAnswers(t *testing.T) {
	f, _ := service(t, "HJ-008")
	ids := func(a form.Answers) (out []string) {
		for _, p := range f.Pages(a, "zh") {
			out = append(out, p.ID)
		}
		return out
	}
	first := ids(form.Answers{})
	if slices.Contains(first, "proxy") || slices.Contains(first, "work") || slices.Contains(first, "school") {
		t.Errorf("pages before any answer: %v", first)
	}
	if got := ids(answers(t, `{"filed_by":"kin","ground":"schooling"}`)); !slices.Contains(got, "proxy") || !slices.Contains(got, "school") || slices.Contains(got, "work") {
		t.Errorf("pages for a pupil filed for by kin: %v", got)
	}
	for _, p := range f.Pages(answers(t, `{"ground":"employment","work_kind":"owner"}`), "en") {
		for _, field := range p.Fields {
			if field.Name == "employer_code" && !field.Required {
				t.Error("the credit code of an own business is not marked as required")
			}
			if field.Name == "insured" {
				t.Error("an owner is asked for the employer's insurance")
			}
		}
	}
}

func TestCheckPageSpeaksOfItsFieldsOnly(t *testing.T) {
	f, _ := service(t, "HJ-008")
	got := said(f.CheckPage(form.Answers{}, "applicant", now))
	if want := []string{"name form.required", "number form.required", "phone form.required"}; !slices.Equal(got, want) {
		t.Errorf("refusals %q, want %q", got, want)
	}
	if got := f.CheckPage(form.Answers{}, "absent", now); len(got) != 1 || got[0].Code != civic.NotFound {
		t.Errorf("unknown page: %v", got)
	}
}

func TestReadPosted(t *testing.T) {
	f, _ := service(t, "HJ-008")
	a := answers(t, `{"ground":"employment","work_kind":"employee","has_companions":true}`)
	a = f.Read(a, "applicant", map[string][]string{
		"name": {"  欧阳  𬭎 "}, "number": {"110105 19491231 002x"}, "phone": {"138 0013 8000"}, "declared": {"true"},
	})
	a = f.Read(a, "companions", map[string][]string{
		"has_companions":    {"true"},
		"companions/2/name": {"小明"}, "companions/2/relation": {"child"}, "companions/2/in_school": {"true"},
		"companions/2/school": {"某某小学"}, "companions/2/document/kind": {"resident-id"}, "companions/2/document/number": {adult},
		"companions/0/name": {""}, "companions/5/name": {"小红"}, "companions/5/school": {"藏着的"}, "companions/5/relation": {"spouse"},
	})
	a = f.Read(a, "ground", map[string][]string{"ground": {"residence"}})
	want := form.Answers{
		"ground": "residence", "has_companions": true, "name": "欧阳 𬭎", "number": adult, "phone": "13800138000",
		"companions": []any{
			map[string]any{"name": "小明", "relation": "child", "in_school": true, "school": "某某小学",
				"document": map[string]any{"kind": "resident-id", "number": adult}},
			map[string]any{"name": "小红", "relation": "spouse"},
		},
	}
	got, _ := a.JSON()
	expect, _ := want.JSON()
	if string(got) != string(expect) {
		t.Errorf("read\n%s, want\n%s", got, expect)
	}
}

func TestCleanDropsWhatIsNotAsked(t *testing.T) {
	f, _ := service(t, "HJ-008")
	a := with(t, map[string]any{"ground": "residence", "password": "x"})
	if got := said(f.Check(f.Clean(a), now)); got != nil {
		t.Errorf("cleaned answers are refused: %q", got)
	}
	if a["employer"] == nil {
		t.Error("Clean changed its argument")
	}
}

func TestParties(t *testing.T) {
	f, _ := service(t, "SB-010")
	a := answers(t, `{"filed_by":"agent","name":"陈婆","number":"`+adult+`","address":"某路1号101","proxy_name":"何社工",
		"proxy_document":{"kind":"passport","number":"E12345678"},"proxy_phone":"13800138000"}`)
	applicant, proxy := f.Parties(a)
	want := civic.Party{Name: "陈婆", Document: civic.Document{Kind: civic.ResidentID, Number: adult}, Address: "某路1号101"}
	if applicant != want {
		t.Errorf("applicant %+v", applicant)
	}
	if proxy == nil || proxy.Relation != civic.RelationAgent || proxy.Document.Number != "E12345678" || proxy.Name != "何社工" {
		t.Errorf("proxy %+v", proxy)
	}
	a["number"] = "110105491231002" // of the standard of 1989
	if old, _ := f.Parties(a); old.Document.Number != adult {
		t.Errorf("a number of 15 digits is kept as %s", old.Document.Number)
	}
	a["filed_by"] = "self"
	if _, proxy := f.Parties(a); proxy != nil {
		t.Errorf("a resident alone has the proxy %+v", proxy)
	}
}

func TestReviewReadsLikeALetter(t *testing.T) {
	f, _ := service(t, "SB-010")
	a := answers(t, `{"filed_by":"self","name":"陈婆","number":"`+adult+`","others":["none"],"account":"6222021234567890128",
		"contacts":[{"name":"陈大","relation":"child","phone":"13800138000","carer":true}],"declared":true,"care_home":"不该出现"}`)
	var lines []string
	for _, s := range f.Review(a, "zh") {
		for _, l := range s.Lines {
			lines = append(lines, l.Label+"="+l.Masked)
		}
	}
	for _, want := range []string{"由谁办理=老人本人", "联系人 1 · 是老人的=儿子或女儿", "银行账号=6222***********0128", "联系人 1 · 是否日常照料老人=是"} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in %q", want, lines)
		}
	}
	if strings.Contains(strings.Join(lines, " "), "不该出现") {
		t.Error("a hidden answer is read back")
	}
}

func TestMaterials(t *testing.T) {
	f, g := service(t, "HJ-008")
	a := with(t, nil)
	var ids []string
	for _, m := range f.Needed(g.Materials, a) {
		ids = append(ids, m.ID)
	}
	if want := []string{"application-form", "identity-card", "proof-employment"}; !slices.Equal(ids, want) {
		t.Fatalf("needed %v, want %v", ids, want)
	}
	in := func(id string) civic.Handed {
		return civic.Handed{Material: id, State: civic.HandedIn, Papers: []civic.Attachment{{}}}
	}
	held := civic.Handed{Material: "application-form", State: civic.HandedHeld}
	proxied := with(t, map[string]any{"filed_by": "kin"})
	for _, test := range []struct {
		name   string
		a      form.Answers
		handed []civic.Handed
		want   []string
	}{
		{"complete", a, []civic.Handed{held, in("identity-card"), in("proof-employment")}, nil},
		{"nothing", a, nil, []string{"materials/application-form material.held", "materials/identity-card material.missing", "materials/proof-employment material.missing"}},
		{"in without papers", a, []civic.Handed{held, {Material: "identity-card", State: civic.HandedIn}, in("proof-employment")}, []string{"materials/identity-card material.empty"}},
		{"owed where it may not be", a, []civic.Handed{held, {Material: "identity-card", State: civic.HandedOwed}, in("proof-employment")}, []string{"materials/identity-card material.missing"}},
		{"owed where it may be", proxied, []civic.Handed{held, in("identity-card"), in("proof-employment"), in("proxy-identity"), {Material: "proxy-kinship", State: civic.HandedOwed}}, nil},
		{"not called for", a, []civic.Handed{held, in("identity-card"), in("proof-employment"), in("proof-schooling")}, []string{"materials/proof-schooling material.unknown"}},
		{"twice", a, []civic.Handed{held, in("identity-card"), in("identity-card"), in("proof-employment")}, []string{"materials/identity-card material.unknown"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := said(f.CheckMaterials(g.Materials, test.a, test.handed)); !slices.Equal(got, test.want) {
				t.Errorf("refusals %q, want %q", got, test.want)
			}
		})
	}
}

func TestAnswersAreBounded(t *testing.T) {
	for name, s := range map[string]string{
		"large":       `{"a":"` + strings.Repeat("x", form.MaxAnswers) + `"}`,
		"exponent":    `{"a":1e1000000000}`,
		"digits":      `{"a":` + strings.Repeat("9", 100) + `}`,
		"deep":        strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100),
		"list":        `[]`,
		"two values":  `{} {}`,
		"no text":     "{\"a\":\"\xff\"}",
		"no JSON":     `{`,
		"empty input": ``,
	} {
		if _, err := form.ParseAnswers([]byte(s)); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

// TestEveryKeyHasItsSentence collects the keys that this package's rules give and looks them up.
func TestEveryKeyHasItsSentence(t *testing.T) {
	var keys [2]map[string]string
	for i, lang := range []string{"zh", "en"} {
		b, err := os.ReadFile("../../assets/locale/" + lang + ".form.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &keys[i]); err != nil {
			t.Fatal(err)
		}
	}
	used := map[string]bool{}
	for _, name := range []string{"check.go", "between.go", "answers.go", "form.go", "format.go", "material.go", "parties.go"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(b), `"`) {
			if strings.HasPrefix(part, "form.") || strings.HasPrefix(part, "material.") {
				used[part] = true
			}
		}
	}
	for key := range used {
		if keys[0][key] == "" || keys[1][key] == "" {
			t.Errorf("%s has no sentence", key)
		}
	}
	for key := range keys[0] {
		if !used[key] {
			t.Errorf("%s is never said", key)
		}
		if strings.Count(keys[0][key], "{") != strings.Count(keys[1][key], "{") {
			t.Errorf("%s has other blanks in English", key)
		}
	}
}
