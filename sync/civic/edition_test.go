package civic_test

import (
	"testing"

	"doorstep/sync/civic"
)

func TestScopeCovers(t *testing.T) {
	here := civic.KeyID{1}
	for _, test := range []struct {
		name  string
		scope civic.Scope
		want  bool
	}{
		{"every terminal", civic.Scope{}, true},
		{"the city", civic.Scope{Area: "4401"}, true},
		{"the district", civic.Scope{Area: "440113"}, true},
		{"another district", civic.Scope{Area: "440112"}, false},
		{"a street within it", civic.Scope{Area: "440113001"}, false},
		{"the point", civic.Scope{Point: "p1"}, true},
		{"another point", civic.Scope{Point: "p2"}, false},
		{"the terminal", civic.Scope{Terminal: here}, true},
		{"another terminal", civic.Scope{Terminal: civic.KeyID{2}}, false},
		{"another terminal at the point", civic.Scope{Point: "p1", Terminal: civic.KeyID{2}}, false},
		{"the point, another area", civic.Scope{Area: "5", Point: "p1"}, true},
	} {
		if got := test.scope.Covers("440113", "p1", here); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
