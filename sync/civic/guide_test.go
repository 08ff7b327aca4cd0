package civic_test

import (
	"testing"

	"doorstep/sync/civic"
)

func TestGuideFiledHere(t *testing.T) {
	for _, test := range []struct {
		name     string
		form     string
		channels []civic.Channel
		want     bool
	}{
		{"terminal", "f", []civic.Channel{civic.ChannelWindow, civic.ChannelTerminal}, true},
		{"community", "f", []civic.Channel{civic.ChannelCommunity}, true},
		{"no form", "", []civic.Channel{civic.ChannelTerminal}, false},
		{"elsewhere", "f", []civic.Channel{civic.ChannelOnline, civic.ChannelWindow}, false},
		{"nowhere", "f", nil, false},
	} {
		g := civic.Guide{Form: test.form, Channels: test.channels}
		if g.FiledHere() != test.want {
			t.Errorf("%s: %v", test.name, !test.want)
		}
	}
}

func TestGuideDecision(t *testing.T) {
	for _, test := range []struct{ statutory, promised, want civic.Limit }{
		{calendarDays(60), working(15), working(15)},
		{working(20), civic.Limit{}, working(20)},
		{civic.Limit{}, civic.Limit{}, civic.Limit{}},
	} {
		g := civic.Guide{Statutory: test.statutory, Promised: test.promised}
		if got := g.Decision(); got != test.want {
			t.Errorf("%+v: %+v", test, got)
		}
	}
}

// Only what a guide or an article of law says is shown as a fact.
func TestTrustLimitIsFact(t *testing.T) {
	for trust, want := range map[civic.Trust]bool{
		civic.TrustGuide: true, civic.TrustArticle: true,
		civic.TrustLaw: false, civic.TrustWeb: false, civic.TrustBook: false, civic.TrustCommon: false, "": false,
	} {
		if trust.LimitIsFact() != want {
			t.Errorf("%q: %v", trust, !want)
		}
	}
}
