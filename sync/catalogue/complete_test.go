package catalogue_test

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// filed is the morning on which the examples in testdata/filings are filed.
var filed = time.Date(2026, 9, 26, 1, 0, 0, 0, time.UTC)

// refusals are, by form, what is changed in its example and what is said of it. An answer of nil is taken out.
var refusals = map[string][]struct {
	name    string
	changes map[string]any
	want    []string
}{
	"HJ-006": {
		{"the number has a wrong digit", map[string]any{"number": "440113198502140241"}, []string{"number idnumber.checksum"}},
		{"a loss in the future", map[string]any{"lost_on": "2026-09-27"}, []string{"lost_on form.future"}},
		{"a loss not stated", map[string]any{"loss_stated": nil}, []string{"loss_stated form.required"}},
		{"from elsewhere without a ground", map[string]any{"ground": nil}, []string{"ground form.required"}},
		{"damaged, and lost somewhere", map[string]any{"reason": "damaged"}, []string{"lost_on form.hidden", "lost_at form.hidden", "loss_stated form.hidden"}},
		{"a child of twelve alone", map[string]any{"number": "440113201501010136"}, []string{"filed_by form.guardian"}},
		{"by post to nobody", map[string]any{"post_name": nil}, []string{"post_name form.required"}},
	},
	"HJ-008": {
		{"a permit for nobody's reason", map[string]any{"ground": nil}, []string{"ground form.required"}},
		{"lived here from tomorrow", map[string]any{"living_since": "2026-09-27"}, []string{"living_since form.future"}},
		{"kin of no kind", map[string]any{"proxy_kinship": nil}, []string{"proxy_kinship form.required"}},
	},
	"SB-010": {
		{"nobody to reach", map[string]any{"contacts": nil}, []string{"contacts form.required"}},
		{"a visit nobody asked for", map[string]any{"confirmation": "terminal"}, []string{"visit_note form.hidden"}},
		{"another's account of nobody", map[string]any{"account_owner": "other"}, []string{"payee_name form.required", "payee_relation form.required"}},
	},
	"JS-001": {
		{"a mother too young", map[string]any{"document": document("440113201501010136")}, []string{"filed_by form.guardian", "document/number form.young"}},
		{"pregnant without a due date", map[string]any{"due_on": nil}, []string{"due_on form.required"}},
		{"not married, with a day of marriage", map[string]any{"marriage": "single"}, []string{"married_on form.hidden"}},
		{"a child born tomorrow", map[string]any{"children": []any{map[string]any{"name": "小明", "birth": "2026-09-27", "relation": "own"}}}, []string{"children/0/birth form.future"}},
		{"the father left out and named", map[string]any{"name_father": false}, []string{"partner_name form.hidden", "partner_document form.hidden"}},
	},
	"SB-001": {
		{"an income below nothing", map[string]any{"income": -1}, []string{"income form.low"}},
		{"a member without an identity", map[string]any{"members": []any{map[string]any{"name": "小明", "relation": "child", "health": "good", "job": "student", "income": 0}}}, []string{"members/0/number form.required"}},
		{"no consent to the check", map[string]any{"check_agreed": nil}, []string{"check_agreed form.required"}},
		{"an account with a letter", map[string]any{"account": "6222021234567890A"}, []string{"account form.account"}},
		{"no cause", map[string]any{"causes": nil}, []string{"causes form.required"}},
		{"too short a reason", map[string]any{"reason": "穷"}, []string{"reason form.short"}},
		{"rented for nothing said", map[string]any{"rent": nil}, []string{"rent form.required"}},
	},
	"SB-006": {
		{"a renewal without the old number", map[string]any{"old_number": nil}, []string{"old_number form.required"}},
		{"a number of another shape", map[string]any{"old_number": "44011320120501013993"}, []string{"old_number form.invalid"}},
		{"a child without a guardian", map[string]any{"number": "440113201501010136", "filed_by": "kin"}, []string{"filed_by form.guardian"}},
		{"treatment of no illness", map[string]any{"disability": []any{"limb"}}, []string{"treated form.hidden"}},
		{"a kind there is not", map[string]any{"disability": []any{"heart"}}, []string{"disability/0 form.choice", "treated form.hidden"}},
		{"at home without a reason", map[string]any{"home_reason": nil}, []string{"home_reason form.required"}},
	},
	"LD-001": {
		{"past the age of work", map[string]any{"number": "440113195501010138"}, []string{"number form.old"}},
		{"left before joining", map[string]any{"left_on": "2016-02-28"}, []string{"left_on form.order"}},
		{"worked nowhere", map[string]any{"employer": nil}, []string{"employer form.required"}},
		{"never worked, with an employer", map[string]any{"had_work": false, "post": nil, "joined_on": nil, "left_on": nil, "left_why": nil}, []string{"employer form.hidden"}},
		{"no telephone", map[string]any{"phone": "12345"}, []string{"phone phone.format"}},
	},
	"LD-004": {
		{"four months of a quarter", map[string]any{"months": 4}, []string{"months form.high"}},
		{"half a month", map[string]any{"months": 1.5}, []string{"months form.number"}},
		{"registered before it began", map[string]any{"registered_on": "2025-08-31"}, []string{"registered_on form.order"}},
		{"a graduate of no school", map[string]any{"school": nil}, []string{"school form.required"}},
		{"a graduate in difficulty", map[string]any{"difficulty": "older"}, []string{"difficulty form.hidden"}},
		{"medical paid and not insured", map[string]any{"insurance": []any{"pension"}}, []string{"medical_paid form.hidden"}},
		{"employed all the same", map[string]any{"unemployed_elsewhere": false}, []string{"unemployed_elsewhere form.agree"}},
	},
	"WS-014": {
		{"a newborn of three", map[string]any{"born_on": "2023-08-02"}, []string{"born_on form.old"}},
		{"a newborn without a mother", map[string]any{"mother_name": nil}, []string{"mother_name form.required"}},
		{"a newborn at school", map[string]any{"category": "pupil", "mother_name": nil, "born_on": nil}, []string{"school form.required"}},
		{"filed by the child", map[string]any{"filed_by": "self", "proxy_tie": nil, "proxy_name": nil, "proxy_document": nil, "proxy_phone": nil, "phone": "13800138000"}, []string{"filed_by form.guardian"}},
		{"a permit without its number", map[string]any{"household": "permit"}, []string{"permit_number form.required"}},
		{"no group of support named", map[string]any{"support": []any{}}, []string{"support form.few"}},
	},
	"QY-002": {
		{"a name that is no company", map[string]any{"company_name": "广州市化龙某某商贸行"}, []string{"company_name form.invalid"}},
		{"a lease that ends before it begins", map[string]any{"lease_until": "2026-08-31"}, []string{"lease_until form.order"}},
		{"a shareholder's code mistyped", map[string]any{"shareholders": []any{map[string]any{
			"kind": "company", "name": "某某投资有限公司", "code": "91350100M000100Y44", "amount": 50, "method": "money", "paid_by": "2031-08-31"}}},
			[]string{"shareholders/0/code creditcode.checksum"}},
		{"a shareholder without a document", map[string]any{"shareholders": []any{map[string]any{
			"kind": "person", "name": "李志强", "amount": 50, "method": "money", "paid_by": "2031-08-31"}}},
			[]string{"shareholders/0/document form.required"}},
		{"no shareholders", map[string]any{"shareholders": nil}, []string{"shareholders form.required"}},
		{"no capital", map[string]any{"capital": 0}, []string{"capital form.low"}},
		{"unlimited, and for thirty years", map[string]any{"term": "long"}, []string{"years form.hidden"}},
		{"an e-mail that is none", map[string]any{"email": "office"}, []string{"email form.invalid"}},
	},
	"QY-003": {
		{"an operator of fifteen", map[string]any{"birth": "2011-05-06"}, []string{"birth form.young"}},
		{"a passport without a birthday", map[string]any{"birth": nil}, []string{"birth form.required"}},
		{"a family of nobody", map[string]any{"family": nil}, []string{"family form.required"}},
		{"one person with a family", map[string]any{"form": "personal"}, []string{"family form.hidden"}},
		{"no space", map[string]any{"area": 0}, []string{"area form.low"}},
		{"online without an address", map[string]any{"online_only": true}, []string{"web_address form.required"}},
		{"an option there is not", map[string]any{"premises": "cluster"}, []string{"premises form.choice", "landlord form.hidden", "lease_from form.hidden", "lease_until form.hidden"}},
	},
	"general-person": {
		{"nothing asked for", map[string]any{"matter": nil}, []string{"matter form.required"}},
		{"hardly anything asked for", map[string]any{"matter": "户口"}, []string{"matter form.short"}},
		{"a proxy without a number", map[string]any{"proxy_phone": nil}, []string{"proxy_phone form.required"}},
		{"nobody else, and a child", map[string]any{"has_persons": false}, []string{"persons form.hidden"}},
		{"a passport without a birthday", map[string]any{"birth": nil}, []string{"birth form.required"}},
		{"not declared", map[string]any{"declared": nil}, []string{"declared form.required"}},
	},
	"general-founder": {
		{"no name", map[string]any{"title": nil}, []string{"title form.required"}},
		{"a founder without a document", map[string]any{"founders": []any{map[string]any{"kind": "person", "name": "陈美玲"}}}, []string{"founders/0/document form.required"}},
		{"alone, with others", map[string]any{"has_founders": false}, []string{"founders form.hidden"}},
		{"filed by nobody", map[string]any{"filed_by": "agent"}, []string{"proxy_name form.required", "proxy_document form.required", "proxy_phone form.required"}},
		{"four spare names", map[string]any{"spare_titles": []any{spare("某甲商行"), spare("某乙商行"), spare("某丙商行"), spare("某丁商行")}}, []string{"spare_titles form.many"}},
		{"nobody works there", map[string]any{"staff": 0}, []string{"staff form.low"}},
	},
	"general-company": {
		{"a code mistyped", map[string]any{"code": map[string]any{"kind": "credit-code", "number": "91350100M000100Y44"}}, []string{"code/number creditcode.checksum"}},
		{"staff without a representative", map[string]any{"representative": nil}, []string{"representative form.required"}},
		{"the head with a post", map[string]any{"filed_by": "officer", "representative": nil}, []string{"handler_post form.hidden"}},
		{"elsewhere, but where", map[string]any{"business_address": nil}, []string{"business_address form.required"}},
		{"nothing asked for", map[string]any{"matter": nil}, []string{"matter form.required"}},
	},
}

