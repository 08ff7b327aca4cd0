package catalogue_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// open returns the rules, and the forms of the catalogue by id.
func openRules(t *testing.T) (*catalogue.Rules, func(string) *form.Form) {
	t.Helper()
	rules, err := catalogue.ParseRules(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]*form.Form{}
	for _, s := range services(t) {
		if s.FormBody == nil {
			continue
		}
		f, err := form.Parse(s.FormBody)
		if err != nil {
			t.Fatal(err)
		}
		forms[s.Guide.Form] = f
	}
	return rules, func(id string) *form.Form { return forms[id] }
}

func TestTheCatalogueIsPublishable(t *testing.T) {
	rules, forms := openRules(t)
	for _, s := range services(t) {
		faults, err := rules.Check(&s.Guide, forms)
		if err != nil || len(faults) > 0 {
			t.Errorf("%s: %v, %v", s.Guide.ID, faults, err)
		}
	}
}

func TestFaults(t *testing.T) {
	rules, forms := openRules(t)
	good := services(t)[0].Guide
	for _, tt := range []struct {
		name string
		do   func(g *civic.Guide)
		want string // path and key, by space
	}{
		{"nothing written", func(g *civic.Guide) { g.Name = "" }, "name guides.fault.required"},
		{"a code of another kind", func(g *civic.Guide) { g.ID = "hj8" }, "id guides.fault.code"},
		{"a department in words", func(g *civic.Guide) { g.Department = "公安" }, "department guides.fault.department"},
		{"too long", func(g *civic.Guide) { g.Fee = strings.Repeat("元", 501) }, "fee guides.fault.long"},
		{"trust and source differ", func(g *civic.Guide) { g.Trust = civic.TrustArticle }, "source guides.fault.trust"},
		{"days without their kind", func(g *civic.Guide) { g.Promised.Kind = "" }, "promised/kind guides.fault.limit"},
		{"too many days", func(g *civic.Guide) { g.Promised.Days = 1000 }, "promised/days guides.fault.high"},
		{"a quarter of a day", func(g *civic.Guide) { g.Steps[1].Days = 0.25 }, "steps/1/days guides.fault.half"},
		{"later without days", func(g *civic.Guide) {
			g.Materials[1].Need, g.Materials[1].Days, g.Materials[1].HeldBy = civic.NeedLater, 0, ""
		}, "materials/1/days guides.fault.required"},
		{"days without later", func(g *civic.Guide) {
			g.Materials[1].Need, g.Materials[1].Days, g.Materials[1].HeldBy = civic.NeedRequired, 5, ""
		}, "materials/1/days guides.fault.needless"},
		{"two materials of a name", func(g *civic.Guide) { g.Materials[2].ID = g.Materials[1].ID }, "materials/2/id guides.fault.twice"},
		{"no such condition", func(g *civic.Guide) { g.Materials[2].When = "absent" }, "materials/2/when guides.fault.condition"},
		{"no such form", func(g *civic.Guide) { g.Form = "ZZ-999" }, "form guides.fault.form"},
		{"a sign that turns the text", func(g *civic.Guide) { g.Conditions[0] += "\u202e" }, "conditions/0 guides.fault.characters"},
		{"a space at the end", func(g *civic.Guide) { g.Materials[1].Note = "正反两面\n" }, "materials/1/note guides.fault.space"},
		{"two lines in one", func(g *civic.Guide) { g.Law[0] = "第一条\n第二条" }, "law/0 guides.fault.line"},
		{"said twice", func(g *civic.Guide) { g.Words = []string{"暂住证", "暂住证"} }, "words guides.fault.repeated"},
		{"a retention class that nobody has", func(g *civic.Guide) { g.Retention = "for ever" }, "retention guides.fault.choice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := clone(t, good)
			tt.do(&g)
			faults, err := rules.Check(&g, forms)
			if err != nil || len(faults) != 1 {
				t.Fatalf("faults are %v, %v", faults, err)
			}
			if got := faults[0].Field + " " + faults[0].Key; got != tt.want {
				t.Errorf("fault is %s, want %s", got, tt.want)
			}
		})
	}
	g := clone(t, good)
	g.Form = ""
	faults, err := rules.Check(&g, forms)
	if err != nil || len(faults) == 0 || faults[0].Key != "guides.fault.formless" {
		t.Errorf("conditions without a form: %v, %v", faults, err)
	}
	g.Name, g.Retention = "", "" // several at once, in order
	if faults, err = rules.Check(&g, forms); err != nil || len(faults) < 3 || faults[len(faults)-2].Field != "name" {
		t.Errorf("several faults: %v, %v", faults, err)
	}
}

func clone(t *testing.T, g civic.Guide) (out civic.Guide) {
	t.Helper()
	b, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
