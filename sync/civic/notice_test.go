package civic_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
)

// TestNoticeStates walks every pair of states for every role: only the steps of DESIGN.md 3 are open.
func TestNoticeStates(t *testing.T) {
	const publisher, network, secrecy, system = civic.RolePublisher, civic.RoleNetwork, civic.RoleSecrecy, civic.RoleSystem
	type step struct {
		from, to civic.NoticeState
		by       civic.Role
	}
	open := map[step]bool{
		{civic.NoticeDraft, civic.NoticeProposed, publisher}:      true,
		{civic.NoticeProposed, civic.NoticeChecked, network}:      true,
		{civic.NoticeChecked, civic.NoticePublished, secrecy}:     true,
		{civic.NoticeProposed, civic.NoticeDraft, network}:        true,
		{civic.NoticeChecked, civic.NoticeDraft, secrecy}:         true,
		{civic.NoticePublished, civic.NoticeWithdrawn, publisher}: true,
		{civic.NoticePublished, civic.NoticeWithdrawn, network}:   true,
		{civic.NoticePublished, civic.NoticeWithdrawn, secrecy}:   true,
		{civic.NoticePublished, civic.NoticeExpired, system}:      true,
		{civic.NoticePublished, civic.NoticeSuperseded, system}:   true,
		{civic.NoticeDraft, civic.NoticeDraft, publisher}:         true,
		{civic.NoticeProposed, civic.NoticeDraft, publisher}:      true,
		{civic.NoticeChecked, civic.NoticeDraft, publisher}:       true,
		{civic.NoticePublished, civic.NoticeDraft, publisher}:     true,
		{civic.NoticeWithdrawn, civic.NoticeDraft, publisher}:     true,
		{civic.NoticeExpired, civic.NoticeDraft, publisher}:       true,
		{civic.NoticeSuperseded, civic.NoticeDraft, publisher}:    true,
	}
	seen := 0
	for _, from := range append(civic.NoticeStates(), "") {
		for _, to := range append(civic.NoticeStates(), "") {
			for _, by := range append(civic.StaffRoles(), civic.RoleSystem, civic.RoleResident, "") {
				s := step{from, to, by}
				if got := from.May(to, by); got != open[s] {
					t.Errorf("%q to %q by %q: %v", from, to, by, got)
				}
				if open[s] {
					seen++
				}
			}
		}
	}
	if seen != len(open) {
		t.Errorf("%d of %d steps were tried", seen, len(open))
	}
}