func spare(name string) map[string]any { return map[string]any{"spare": name} }

func document(number string) map[string]any {
	return map[string]any{"kind": "resident-id", "number": number}
}

// TestFormsTakeTheirExamples files the example of each form as it is and with a fault at a time.
func TestFormsTakeTheirExamples(t *testing.T) {
	forms := map[string]*form.Form{}
	for _, s := range services(t) {
		if refusals[s.Guide.Form] == nil || forms[s.Guide.Form] != nil {
			continue
		}
		f, err := form.Parse(s.FormBody)
		if err != nil {
			t.Fatal(err)
		}
		forms[s.Guide.Form] = f
	}
	for id, tests := range refusals {
		t.Run(id, func(t *testing.T) {
			f := forms[id]
			a := example(t, id, nil)
			if got := said(f.Check(a, filed)); got != nil {
				t.Fatalf("the example is refused: %q", got)
			}
			if clean := f.Clean(a); !reflect.DeepEqual(clean, a) {
				t.Errorf("the example says what is not asked")
			}
			if party, proxy := f.Parties(a); party.Name == "" || party.Document.CheckOn(filed) != nil ||
				proxy != nil && (proxy.Name == "" || proxy.Phone == "") {
				t.Errorf("the form does not say who applies: %q %v", party.Name, proxy)
			}
			for _, test := range tests {
				if got := said(f.Check(example(t, id, test.changes), filed)); !slices.Equal(got, test.want) {
					t.Errorf("%s: refusals %q, want %q", test.name, got, test.want)
				}
			}
		})
	}
}

