package catalogue_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep/sync/civic"
)

// row is one row of testdata/rows.csv, the survey the guides were made from, by name of column.
type row map[string]string

func rows(t *testing.T) []row {
	t.Helper()
	b, err := os.ReadFile("testdata/rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []row
	for _, cells := range table[1:] {
		r := row{}
		for i, name := range table[0] {
			r[name] = cells[i]
		}
		list = append(list, r)
	}
	return list
}

// TestGuidesSayWhatTheirSourceSays finds every cell of every row of the survey in its guide, but for materials, which
// have a test of their own. Guides set Chinese in its own marks; the survey does not.
func TestGuidesSayWhatTheirSourceSays(t *testing.T) {
	guides := map[string]civic.Guide{}
	for _, s := range services(t) {
		guides[s.Guide.ID] = s.Guide
	}
	for _, r := range rows(t) {
		g, ok := guides[r["code"]]
		if !ok {
			t.Errorf("%s is in the survey and not in the catalogue", r["code"])
			continue
		}
		for column, got := range map[string]string{
			"name_zh": g.Name, "name_en": g.NameEN, "field_zh": g.Field, "department_zh": g.Authority,
			"audience": g.Audience, "source": g.Source, "fee": fee(g),
			"joint_departments": strings.Join(g.Joint, ";"), "related_package": strings.Join(g.Packages, ";"),
			"process_steps": steps(g), "legal_basis": strings.Join(g.Law, "; "),
			"conditions":     strings.Join(g.Conditions, "; "),
			"statutory_days": days(g.Statutory), "promised_days": days(g.Promised),
			"channels": channels(g), "day_kind": dayKind(g, r),
		} {
			if plain(got) != plain(r[column]) {
				t.Errorf("%s %s: guide says %q, source %q", g.ID, column, got, r[column])
			}
		}
	}
}

// plain takes the difference between Chinese and Western marks out of a text, and spaces.
func plain(s string) string {
	return strings.NewReplacer("（", "(", "）", ")", "；", ";", "，", ",", "：", ":", " ", "").Replace(s)
}

func days(l civic.Limit) string {
	if l.Days == 0 {
		return ""
	}
	return strconv.Itoa(l.Days)
}

// fee is empty where a guide only says that the department publishes it, since the survey says nothing then.
func fee(g civic.Guide) string {
	if g.Fee == "以部门公布为准" {
		return ""
	}
	return g.Fee
}

func steps(g civic.Guide) string {
	var list []string
	for _, step := range g.Steps {
		if step.Days > 0 {
			step.Name += "(" + strconv.FormatFloat(step.Days, 'f', -1, 64) + "工作日)"
		}
		list = append(list, step.Name)
	}
	return strings.Join(list, ";")
}

func channels(g civic.Guide) string {
	var list []string
	for _, c := range []struct {
		channel civic.Channel
		name    string
	}{
		{civic.ChannelCommunity, "社区受理"}, {civic.ChannelTerminal, "自助终端"},
		{civic.ChannelOnline, "网上"}, {civic.ChannelWindow, "窗口"},
	} {
		if slices.Contains(g.Channels, c.channel) {
			list = append(list, c.name)
		}
	}
	return strings.Join(list, ";")
}

// dayKind says how the guide counts, as the survey does. The survey has one kind for both limits and means the
// statutory one; a row that counts without a limit counts in its steps.
func dayKind(g civic.Guide, r row) string {
	l := g.Statutory
	if l.Days == 0 {
		l = g.Promised
	}
	switch {
	case g.Spot:
		return "即办"
	case l.Kind == civic.WorkingDays:
		return "工作日"
	case l.Kind == civic.CalendarDays:
		return "自然日"
	case strings.Contains(r["process_steps"], "工作日"):
		return "工作日"
	}
	return ""
}

// TestPromisesCountAsTheirSourceSays covers the rows whose source counts the promise otherwise than the law.
func TestPromisesCountAsTheirSourceSays(t *testing.T) {
	mixed := map[string]civic.Limit{
		"HJ-006": {Days: 15, Kind: civic.WorkingDays}, "JY-004": {Days: 20, Kind: civic.WorkingDays},
		"CR-001": {Days: 7, Kind: civic.WorkingDays},
	}
	for _, s := range services(t) {
		g := s.Guide
		want, ok := mixed[g.ID]
		switch {
		case ok && (g.Promised != want || g.Statutory.Kind != civic.CalendarDays):
			t.Errorf("%s promises %+v under a law of %+v", g.ID, g.Promised, g.Statutory)
		case !ok && g.Promised.Days > 0 && g.Statutory.Days > 0 && g.Promised.Kind != g.Statutory.Kind:
			t.Errorf("%s counts %s and %s", g.ID, g.Promised.Kind, g.Statutory.Kind)
		}
	}
}

// restated are the materials that a guide with a form of its own says more closely than the survey, by service and
// name in the survey, with the ids of what they became.
var restated = map[string]map[string][]string{
	"HJ-008": {
		"居住地址(就业/就读)证明": {"proof-employment", "proof-residence", "proof-schooling"},
		"监护人近亲属代办身份证明":  {"proxy-identity", "proxy-kinship"},
	},
	"HJ-009": {
		"签注事由(就业/住所/就读)证明": {"proof-employment", "proof-residence", "proof-schooling"},
		"代办人证明":            {"proxy-papers"},
	},
	"SB-010": {"银行账户": {"bank-account"}},
}

// TestGuidesAskForTheMaterialsOfTheirSource finds every material of every row, with its medium, count and need. A paper
// the survey requires may follow later or be looked up instead; an optional one may depend on the answers.
func TestGuidesAskForTheMaterialsOfTheirSource(t *testing.T) {
	guides := map[string]civic.Guide{}
	for _, s := range services(t) {
		guides[s.Guide.ID] = s.Guide
	}
	for _, r := range rows(t) {
		g := guides[r["code"]]
		for _, cell := range strings.Split(r["materials"], ";") {
			part := strings.Split(cell, "|")
			if ids, ok := restated[g.ID][part[0]]; ok {
				for _, id := range ids {
					if !slices.ContainsFunc(g.Materials, func(m civic.Material) bool { return m.ID == id }) {
						t.Errorf("%s: %s became %s, which the guide has not", g.ID, part[0], id)
					}
				}
				continue
			}
			i := slices.IndexFunc(g.Materials, func(m civic.Material) bool { return plain(m.Name) == plain(part[0]) })
			if i < 0 {
				t.Errorf("%s does not ask for %s", g.ID, part[0])
				continue
			}
			m := g.Materials[i]
			if got := medium(m); got != part[1]+"|"+part[2] {
				t.Errorf("%s %s: guide asks for %s, source for %s|%s", g.ID, part[0], got, part[1], part[2])
			}
			if (m.Need == civic.NeedOptional || m.When != "") != (part[3] == "optional") {
				t.Errorf("%s %s: guide says %s %s, source %s", g.ID, part[0], m.Need, m.When, part[3])
			}
		}
	}
}

func medium(m civic.Material) string {
	if m.Original > 0 {
		return "原件|" + strconv.Itoa(m.Original)
	}
	return "复印件|" + strconv.Itoa(m.Copies)
}
