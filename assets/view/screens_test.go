package view_test

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/assets/view"
)

// TestScreens: nothing is lost, no screen is fuller than it can be, a table says its head on every screen.
func TestScreens(t *testing.T) {
	table := "|姓名|人数|\n" + strings.Repeat("|欧阳某某|2|\n", 30)
	for _, tt := range []struct {
		name, title, body string
		want              int
	}{
		{"nothing", "标题", "", 0},
		{"one line", "标题", "一", 1},
		{"paragraphs", "标题", strings.Repeat("正文一段\n", 12), 3},
		{"one long paragraph", "标题", strings.Repeat("长", 15*20), 4},
		{"table", "标题", table, 7},
		{"table of a head", "标题", "|姓名|人数|", 1},
		{"long title", strings.Repeat("长", 80), "一\n二", 2},
		{"heading at the foot", "标题", strings.Repeat("一\n", 3) + "# 名单\n一", 2},
	} {
		screens := view.Screens(tt.title, view.Article(tt.body), 15, 6)
		if len(screens) != tt.want {
			t.Errorf("%s: %d screens, want %d", tt.name, len(screens), tt.want)
		}
		rows, text := 0, ""
		for _, s := range screens {
			for _, p := range s {
				rows += len(p.Rows)
				text += p.Text
				if len(p.Rows) > 0 && fmt.Sprint(p.Head) != "[姓名 人数]" {
					t.Errorf("%s: a table begins with %v", tt.name, p.Head)
				}
			}
		}
		if want := strings.Count(tt.body, "欧阳"); rows != want {
			t.Errorf("%s: %d rows, want %d", tt.name, rows, want)
		}
		if !strings.Contains(tt.body, "|") && text != strings.NewReplacer("\n", "", "# ", "").Replace(tt.body) {
			t.Errorf("%s: shows %q", tt.name, text)
		}
	}
}
