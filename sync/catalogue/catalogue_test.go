package catalogue_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"doorstep/assets/locale"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
)

const folder = "../../assets/catalogue"

// services are those of the survey. What a resident may ask about a case is this product's own: claim_test.go.
func services(t *testing.T) []catalogue.Service {
	t.Helper()
	return slices.DeleteFunc(everything(t), func(s catalogue.Service) bool { return s.Guide.Claim != civic.NoClaim })
}

func everything(t *testing.T) []catalogue.Service {
	t.Helper()
	list, err := catalogue.Parse(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestEveryServiceHasAForm also counts: 195 services, of which the channels of 85 allow filing at a terminal.
func TestEveryServiceHasAForm(t *testing.T) {
	list := services(t)
	forms, filed := map[string]int{}, 0
	for _, s := range list {
		forms[s.Guide.Form]++
		if s.Guide.FiledHere() {
			filed++
		}
		if len(s.FormBody) == 0 {
			t.Errorf("%s has no form", s.Guide.ID)
		}
		if own := s.Guide.Form == s.Guide.ID; !own && !strings.HasPrefix(s.Guide.Form, "general-") {
			t.Errorf("%s is asked with the form of %s", s.Guide.ID, s.Guide.Form)
		}
	}
	if len(list) != 195 || filed != 85 {
		t.Errorf("%d services, %d can be filed here", len(list), filed)
	}
	for _, id := range complete {
		if forms[id] != 1 {
			t.Errorf("%s has no form of its own", id)
		}
	}
	t.Logf("%d forms for %d services", len(forms), len(list))
}

// complete are the services with a form of their own.
var complete = []string{
	"HJ-006", "HJ-008", "HJ-009", "JS-001", "SB-001", "SB-006", "SB-010", "LD-001", "LD-004", "WS-014", "QY-002", "QY-003",
}

// TestGuidesSayWhatResidentsNeed looks for what a guide must not be without, whatever its source is silent about.
func TestGuidesSayWhatResidentsNeed(t *testing.T) {
	for _, s := range services(t) {
		g := s.Guide
		if g.Where == "" || g.Contact == "" || len(g.Words) < 2 || len(g.Law) == 0 || len(g.Steps) == 0 || len(g.Channels) == 0 {
			t.Errorf("%s lacks where to go, whom to ask, words, law, steps or channels", g.ID)
		}
	}
}

func TestEveryNeedIsUsed(t *testing.T) {
	seen := map[civic.Need]bool{}
	for _, s := range services(t) {
		for _, m := range s.Guide.Materials {
			seen[m.Need] = true
		}
	}
	for _, need := range []civic.Need{civic.NeedRequired, civic.NeedOptional, civic.NeedLater, civic.NeedHeld} {
		if !seen[need] {
			t.Errorf("no material is %s", need)
		}
	}
}

// TestHalfDaysAddUpToThePromise leaves out steps without days, and LD-005: the stages of that published guide take ten
// days more than it promises.
func TestHalfDaysAddUpToThePromise(t *testing.T) {
	counted := 0
	for _, s := range services(t) {
		if s.Guide.ID == "LD-005" || !slices.ContainsFunc(s.Guide.Steps, func(p civic.Step) bool { return p.Days > 0 }) {
			continue
		}
		counted++
		sum := 0.0
		for _, step := range s.Guide.Steps {
			sum += step.Days
		}
		if sum != float64(s.Guide.Promised.Days) {
			t.Errorf("%s: steps take %v days, promised are %d", s.Guide.ID, sum, s.Guide.Promised.Days)
		}
	}
	if counted < 3 {
		t.Errorf("only %d guides give days to their steps", counted)
	}
}

// TestChineseIsSetInItsOwnMarks looks for marks of Western type beside Han characters in the words that forms say.
func TestChineseIsSetInItsOwnMarks(t *testing.T) {
	western := regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`)
	labels := regexp.MustCompile(`"zh":"([^"]*)"`)
	for _, s := range services(t) {
		for _, m := range labels.FindAllSubmatch(s.FormBody, -1) {
			if western.Match(m[1]) {
				t.Errorf("%s says %q", s.Guide.ID, m[1])
			}
		}
		g := s.Guide
		said := []string{g.Name, g.Where, g.Sensitive}
		for _, m := range g.Materials {
			said = append(said, m.Name, m.Note, m.HeldBy)
		}
		for _, words := range said {
			if western.MatchString(words) {
				t.Errorf("%s says %q", g.ID, words)
			}
		}
	}
}

func TestBodiesAreStable(t *testing.T) {
	a, b := services(t), services(t)
	for i := range a {
		if string(a[i].GuideBody) != string(b[i].GuideBody) || string(a[i].FormBody) != string(b[i].FormBody) {
			t.Errorf("%s reads differently twice", a[i].Guide.ID)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	good, err := os.ReadFile(folder + "/HJ-009.yaml")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := os.ReadFile(folder + "/" + catalogue.SchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, from, to, want string }{
		{"trust and source differ", "trust: G", "trust: A", "guides.fault.trust"},
		{"unknown need", "need: later", "need: sometime", "need"},
		{"later without days", "      days: 5\n", "", "days"},
		{"unknown condition", "when: proxied", "when: absent", "[absent]"},
		{"half of a half day", "days: 0.5", "days: 0.25", "multipleOf"},
		{"another id", "id: HJ-009", "id: HJ-010", "do not match"},
		{"a general form there is not", "form: HJ-009", "form: general-ghost", "do not match"},
		{"unknown key", "  fee: 不收费", "  fee: 不收费\n  price: 5", "price"},
		{"broken form", "x-control: agree", "x-control: oath", "oath"},
		{"not YAML", "guide:", "guide: [", "YAML"},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := strings.Replace(string(good), test.from, test.to, 1)
			if body == string(good) {
				t.Fatalf("%q is not in the file", test.from)
			}
			_, err := catalogue.Parse(fstest.MapFS{
				catalogue.SchemaFile: {Data: schema}, "HJ-009.yaml": {Data: []byte(body)},
			})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "HJ-009.yaml") {
				t.Errorf("error is %v, does not name %q", err, test.want)
			}
		})
	}
}

// TestEveryDepartmentHasAName holds the keys of departments, by which cases are routed, against the words for them.
func TestEveryDepartmentHasAName(t *testing.T) {
	for _, s := range services(t) {
		if key := "department." + s.Guide.Department; !locale.Has(key) {
			t.Errorf("%s: %s has no name", s.Guide.ID, key)
		}
	}
}
