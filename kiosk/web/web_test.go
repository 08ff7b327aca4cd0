package web_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/assets"
	"doorstep/assets/locale"
	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/kiosk/lobby"
	"doorstep/kiosk/web"
	"doorstep/printing/receipt"
	"doorstep/sync/civic"
)

// terminal is the pages of a terminal, served over loopback to the test.
type terminal struct {
	*desktest.Fixture
	web     *web.Web
	base    string
	log     *journal
	line    *line
	printed *[]string // the PDFs that went to the printer
	board   *lobby.Board
	mu      sync.Mutex // guards proof
	proof   []lobby.Showing
	stop    func()
}

// journal keeps everything that was logged.
type journal struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// line is a line to a central that knows one case, and answers when the test lets it.
type line struct {
	notice *civic.StatusNotice
	wait   chan struct{} // nil answers at once
	asked  chan struct{}
}

func (l *line) State() bool { return l.notice != nil }

func (l *line) Step(context.Context) web.Step { return web.Step{Now: l.State()} }

func (l *line) Ask(_ context.Context, code civic.TrackingCode, last string) (*civic.StatusNotice, error) {
	if l.asked != nil {
		close(l.asked)
	}
	if l.wait != nil {
		<-l.wait
	}
	if l.notice == nil || l.notice.Code != code || last != "002X" {
		return nil, civic.Refuse(civic.NotFound, "", "lookup.absent")
	}
	return l.notice, nil
}

type echo struct{}

func (echo) Candidates(k web.Keys, most int) []web.Candidate {
	return []web.Candidate{{Text: fmt.Sprint(most), Rest: k.Keys}}
}

const bootToken = "the-token-of-this-boot"

var openFiles = sync.OnceValues(assets.Open)

// start serves a terminal until the test ends.
func start(t *testing.T, change ...func(*web.Options)) *terminal {
	t.Helper()
	files, err := openFiles()
	if err != nil {
		t.Fatal(err)
	}
	k := &terminal{log: &journal{}, line: &line{}, printed: new([]string)}
	logger := slog.New(slog.NewTextHandler(k.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	k.Fixture = desktest.Open(t, func(o *desk.Options) { o.Logger, o.Line, o.Sessions = logger, k.line, 8 })
	k.openBoard(t)
	opts := web.Options{
		Board: k.board,
		Desk:  k.Desk, Site: k.Site, Queue: k.Store.Queue, Line: k.line, Files: files, Press: press(t, files),
		Print: func(_ context.Context, pdf []byte) error {
			*k.printed = append(*k.printed, string(pdf))
			return nil
		},
		Paper: "a4", Typist: echo{}, Listen: listen(t), Token: bootToken,
		Clock: func() time.Time { return k.Clock.Read().Wall }, Logger: logger,
	}
	for _, c := range change {
		c(&opts)
	}
	if k.web, err = web.New(opts); err != nil {
		t.Fatal(err)
	}
	k.base = "http://" + opts.Listen.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.web.Run(ctx) }()
	k.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(k.stop)
	return k
}

// openBoard makes the terminal's notices, and follows them until the test ends.
func (k *terminal) openBoard(t *testing.T) {
	t.Helper()
	var err error
	k.board, err = lobby.New(t.Context(), lobby.Options{
		Shelf: k.Store, Now: k.Desk.Now, Logger: slog.New(slog.DiscardHandler),
		Record: func(s lobby.Showing) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.proof = append(k.proof, s)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = k.board.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	return listenAt(t, "127.0.0.1:0")
}

func listenAt(t *testing.T, at string) net.Listener {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func press(t *testing.T, files *assets.Files) func(*civic.Receipt, string) ([]byte, error) {
	return func(r *civic.Receipt, paper string) ([]byte, error) {
		regular, err := files.Font(400)
		if err != nil {
			return nil, err
		}
		p, err := receipt.New(receipt.Options{Regular: regular, Bold: regular, T: locale.T})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { _ = p.Close() })
		size, err := receipt.ParsePaper(paper)
		if err != nil {
			return nil, err
		}
		out, err := p.PDF(r, size)
		if err != nil {
			return nil, err
		}
		return out.PDF, nil
	}
}

// browser reads the pages as a browser without scripts does: it keeps cookies, sends the fields that a page has,
// and follows redirects.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string
}

// page is what the browser shows.
type page struct {
	path   string
	status int
	header http.Header
	body   string
}

// browser lets a new browser in.
func (k *terminal) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	b := &browser{t: t, base: k.base, client: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: transport}}
	if p := b.get("/open?token=" + bootToken); p.status != http.StatusOK || p.path != "/" {
		t.Fatalf("open: %s, status %d", p.path, p.status)
	}
	return b
}

