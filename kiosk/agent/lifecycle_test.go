package agent_test

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/kiosk/agent"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
)

// options are those of a terminal in a folder of its own.
func options(t *testing.T) agent.Options {
	t.Helper()
	o := agent.DefaultOptions()
	o.Dir, o.Listen, o.Logger = t.TempDir(), "127.0.0.1:0", slog.New(slog.DiscardHandler)
	return o
}

// enrol gives the folder a terminal's key, of a central that never answers.
func enrol(t *testing.T, o agent.Options) {
	t.Helper()
	root, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	code, err := identity.NewCode("127.0.0.1:1", root.Public())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.CreateTerminal(filepath.Join(o.Dir, "terminal.key"), code, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// run starts an agent, and returns what ends it.
func run(t *testing.T, o agent.Options) (a *agent.Agent, stop func()) {
	t.Helper()
	a, err := agent.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	return a, func() {
		t.Helper()
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("Run does not end")
		}
	}
}

// TestLifecycle starts, serves, ends and starts again in the same folder, on the same port.
func TestLifecycle(t *testing.T) {
	o := options(t)
	enrol(t, o)
	var before string
	for range 3 {
		a, stop := run(t, o)
		if a.OpenURL() == before {
			t.Error("two starts have the same token")
		}
		before = a.OpenURL()
		serves(t, a.OpenURL())
		if s, err := agent.Tell(t.Context(), o); err != nil || len(s.Entries) != 0 {
			t.Errorf("status %+v, %v", s, err)
		}
		stop()
		if get(t, a.OpenURL()) != 0 {
			t.Error("the pages are served after the end")
		}
		if left := files(t, o.Dir); strings.Contains(left, "open-url") {
			t.Errorf("left behind: %s", left)
		}
		o.Listen = strings.TrimPrefix(a.OpenURL()[:strings.LastIndex(a.OpenURL(), "/")], "http://")
	}
	if _, err := agent.Tell(t.Context(), o); err != nil {
		t.Errorf("status of the files: %v", err)
	}
}

// serves opens the pages as the terminal's browser does.
func serves(t *testing.T, link string) {
	t.Helper()
	if status := get(t, link); status != http.StatusOK {
		t.Errorf("open: status %d", status)
	}
	if status := get(t, link+"x"); status != http.StatusForbidden {
		t.Errorf("a wrong token: status %d", status)
	}
}

// get returns the status of an address, 0 where nobody answers.
func get(t *testing.T, link string) int {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func files(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// TestNotEnrolled asks for enrolment, and only where there is no key: a damaged one is something else.
func TestNotEnrolled(t *testing.T) {
	o := options(t)
	if _, err := agent.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "kiosk enrol") {
		t.Errorf("no key: %v", err)
	}
	if _, err := agent.Tell(t.Context(), o); err == nil || !strings.Contains(err.Error(), "kiosk enrol") {
		t.Errorf("status without a key: %v", err)
	}
	if left := files(t, o.Dir); left != "" {
		t.Errorf("made in the folder: %s", left)
	}
	if err := os.WriteFile(filepath.Join(o.Dir, "terminal.key"), []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.New(t.Context(), o); err == nil || strings.Contains(err.Error(), "kiosk enrol") {
		t.Errorf("a damaged key: %v", err)
	}
}

// TestSecondAgent is refused, and takes nothing from the first.
func TestSecondAgent(t *testing.T) {
	o := options(t)
	enrol(t, o)
	a, stop := run(t, o)
	defer stop()
	if second, err := agent.New(t.Context(), o); err == nil {
		_ = second.Close()
		t.Fatal("two agents in one folder")
	}
	b, err := os.ReadFile(filepath.Join(o.Dir, "open-url"))
	if err != nil || strings.TrimSpace(string(b)) != a.OpenURL() {
		t.Errorf("the first one's address: %q, %v", b, err)
	}
	serves(t, a.OpenURL())
}

// TestOpenURL looks at the file that the browser's starter reads. One that an agent left when it was killed is not
// written into: others may read it, or it may lead elsewhere.
func TestOpenURL(t *testing.T) {
	o := options(t)
	enrol(t, o)
	path, elsewhere := filepath.Join(o.Dir, "open-url"), filepath.Join(o.Dir, "elsewhere")
	for _, test := range []struct {
		name string
		left func() error
	}{
		{"none", func() error { return nil }},
		{"readable by others", func() error { return os.WriteFile(path, []byte("old"), 0o644) }}, //nolint:gosec // what is tried
		{"a link", func() error { return os.Symlink(elsewhere, path) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.left(); err != nil {
				t.Fatal(err)
			}
			a, stop := run(t, o)
			defer stop()
			info, err := os.Lstat(path)
			if err != nil || info.Mode() != 0o600 {
				t.Fatalf("%v, %v", info, err)
			}
			if b, err := os.ReadFile(path); err != nil || string(b) != a.OpenURL()+"\n" {
				t.Errorf("%q, %v", b, err)
			}
		})
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("%s: not removed at the end: %v", test.name, err)
		}
	}
	if _, err := os.Stat(elsewhere); !os.IsNotExist(err) {
		t.Error("the address was written where the link led")
	}
}

// TestCloseWithoutRun gives everything back, so that another may start at once.
func TestCloseWithoutRun(t *testing.T) {
	o := options(t)
	enrol(t, o)
	a, err := agent.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	o.Listen = strings.TrimPrefix(a.OpenURL()[:strings.LastIndex(a.OpenURL(), "/")], "http://")
	a, stop := run(t, o)
	serves(t, a.OpenURL())
	stop()
}

// TestRefusedOptions starts with what cannot be served, and leaves the folder free for what can.
func TestRefusedOptions(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*agent.Options)
	}{
		{"no folder", func(o *agent.Options) { o.Dir = "" }},
		{"no clock", func(o *agent.Options) { o.Clock = nil }},
		{"open to the network", func(o *agent.Options) { o.Listen = "0.0.0.0:0" }},
		{"no port", func(o *agent.Options) { o.Listen = "127.0.0.1" }},
		{"a paper nobody makes", func(o *agent.Options) { o.Paper = "wall" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t)
			enrol(t, o)
			good := o
			test.change(&o)
			if a, err := agent.New(t.Context(), o); err == nil {
				_ = a.Close()
				t.Fatal("it starts")
			}
			_, stop := run(t, good)
			stop()
		})
	}
}

// TestRunCancelled ends what never began to serve.
func TestRunCancelled(t *testing.T) {
	o := options(t)
	enrol(t, o)
	a, err := agent.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Run does not end")
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "open-url")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// TestPrivateFiles looks for anything in the folder that others may read, and for the token in the log.
func TestPrivateFiles(t *testing.T) {
	o := options(t)
	enrol(t, o)
	var log bytes.Buffer
	o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, stop := run(t, o)
	serves(t, a.OpenURL())
	err := filepath.WalkDir(o.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == o.Dir {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	stop()
	if _, token, _ := strings.Cut(a.OpenURL(), "token="); token == "" || strings.Contains(log.String(), token) {
		t.Error("the token is logged")
	}
}