func TestNoticeJSON(t *testing.T) {
	n := civic.Notice{
		ID: "n1", Index: "006939748/2026-00012", Category: "relief", Title: "低保公示", Issuer: "化龙镇人民政府", Document: "化府公〔2026〕3号",
		Made: civic.Date{Year: 2026, Month: 11, Day: 23}, Keywords: []string{"社会救助"}, Body: "一\n\n二",
		Files:       []civic.NoticeFile{{Name: "名单.pdf", Media: "application/pdf", Size: 12, Digest: civic.DigestOf([]byte("x"))}},
		PublishedAt: time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC),
		Approvals:   []civic.Approval{{Role: civic.RolePublisher, Login: "feng", At: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}},
	}
	b, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"digest":"` + civic.DigestOf([]byte("x")).String() + `"`; !strings.Contains(string(b), want) {
		t.Errorf("%s does not hold %s", b, want)
	}
	var back civic.Notice
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, n) {
		t.Errorf("came back as %+v", back)
	}
	for _, bad := range []string{`{"digest":"xy"}`, `{"digest":""}`, `{"digest":[1,2]}`, `{"size":"1"}`} {
		var f civic.NoticeFile
		if err := json.Unmarshal([]byte(bad), &f); err == nil {
			t.Errorf("%s is read as %+v", bad, f)
		}
	}
}

// TestNoticeDigest: whatever the three persons would see otherwise changes the digest, and their approval does not.
func TestNoticeDigest(t *testing.T) {
	base := civic.Notice{ID: "n1", Title: "公示", Body: "正文", Category: "relief"}
	from := time.Date(2026, 11, 23, 9, 0, 0, 0, civic.China)
	digest := func(n civic.Notice, s civic.Scope, from, until time.Time) civic.Digest {
		t.Helper()
		d, err := civic.NoticeDigest(n, s, from, until)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := digest(base, civic.Scope{}, from, time.Time{})
	approved := base
	approved.PublishedAt, approved.Approvals = from, []civic.Approval{{Login: "x"}}
	if digest(approved, civic.Scope{}, from.UTC(), time.Time{}) != first {
		t.Error("an approval, or the zone of a time, changes the digest")
	}
	seen := map[civic.Digest]string{first: "the text itself"}
	change := func(name string, d civic.Digest) {
		if other, twice := seen[d]; twice {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
	}
	change("scope", digest(base, civic.Scope{Area: "440113"}, from, time.Time{}))
	change("point", digest(base, civic.Scope{Point: "440113"}, from, time.Time{}))
	change("from", digest(base, civic.Scope{}, from.Add(time.Second), time.Time{}))
	change("until", digest(base, civic.Scope{}, from, from.Add(time.Hour)))
	v := reflect.ValueOf(base)
	for i := range v.NumField() {
		n := base
		f := reflect.ValueOf(&n).Elem().Field(i)
		name := v.Type().Field(i).Name
		switch name {
		case "PublishedAt", "Approvals":
			continue
		case "Made":
			n.Made = civic.Date{Year: 2026, Month: 1, Day: 1}
		case "Keywords":
			n.Keywords = []string{"x"}
		case "Files":
			n.Files = []civic.NoticeFile{{Name: "x"}}
		default:
			f.SetString(f.String() + "x")
		}
		change(name, digest(n, civic.Scope{}, from, time.Time{}))
	}
}

func TestBlocks(t *testing.T) {
	text := func(s string) civic.Block { return civic.Block{Kind: civic.BlockText, Text: s} }
	head := func(s string) civic.Block { return civic.Block{Kind: civic.BlockHeading, Text: s} }
	item := func(first bool, s string) civic.Block {
		return civic.Block{Kind: civic.BlockItem, Text: s, First: first}
	}
	row := func(first bool, cells ...string) civic.Block {
		return civic.Block{Kind: civic.BlockRow, Cells: cells, First: first}
	}
	for _, tt := range []struct {
		name, body string
		want       []civic.Block
	}{
		{"nothing", "", nil},
		{"space only", " \n\t\r\n\u3000\n", nil},
		{"paragraphs", "一、总则\r\n  二、细则  \n\n三", []civic.Block{text("一、总则"), text("二、细则"), text("三")}},
		{"heading", "# 名单\n#1 楼", []civic.Block{head("名单"), text("#1 楼")}},
		{"list", "- 甲\n- 乙\n-丙", []civic.Block{item(true, "甲"), item(false, "乙"), text("-丙")}},
		{"two lists", "- 甲\n\n- 乙", []civic.Block{item(true, "甲"), item(true, "乙")}},
		{"table", "|姓名|人数|\n| 陈某某 | 2 |", []civic.Block{row(true, "姓名", "人数"), row(false, "陈某某", "2")}},
		{"no bar at the end", "|姓名|人数", []civic.Block{row(true, "姓名", "人数")}},
		{"empty cells", "||a||", []civic.Block{row(true, "", "a", "")}},
		{"bar alone", "|", []civic.Block{row(true, "")}},
		{"two tables", "|a|\n\n|b|", []civic.Block{row(true, "a"), row(true, "b")}},
		{"table after text", "x\n|a|\n|b|", []civic.Block{text("x"), row(true, "a"), row(false, "b")}},
		{"row of dashes", "|a|b|\n|---|:-:|\n|c|-|", []civic.Block{row(true, "a", "b"), row(false, "c", "-")}},
	} {
		n := civic.Notice{Body: tt.body}
		if got := n.Blocks(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// FuzzBlocks: whatever is typed is laid out, nothing of it but the signs of the format is lost, and a table or list
// always has a beginning.
func FuzzBlocks(f *testing.F) {
	for _, s := range []string{"# 标题\n正文\n- 一\n- 二\n\n|a|b|\n|1||\n", "|", "||", "|-|", "#", "- ", "\u3000", "|\r\n|"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ToValidUTF8(body, "?") // pages only take UTF-8
		n := civic.Notice{Body: body}
		blocks := n.Blocks()
		var got strings.Builder
		for i, b := range blocks {
			joined := b.Kind == civic.BlockItem || b.Kind == civic.BlockRow
			if b.First && !joined || joined && !b.First && (i == 0 || blocks[i-1].Kind != b.Kind) {
				t.Fatalf("block %d of %q begins nothing or has no beginning: %+v", i, body, b)
			}
			if b.Kind == civic.BlockRow && len(b.Cells) == 0 || b.Kind == civic.BlockText && b.Text == "" {
				t.Fatalf("block %d of %q is empty", i, body)
			}
			got.WriteString(b.Text + strings.Join(b.Cells, ""))
		}
		keep := func(s string) string {
			return strings.Map(func(r rune) rune {
				if strings.ContainsRune("#-|:", r) || strings.TrimSpace(string(r)) == "" {
					return -1
				}
				return r
			}, s)
		}
		if keep(got.String()) != keep(body) {
			t.Fatalf("%q is laid out as %q", body, got.String())
		}
	})
}

func TestNoticeCategories(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range civic.NoticeCategories() {
		if c.ID == "" || c.Name == "" || c.Law == "" || seen[c.ID] {
			t.Errorf("%+v", c)
		}
		seen[c.ID] = true
		if (c.Days > 0) != (c.Kind == civic.WorkingDays || c.Kind == civic.CalendarDays) {
			t.Errorf("%s: %d days of %q", c.ID, c.Days, c.Kind)
		}
		if got, ok := civic.CategoryOf(c.ID); !ok || got != c {
			t.Errorf("%s is found as %+v", c.ID, got)
		}
	}
	if len(seen) != 24 {
		t.Errorf("%d kinds, want the 24 of the regulation and the laws beside it", len(seen))
	}
	if _, ok := civic.CategoryOf("x"); ok {
		t.Error("a kind that is none")
	}
}
