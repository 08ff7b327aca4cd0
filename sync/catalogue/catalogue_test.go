package catalogue_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

const folder = "../../assets/catalogue"

func services(t *testing.T) []catalogue.Service {
	t.Helper()
	list, err := catalogue.Parse(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEveryServiceIsReadable(t *testing.T) {
	var ids []string
	for _, s := range services(t) {
		ids = append(ids, s.Guide.ID)
		if s.FormBody == nil {
			continue
		}
		if !s.Guide.FiledHere() {
			t.Errorf("%s has a form and cannot be filed", s.Guide.ID)
		}
		if _, err := form.Parse(s.FormBody); err != nil {
			t.Errorf("%s: %v", s.Guide.ID, err)
		}
	}
	if !slices.Equal(ids, []string{"HJ-008", "HJ-009", "SB-010"}) {
		t.Errorf("services %v", ids)
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

func TestHalfDaysAddUpToThePromise(t *testing.T) {
	for _, s := range services(t) {
		if s.Guide.Promised.Days == 0 {
			continue
		}
		sum := 0.0
		for _, step := range s.Guide.Steps {
			sum += step.Days
		}
		if sum != float64(s.Guide.Promised.Days) {
			t.Errorf("%s: steps take %v days, promised are %d", s.Guide.ID, sum, s.Guide.Promised.Days)
		}
	}
}

// TestGuidesSayWhatTheirSourceSays compares with testdata/rows.csv, the rows of the survey the guides were made
// from.
func TestGuidesSayWhatTheirSourceSays(t *testing.T) {
	b, err := os.ReadFile("testdata/rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for i, s := range services(t) {
		row := func(name string) string { return rows[i+1][column[name]] }
		g := s.Guide
		var steps []string
		for _, step := range g.Steps {
			if step.Days == 0 {
				steps = append(steps, step.Name)
				continue
			}
			steps = append(steps, step.Name+"("+strconv.FormatFloat(step.Days, 'f', -1, 64)+"工作日)")
		}
		for name, got := range map[string]string{
			"code": g.ID, "name_zh": g.Name, "name_en": g.NameEN, "field_zh": g.Field, "department_zh": g.Authority,
			"audience": g.Audience, "fee": g.Fee, "source": g.Source,
			"joint_departments": strings.Join(g.Joint, ";"), "process_steps": strings.Join(steps, ";"),
			"legal_basis":    strings.Join(g.Law, "; "),
			"conditions":     strings.Join(g.Conditions, "; "),
			"statutory_days": days(g.Statutory), "promised_days": days(g.Promised),
		} {
			want := row(name)
			if name == "joint_departments" {
				want = strings.SplitN(want, ";", 2)[0]
			}
			if got != want {
				t.Errorf("%s %s: guide says %q, source %q", g.ID, name, got, want)
			}
		}
	}
}

func days(l civic.Limit) string {
	if l.Days == 0 {
		return ""
	}
	return strconv.Itoa(l.Days)
}

// TestChineseIsSetInItsOwnMarks looks for marks of Western type beside Han characters in the words that forms say.
func TestChineseIsSetInItsOwnMarks(t *testing.T) {
	western := regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`)
	said := regexp.MustCompile(`"zh":"([^"]*)"`)
	for _, s := range services(t) {
		for _, m := range said.FindAllSubmatch(s.FormBody, -1) {
			if western.Match(m[1]) {
				t.Errorf("%s says %q", s.Guide.ID, m[1])
			}
		}
		for _, m := range s.Guide.Materials {
			if western.MatchString(m.Name + m.Note + m.HeldBy) {
				t.Errorf("%s material %s: %q %q", s.Guide.ID, m.ID, m.Name, m.Note)
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
		{"trust and source differ", "trust: G", "trust: A", "trust tag"},
		{"unknown need", "need: later", "need: sometime", "need"},
		{"later without days", "      days: 5\n", "", "days"},
		{"unknown condition", "when: proxied", "when: absent", "no condition absent"},
		{"half of a half day", "days: 0.5", "days: 0.25", "multipleOf"},
		{"another id", "id: HJ-009", "id: HJ-010", "do not match"},
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
