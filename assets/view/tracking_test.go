package view_test

import (
	"strings"
	"testing"

	"doorstep/assets/view"
	"doorstep/sync/civic"
)

func TestTimeline(t *testing.T) {
	notice := func(s civic.Status) *civic.StatusNotice { return &civic.StatusNotice{Status: s} }
	cases := []struct {
		name string
		c    view.Case
		want string
	}{
		{"kept", view.Case{Where: view.AtTerminal}, "taken:now arrived:ahead accepted:ahead decided:ahead delivered:ahead"},
		{"held", view.Case{Where: view.AtCentral}, "taken:past arrived:now accepted:ahead decided:ahead delivered:ahead"},
		{"filed", view.Case{Notice: notice(civic.Filed)}, "taken:past arrived:now accepted:ahead decided:ahead delivered:ahead"},
		{"supplement", view.Case{Notice: notice(civic.Supplement)}, "taken:past arrived:past supplement:halted decided:ahead delivered:ahead"},
		{"accepted", view.Case{Notice: notice(civic.Accepted)}, "taken:past arrived:past accepted:now decided:ahead delivered:ahead"},
		{"paused", view.Case{Notice: notice(civic.Paused)}, "taken:past arrived:past accepted:past paused:now delivered:ahead"},
		{"declined", view.Case{Notice: notice(civic.Declined)}, "taken:past arrived:past declined:now"},
		{"lapsed", view.Case{Notice: notice(civic.Lapsed)}, "taken:past arrived:past lapsed:now"},
		{"withdrawn", view.Case{Notice: notice(civic.Withdrawn)}, "taken:past arrived:past withdrawn:now"},
		{"granted", view.Case{Notice: notice(civic.Granted)}, "taken:past arrived:past accepted:past granted:now delivered:ahead"},
		{"refused", view.Case{Notice: notice(civic.Refused)}, "taken:past arrived:past accepted:past refused:now delivered:ahead"},
		{"delivered", view.Case{Notice: notice(civic.Delivered)}, "taken:past arrived:past accepted:past decided:past delivered:past"},
	}
	for _, c := range cases {
		var got []string
		for _, m := range view.Timeline(c.c) {
			got = append(got, m.ID+":"+string(m.State))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}