func (b *browser) request(method, path, kind string, body io.Reader) *http.Request {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.do(b.request(http.MethodGet, path, "", nil))
}

func (b *browser) post(path string, form url.Values) page {
	b.t.Helper()
	return b.do(b.request(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode())))
}

// upload hands files over, in the form that a page has for them.
func (b *browser) upload(path, token string, files ...[]byte) page {
	b.t.Helper()
	kind, body := parts(b.t, map[string]string{"token": token}, files...)
	return b.do(b.request(http.MethodPost, path, kind, body))
}

func parts(t *testing.T, fields map[string]string, files ...[]byte) (string, *bytes.Buffer) {
	t.Helper()
	body := new(bytes.Buffer)
	w := multipart.NewWriter(body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile("paper", "secret-name.jpg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), body
}

func (b *browser) do(req *http.Request) page {
	b.t.Helper()
	p, err := b.try(req)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *browser) try(req *http.Request) (page, error) {
	resp, err := b.client.Do(req)
	if err != nil {
		return page{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return page{resp.Request.URL.RequestURI(), resp.StatusCode, resp.Header, string(body)}, err
}

var (
	tagShape   = regexp.MustCompile(`<(input|textarea)\b[^>]*>`)
	nameShape  = regexp.MustCompile(`\bname="([^"]*)"`)
	typeShape  = regexp.MustCompile(`\btype="([^"]*)"`)
	valueShape = regexp.MustCompile(`\bvalue="([^"]*)"`)
	digitShape = regexp.MustCompile(`<b>(\d{4})</b>`)
	errorShape = regexp.MustCompile(`(?s)<p class="error"[^>]*>(.*?)</p>`)
	markup     = regexp.MustCompile(`(?s)<[^>]*>`)
)

func attribute(shape *regexp.Regexp, tag string) string {
	if m := shape.FindStringSubmatch(tag); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// token is what every form of the page repeats.
func (p page) token() string { return p.hidden()["token"] }

// hidden returns the first hidden field of each name.
func (p page) hidden() map[string]string {
	fields := map[string]string{}
	for _, tag := range tagShape.FindAllString(p.body, -1) {
		if name := attribute(nameShape, tag); attribute(typeShape, tag) == "hidden" && fields[name] == "" {
			fields[name] = attribute(valueShape, tag)
		}
	}
	return fields
}

// filled returns the page's form with its hidden fields, and an answer to each question that there is one for.
func (p page) filled(answers map[string]string) url.Values {
	form := url.Values{"do": {"next"}}
	for name, value := range p.hidden() {
		form.Set(name, value)
	}
	for _, tag := range tagShape.FindAllString(p.body, -1) {
		name := attribute(nameShape, tag)
		if kind := attribute(typeShape, tag); kind == "hidden" || kind == "file" {
			continue
		}
		if answer, ok := answers[name]; ok {
			form.Set(name, answer)
		}
	}
	return form
}

// code is the tracking code that the page shows, 16 digits.
func (p page) code() string {
	var digits strings.Builder
	for _, m := range digitShape.FindAllStringSubmatch(p.body, 4) {
		digits.WriteString(m[1])
	}
	return digits.String()
}

// errors are the sentences at the fields.
func (p page) errors() string {
	var list []string
	for _, m := range errorShape.FindAllStringSubmatch(p.body, -1) {
		list = append(list, strings.TrimSpace(html.UnescapeString(markup.ReplaceAllString(m[1], ""))))
	}
	return strings.Join(list, "\n")
}

// says reports whether the page says a sentence.
func (p page) says(text string) bool { return strings.Contains(html.UnescapeString(p.body), text) }

// resident is who files: a name above U+FFFF, a number of the right form that belongs to nobody.
func resident() map[string]string {
	return map[string]string{
		"filed_by": "self", "name": "欧阳𬭎", "number": "11010519491231002X", "phone": "13800138000",
		"issued_on": "2025-12-02", "endorsed": "false", "moved": "true", "district": "440113", "street": "化龙镇",
		"address": "亭南路12号3栋401室", "living_since": "2026-03-01", "ground": "employment",
		"employer": "番禺区化龙纺织厂", "work_address": "化龙镇工业路8号", "work_since": "2025-06-01",
		"lived_elsewhere": "false", "declared": "true",
	}
}

// with returns answers with some changed.
func with(answers, change map[string]string) map[string]string {
	out := maps.Clone(answers)
	maps.Copy(out, change)
	return out
}

// begin agrees to the notice of a service.
func (b *browser) begin(service string) page {
	b.t.Helper()
	p := b.post("/begin", b.get("/privacy/"+service).filled(map[string]string{"agree": "true", "sensitive": "true"}))
	if !strings.HasPrefix(p.path, "/form/") {
		b.t.Fatalf("begin leads to %s, status %d", p.path, p.status)
	}
	return p
}

// answer fills page after page. Without scripts a question that an answer calls for appears when the page comes
// back for want of it.
func (b *browser) answer(p page, answers map[string]string) page {
	b.t.Helper()
	for range 20 {
		if !strings.HasPrefix(p.path, "/form/") {
			return p
		}
		p = b.post(p.path, p.filled(answers))
	}
	b.t.Fatalf("%s does not go on: %s", p.path, p.errors())
	return p
}

// fill goes from the notice to the page that reads the application back.
func (b *browser) fill() page {
	b.t.Helper()
	p := b.answer(b.begin("HJ-009"), resident())
	for _, material := range []string{"residence-permit", "identity-card", "proof-employment"} {
		if p = b.upload("/materials/"+material+"/papers", p.token(), photo(material)); p.status != http.StatusOK {
			b.t.Fatalf("%s: status %d: %s", material, p.status, p.errors())
		}
	}
	b.post("/materials/new-address", url.Values{"token": {p.token()}, "state": {"owed"}})
	if p = b.post("/materials", p.filled(nil)); p.path != "/review" || !p.says("欧阳𬭎") {
		b.t.Fatalf("%s does not read the application back", p.path)
	}
	return p
}

// file files a whole application.
func (b *browser) file() page {
	b.t.Helper()
	p := b.post("/review", b.fill().filled(nil))
	if p.path != "/done" || len(p.code()) != 16 {
		b.t.Fatalf("%s, status %d, does not say that it was taken in", p.path, p.status)
	}
	return p
}

// receiptQR is the link of the only receipt that was taken in, as its paper holds it.
func (k *terminal) receiptQR(t *testing.T) string {
	t.Helper()
	taken := k.Store.Taken()
	if len(taken) == 0 {
		t.Fatal("nothing was taken in")
	}
	e := taken[0].Entry
	a := k.application(t, e)
	filed, sure := e.Evidence.FiledAt()
	q := civic.ReceiptQR{Code: e.Code, Filed: filed, Sure: sure, Secret: a.Secret}
	digest := civic.DigestOf(e.Sealed)
	q.Entry = [16]byte(digest[:16])
	q.Sign(k.Site.Sign)
	return q.Link(desktest.Policy().TrackingHost)
}
