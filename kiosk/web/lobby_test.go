package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/kiosk/web"
	"doorstep/sync/civic"
)

// hall is a terminal with a lobby screen.
type hall struct {
	*terminal
	step *step
}

// step is the line as the test sets it.
type step struct {
	*line
	mu  sync.Mutex // guards now
	now web.Step
}

func (s *step) Step(context.Context) web.Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *step) set(now web.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

var testScreenKey = []byte("a key of this boot of the machine")

// startHall serves the lobby's face, 43 inches wide and read from 3 m, until the test ends.
func startHall(t *testing.T, change ...func(*web.Options)) *hall {
	t.Helper()
	h := &hall{step: &step{now: web.Step{Now: true}}}
	h.terminal = start(t, append([]func(*web.Options){func(o *web.Options) {
		h.step.line, _ = o.Line.(*line)
		o.Line, o.Faces, o.ScreenKey = h.step, []web.Face{web.Resident, web.Lobby}, testScreenKey
		o.Panel = web.Panel{PxPerMM: 2202.9 / 25.4 / 43, Far: 3000}
	}}, change...)...)
	return h
}

// publish puts a notice on the shelf, for as long as until says, and waits until the board has it: it follows the
// shelf in its own time.
func (h *hall) publish(t *testing.T, n civic.Notice, until time.Time) {
	t.Helper()
	if n.PublishedAt.IsZero() {
		n.PublishedAt = h.Clock.Read().Wall
	}
	b, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	h.Store.PublishFor(civic.EditionNotice, n.ID, b, time.Time{}, until)
	for {
		changed := h.board.Changed()
		if got, err := h.board.Notice(t.Context(), n.ID); err == nil && got.Title == n.Title && got.Body == n.Body {
			return
		}
		<-changed
	}
}

// screen lets a browser in as a lobby screen.
func (h *hall) screen(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, base: h.base, client: &http.Client{Jar: jar, Timeout: 40 * time.Second}}
	if p := b.get(strings.TrimPrefix(h.web.FaceURL(web.Lobby), h.base)); p.status != http.StatusOK || p.path != "/lobby" {
		t.Fatalf("open: %s, status %d", p.path, p.status)
	}
	return b
}

// ask asks as the page's script does.
func ask(t *testing.T, b *browser, method, path, token, body string, into any) int {
	t.Helper()
	req := b.request(method, path, "application/json", strings.NewReader(body))
	req.Header.Set("X-Doorstep-Token", token)
	p := b.do(req)
	if p.status == http.StatusOK && into != nil {
		if err := json.Unmarshal([]byte(p.body), into); err != nil {
			t.Fatalf("%s: %v: %s", path, err, p.body)
		}
	}
	return p.status
}

