package trials_test

import (
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSeenFromOutside files with the line cut, with what goes wrong on the way, and then lets everything through. What
// waits, since when and why is said in words and in figures on both sides; and of what residents answered nothing is in
// either log, in the words or in the figures.
func TestSeenFromOutside(t *testing.T) {
	const residents = 3
	s := newSite(t)
	atKiosk, atCentral := freeAddress(t), freeAddress(t)
	t.Setenv("DOORSTEP_METRICS", atCentral)
	s.Env = []string{"DOORSTEP_METRICS=" + atKiosk}
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	codes := fileSome(t, s, 0, residents)
	stumble(t, s.Ports.Pages, codes[0], person(residents), func() *browser {
		b, err := open(t.Context(), s)
		must(t, err)
		return b
	})
	until(t, time.Minute, "the terminal knows why the line is down", func() bool {
		return strings.Contains(figuresAt(t, atKiosk), `doorstep_terminal_line_trouble{code="line-refused"} 1`)
	})
	said := figuresAt(t, atKiosk)
	tells(t, "the terminal's figures", said, "doorstep_terminal_waiting_entries 3", `doorstep_terminal_entries{state="kept"} 3`,
		"doorstep_terminal_waiting_papers 9", "doorstep_terminal_line_up 0", "doorstep_terminal_unshown_receipts 0")
	words, err := s.Tool(t.Context(), "kiosk", "--dir", s.Path("kiosk"), "status")
	must(t, err)
	tells(t, "kiosk status", words, "有 3 件申请等着送到中心，最早的一件在", "连线不通，从", "接收程序没有运行", "不用处理，连线一通就会自动送出")
	english, err := s.Tool(t.Context(), "kiosk", "--dir", s.Path("kiosk"), "status", "--lang", "en")
	must(t, err)
	tells(t, "kiosk status", english, "waiting to be sent to central: 3", "The line to central is down since")
	if doctor, err := s.Tool(t.Context(), "kiosk", "--dir", s.Path("kiosk"), "doctor"); err == nil {
		t.Errorf("kiosk doctor says that nobody has to see to a line that is down:\n%s", doctor)
	}

	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	c := openCentral(t, s)
	c.arrives(t, time.Minute, residents)
	until(t, time.Minute, "the terminal knows every outcome", func() bool { return askBooks(t, s).Entries["settled"] == residents })
	tells(t, "central's figures", figuresAt(t, atCentral), "doorstep_central_sessions 1", `doorstep_central_terminals{state="enrolled"} 1`,
		`doorstep_central_terminal_up{terminal="00001"} 1`, `doorstep_central_terminal_held_entries{terminal="00001"} 3`)
	said += figuresAt(t, atCentral) + figuresAt(t, atKiosk) + words + english
	must(t, s.Stop())
	for _, name := range []string{"kiosk.log", "central.log"} {
		b, err := os.ReadFile(s.Path("log", name))
		must(t, err)
		tells(t, name, string(b), "session open") // it is the log of what happened
		said += string(b)
	}
	search, values := newLeaks(t, residents+1)
	for _, leak := range search(said) {
		t.Errorf("of what residents answered is told: %s", leak)
	}
	if planted := search(said + "\nlevel=INFO msg=filed phone=" + person(1).answers["phone"] + " endorsed=false"); len(planted) != 2 {
		t.Errorf("of two planted answers %d are found: %v", len(planted), planted)
	}
	t.Logf("figures applications=%d answers=%d bytes=%d told=%d", residents, values, len(said), len(search(said)))
}

// stumble goes wrong where residents do: a number that is none, a paper that is none, a case that is not theirs.
func stumble(t *testing.T, pages, code string, r resident, newBrowser func() *browser) {
	t.Helper()
	b := newBrowser()
	wrong := resident{answers: maps.Clone(r.answers), marker: r.marker}
	wrong.answers["number"] = r.answers["number"][:17] + "?"
	if _, err := wrong.fill(t.Context(), b); err == nil {
		t.Errorf("%s: a number that is none is taken", pages)
	}
	b = newBrowser()
	_, err := r.fill(t.Context(), b)
	must(t, err)
	p, err := b.get(t.Context(), "/materials")
	must(t, err)
	if _, err := b.upload(t.Context(), p, papers()[0], []byte(r.marker)); err == nil {
		t.Error("a paper that is none is taken")
	}
	p, err = b.get(t.Context(), "/lookup")
	must(t, err)
	number := r.answers["number"]
	form := url.Values{"token": {p.token()}, "code": {code}, "last": {number[len(number)-4:]}}
	if _, err := b.post(t.Context(), "/lookup", form); err == nil {
		t.Error("a case is told without a line")
	}
}

// newLeaks returns a search for every answer of so many residents in what programs tell, and how many answers there are.
// One that could stand there by chance, as true, is searched behind its question.
func newLeaks(t *testing.T, residents int) (search func(told string) []string, values int) {
	t.Helper()
	const byChance = 10 // bytes
	var texts []string
	var pairs []*regexp.Regexp
	for n := range residents {
		r := person(n)
		texts = append(texts, r.marker)
		for question, answer := range r.answers {
			values++
			if len(answer) >= byChance {
				texts = append(texts, answer)
			}
			pairs = append(pairs, regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(question)+`\W{1,4}`+regexp.QuoteMeta(answer)+`(\W|$)`))
		}
	}
	slices.Sort(texts)
	find := newSearcher(t, slices.Compact(texts))
	return func(told string) []string {
		found := map[string]bool{}
		find.in([]byte(told), found)
		leaks := slices.Sorted(maps.Keys(found))
		for _, p := range pairs {
			hit := p.FindString(told)
			if hit == "" || slices.ContainsFunc(leaks, func(l string) bool {
				text, _, _ := strings.Cut(l, " as ")
				return strings.Contains(hit, strings.TrimSpace(text))
			}) {
				continue
			}
			leaks = append(leaks, hit)
		}
		return leaks
	}, values
}

func tells(t *testing.T, who, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", who, w, tailOf(text))
		}
	}
}

func tailOf(text string) string { return text[max(0, len(text)-3000):] }

// figuresAt reads what a program tells a Prometheus.
func figuresAt(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	must(t, err)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d: %s", address, resp.StatusCode, b)
	}
	return string(b)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}
