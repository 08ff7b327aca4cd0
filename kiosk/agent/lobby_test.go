package agent_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/kiosk/agent"
)

// TestFaces opens the face that is the machine's own, and leaves the address of any other beside it.
func TestFaces(t *testing.T) {
	for _, test := range []struct {
		faces []string
		files map[string]string // what the address in it ends with
	}{
		{nil, map[string]string{"open-url": ""}},
		{[]string{"lobby"}, map[string]string{"open-url": ""}},
		{[]string{"lobby", "resident"}, map[string]string{"open-url": "", "open-url-resident": "&face=resident"}},
		{[]string{"resident", "lobby"}, map[string]string{"open-url": "", "open-url-lobby": "&face=lobby"}},
	} {
		t.Run(strings.Join(test.faces, " "), func(t *testing.T) {
			o := options(t)
			enrol(t, o)
			o.Faces = test.faces
			if err := os.WriteFile(filepath.Join(o.Dir, "open-url-counter"), []byte("left by a kill"), 0o600); err != nil {
				t.Fatal(err)
			}
			a, stop := run(t, o)
			left, err := filepath.Glob(filepath.Join(o.Dir, "open-url*"))
			if err != nil || len(left) != len(test.files) {
				t.Errorf("addresses in %v, %v", left, err)
			}
			for name, end := range test.files {
				b, err := os.ReadFile(filepath.Join(o.Dir, name))
				link := strings.TrimSpace(string(b))
				if err != nil || link != a.OpenURL()+end {
					t.Errorf("%s: %q, %v", name, link, err)
				}
				if status := get(t, link); status != http.StatusOK {
					t.Errorf("%s: status %d", name, status)
				}
			}
			stop()
			if left, _ := filepath.Glob(filepath.Join(o.Dir, "open-url*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	o := options(t)
	enrol(t, o)
	for name, change := range map[string]func(){"a face nobody made": func() { o.Faces = []string{"kitchen"} }, "a panel of less than nothing": func() { o.Faces, o.LobbyInch = nil, -1 }} {
		change()
		if _, err := agent.New(t.Context(), o); err == nil {
			t.Errorf("%s: it starts", name)
		}
	}
}