func valueOf(body, name string) string {
	_, rest, _ := strings.Cut(body, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// TestLobbyPage is a screen without scripts: what is shown, what is in force and how fresh it is stands in the page.
func TestLobbyPage(t *testing.T) {
	h := startHall(t)
	s := h.screen(t)
	p := s.get("/lobby")
	if !p.says(h.Site.At.PointName) || !p.says("020-00000000") || !p.says("更新于 9月17日 09:58") {
		t.Errorf("the standing page does not say where we are and how fresh it is:\n%s", p.body)
	}
	h.publish(t, civic.Notice{ID: "n1", Category: "relief", Title: "低保名单公示", Issuer: "化龙镇人民政府", Body: "正文。\n|姓名|金额\n|李某|900"}, time.Time{})
	h.step.set(web.Step{At: h.Clock.Read().Wall.Add(-time.Hour), Since: h.Clock.Read().Wall})
	if p = s.get("/lobby"); !p.says("低保名单公示") || !p.says("社会救助名单") || !p.says("离线，内容截至 9月17日 09:00") || !p.says("<td>李某</td>") {
		t.Errorf("the notice is not shown:\n%s", p.body)
	}
	if !strings.Contains(p.body, `http-equiv="refresh"`) {
		t.Error("a browser without scripts would show it for ever")
	}
}

// TestLobbyWaits asks for something new, and gets it when it is there and not before.
func TestLobbyWaits(t *testing.T) {
	h := startHall(t)
	s := h.screen(t)
	p := s.get("/lobby")
	version, token := valueOf(p.body, `data-version`), valueOf(p.body, "data-token")
	aside := valueOf(p.body[strings.Index(p.body, "<aside"):], "data-version")
	type answer struct{ Version, Aside, Fresh string }
	got := make(chan answer)
	go func() {
		var a answer
		ask(t, s, http.MethodGet, "/lobby/wait?seen="+version+"&aside="+aside, token, "", &a)
		got <- a
	}()
	h.publish(t, civic.Notice{ID: "n1", Category: "rules", Title: "新公示", Body: "正文。"}, time.Time{})
	began := time.Now()
	a := <-got
	if a.Version == version {
		t.Errorf("answered %+v", a)
	}
	t.Logf("a page that waits hears of a new notice after %d ms", time.Since(began).Milliseconds())
	var next struct{ Version string }
	if n := ask(t, s, http.MethodPost, "/lobby/shown", token, `{"version":"`+a.Version+`","page":0,"of":1,"ms":9000}`, &next); n != http.StatusOK {
		t.Fatalf("status %d", n)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.proof) != 1 || h.proof[0].Notice != "n1" || h.proof[0].Rev != 1 || h.proof[0].Screen != "lobby" {
		t.Errorf("proof %+v", h.proof)
	}
}

// TestLobbyGate tries to be a screen without having been let in, and to tell of pages without the page's token.
func TestLobbyGate(t *testing.T) {
	h := startHall(t)
	in, resident := h.screen(t), h.browser(t)
	token := valueOf(in.get("/lobby").body, "data-token")
	if p := resident.get("/lobby"); p.status != http.StatusForbidden {
		t.Errorf("a resident's browser: status %d", p.status)
	}
	if p := in.get("/"); p.status != http.StatusForbidden {
		t.Errorf("a screen at the resident's pages: status %d", p.status)
	}
	for _, tok := range []string{"", "guess"} {
		if n := ask(t, in, http.MethodPost, "/lobby/shown", tok, `{}`, nil); n != http.StatusForbidden {
			t.Errorf("token %q: status %d", tok, n)
		}
	}
	if n := ask(t, in, http.MethodPost, "/lobby/shown", token, `{"ms":-1}`, nil); n != http.StatusBadRequest {
		t.Errorf("less than no time: status %d", n)
	}
	foreign := in.request(http.MethodGet, "/lobby", "", nil)
	foreign.Header.Set("Sec-Fetch-Site", "same-site")
	if p := in.do(foreign); p.status != http.StatusForbidden {
		t.Errorf("embedded by another port: status %d", p.status)
	}
	// The same machine, still up: another start of the agent knows the screen. After its next boot none is known.
	for key, want := range map[string]int{string(testScreenKey): http.StatusOK, "another boot": http.StatusForbidden} {
		again := startHall(t, func(o *web.Options) { o.ScreenKey = []byte(key) })
		req := again.screen(t).request(http.MethodGet, "/lobby", "", nil)
		req.Header.Set("Cookie", cookieOf(t, in))
		plain := &browser{t: t, base: again.base, client: &http.Client{}}
		if p := plain.do(req); p.status != want {
			t.Errorf("key %q: status %d, want %d", key, p.status, want)
		}
	}
}

func cookieOf(t *testing.T, b *browser) string {
	t.Helper()
	for _, c := range b.client.Jar.Cookies(b.request(http.MethodGet, "/lobby", "", nil).URL) {
		if c.Name == "doorstep-screen" {
			return c.Name + "=" + c.Value
		}
	}
	t.Fatal("no cookie")
	return ""
}

// TestFaces serves only what is switched on.
func TestFaces(t *testing.T) {
	only := startHall(t, func(o *web.Options) { o.Faces = []web.Face{web.Lobby} })
	s := only.screen(t)
	if p := s.get("/"); p.status != http.StatusNotFound {
		t.Errorf("the resident's pages on a lobby machine: status %d", p.status)
	}
	k := start(t)
	if p := k.browser(t).get("/lobby"); p.status != http.StatusNotFound {
		t.Errorf("the lobby on a resident's machine: status %d", p.status)
	}
	if _, err := web.ParseFaces([]string{"lobby", "kitchen"}); err == nil {
		t.Error("a face nobody made")
	}
}
