package catalogue_test

import (
	"encoding/json"
	"slices"
	"testing"

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