// example reads the answers of testdata/filings with changes.
func example(t *testing.T, id string, changes map[string]any) form.Answers {
	t.Helper()
	b, err := os.ReadFile("testdata/filings/" + id + ".json")
	if err != nil {
		t.Fatal(err)
	}
	a, err := form.ParseAnswers(b)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(a, changes)
	maps.DeleteFunc(a, func(_ string, v any) bool { return v == nil })
	if b, err = a.JSON(); err != nil {
		t.Fatal(err)
	}
	if a, err = form.ParseAnswers(b); err != nil {
		t.Fatal(err)
	}
	return a
}

// said writes refusals as field and key.
func said(errs []*civic.Error) []string {
	var out []string
	for _, e := range errs {
		out = append(out, strings.TrimSpace(e.Field+" "+e.Key))
	}
	return out
}

// TestEveryServiceFiledHereTakesItsPapers hands every paper that a service calls for with its form's example: nothing
// is missing then, and with nothing handed something is, unless all of it may be left out.
func TestEveryServiceFiledHereTakesItsPapers(t *testing.T) {
	n := 0
	for _, s := range services(t) {
		if !s.Guide.FiledHere() || refusals[s.Guide.Form] == nil {
			continue
		}
		n++
		f, err := form.Parse(s.FormBody)
		if err != nil {
			t.Fatal(err)
		}
		a := example(t, s.Guide.Form, nil)
		var handed []civic.Handed
		must := false
		for _, m := range f.Needed(s.Guide.Materials, a) {
			handed = append(handed, civic.Handed{Material: m.ID, State: civic.HandedIn, Papers: make([]civic.Attachment, 1)})
			must = must || m.Need != civic.NeedOptional
		}
		if got := said(f.CheckMaterials(s.Guide.Materials, a, handed)); got != nil {
			t.Errorf("%s with everything: %q", s.Guide.ID, got)
		}
		if got := f.CheckMaterials(s.Guide.Materials, a, nil); (len(got) > 0) != must {
			t.Errorf("%s with nothing: %q", s.Guide.ID, said(got))
		}
	}
	if n != 84 { // all but HJ-009, whose example is that of package form
		t.Errorf("%d services", n)
	}
}

// TestKindOfDocumentAsksAtOnce chooses a passport before its number is typed: the day of birth, which a passport number
// does not tell, is asked on the same page.
func TestKindOfDocumentAsksAtOnce(t *testing.T) {
	for _, s := range services(t) {
		if s.Guide.ID != "QY-003" {
			continue
		}
		f, err := form.Parse(s.FormBody)
		if err != nil {
			t.Fatal(err)
		}
		asked := func(kind string) bool {
			a := f.Read(form.Answers{"filed_by": "self"}, "operator", map[string][]string{"document/kind": {kind}})
			i := slices.IndexFunc(f.Pages(a, "zh"), func(p form.Page) bool { return p.ID == "operator" })
			return slices.ContainsFunc(f.Pages(a, "zh")[i].Fields, func(fl form.Field) bool { return fl.Path == "birth" })
		}
		if asked("resident-id") || !asked("passport") {
			t.Errorf("birth is asked with an identity card: %v, with a passport: %v", asked("resident-id"), asked("passport"))
		}
		return
	}
	t.Fatal("no service QY-003")
}
