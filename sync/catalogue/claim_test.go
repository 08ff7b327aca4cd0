package catalogue_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// TestClaims: each right over the data of a case can be used at a terminal, with a form that names the case by a code
// that is checked, and a retention class of its own.
func TestClaims(t *testing.T) {
	found := map[civic.Claim]string{}
	for _, s := range everything(t) {
		g := s.Guide
		if g.Claim == civic.NoClaim {
			continue
		}
		if found[g.Claim] != "" {
			t.Errorf("%s and %s answer %s", found[g.Claim], g.ID, g.Claim)
		}
		found[g.Claim] = g.ID
		if !g.FiledHere() || g.Retention != civic.ClassRequest || !slices.Contains(g.Words, "个人信息") || g.Decision().Days == 0 {
			t.Errorf("%s cannot be filed here, is kept as %s, is not found by its words, or has no limit", g.ID, g.Retention)
		}
		if _, err := form.Parse(s.FormBody); err != nil {
			t.Errorf("%s: %v", g.ID, err)
		}
		var body struct {
			Required   []string
			Properties map[string]struct{ Format string }
		}
		if err := json.Unmarshal(s.FormBody, &body); err != nil {
			t.Fatal(err)
		}
		if body.Properties["about"].Format != "tracking-code" || !slices.Contains(body.Required, "about") {
			t.Errorf("%s does not ask for the code of a case", g.ID)
		}
	}
	for _, c := range []civic.Claim{civic.ClaimCopy, civic.ClaimCorrection, civic.ClaimDeletion} {
		if found[c] == "" {
			t.Errorf("no service answers %s", c)
		}
	}
}

// TestClaimNamesACase: a mistyped code is told at the terminal, where the receipt is at hand; a code as printed is taken.
func TestClaimNamesACase(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, civic.China)
	good := civic.NewTrackingCode(10207, 483_920_175)
	wrong := good.Digits()
	wrong = wrong[:7] + string('0'+(wrong[7]-'0'+1)%10) + wrong[8:]
	for _, s := range everything(t) {
		if s.Guide.Claim != civic.ClaimCopy {
			continue
		}
		f, err := form.Parse(s.FormBody)
		if err != nil {
			t.Fatal(err)
		}
		for code, want := range map[string]string{good.String(): "", good.Digits(): "", wrong: "code.checksum", "0000-1234": "form.short", "一二三四一二三四一二三四一二三四": "code.length"} {
			answers := form.Answers{
				"about": code, "filed_by": "self", "name": "欧阳𬭎", "phone": "13800138000", "way": "paper", "declared": true,
				"document": map[string]any{"kind": "resident-id", "number": "11010519491231002X"},
			}
			got := ""
			for _, e := range f.Check(answers, now) {
				got += e.Key
				if e.Field != "about" {
					t.Errorf("%s: refused at %s", code, e.Field)
				}
			}
			if got != want {
				t.Errorf("%s: %q, want %q", code, got, want)
			}
		}
	}
}
