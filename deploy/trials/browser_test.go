package trials_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"doorstep/deploy/fleet"
)

// browser reads the terminal's pages as a browser without scripts does: it keeps cookies, sends the fields that a
// page has, and follows redirects.
type browser struct {
	client *http.Client
	base   string
}

// page is what the browser shows.
type page struct {
	path   string
	status int
	body   string
}

// refused is a page that says no.
type refused struct{ page }

func (r *refused) Error() string {
	return fmt.Sprintf("%s: status %d: %s", r.path, r.status, strings.Join(r.errors(), "; "))
}

// open opens the pages of a site's terminal in its present boot.
func open(ctx context.Context, s *fleet.Site) (*browser, error) {
	link, err := s.OpenURL()
	if err != nil {
		return nil, err
	}
	return openAt(ctx, s, link)
}

// openAt opens the pages by an address that lets in.
func openAt(ctx context.Context, s *fleet.Site, link string) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &browser{
		client: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{}},
		base:   "http://" + s.Ports.Pages,
	}
	_, err = b.get(ctx, strings.TrimPrefix(link, b.base))
	return b, err
}

func (b *browser) get(ctx context.Context, path string) (page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return page{}, err
	}
	return b.do(req)
}

func (b *browser) post(ctx context.Context, path string, form url.Values) (page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return page{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// upload hands a file over, in the form that the page has for it.
func (b *browser) upload(ctx context.Context, p page, material string, content []byte) (page, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	err := w.WriteField("token", p.token())
	if err == nil {
		var part io.Writer
		if part, err = w.CreateFormFile("paper", "paper.jpg"); err == nil {
			_, err = part.Write(content)
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return page{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+"/materials/"+material+"/papers", &body)
	if err != nil {
		return page{}, err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}

func (b *browser) do(req *http.Request) (page, error) {
	resp, err := b.client.Do(req)
	if err != nil {
		return page{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return page{}, err
	}
	p := page{resp.Request.URL.Path, resp.StatusCode, string(body)}
	if p.status >= http.StatusBadRequest {
		return p, &refused{p}
	}
	return p, nil
}

var (
	tagShape     = regexp.MustCompile(`<(input|textarea)\b[^>]*>`)
	nameShape    = regexp.MustCompile(`\bname="([^"]*)"`)
	typeShape    = regexp.MustCompile(`\btype="([^"]*)"`)
	valueShape   = regexp.MustCompile(`\bvalue="([^"]*)"`)
	digitShape   = regexp.MustCompile(`<b>(\d{4})</b>`)
	pictureShape = regexp.MustCompile(`<img\b[^>]*\bsrc="(/[^"]*)"`)
	errorShape   = regexp.MustCompile(`(?s)role="alert">(.*?)</(?:p|div)>`)
	markup       = regexp.MustCompile(`(?s)<[^>]*>`)
)

func attribute(shape *regexp.Regexp, tag string) string {
	if m := shape.FindStringSubmatch(tag); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// pictures fetches what the page shows within it, as a browser does once it has read the page.
func (b *browser) pictures(ctx context.Context, p page) error {
	for _, m := range pictureShape.FindAllStringSubmatch(p.body, -1) {
		if _, err := b.get(ctx, html.UnescapeString(m[1])); err != nil {
			return err
		}
	}
	return nil
}

// token is what every form of the page repeats.
func (p page) token() string { return p.hidden()["token"] }

// hidden returns the hidden fields of the page's first form.
func (p page) hidden() map[string]string {
	fields := map[string]string{}
	for _, tag := range tagShape.FindAllString(p.body, -1) {
		if attribute(typeShape, tag) == "hidden" {
			name := attribute(nameShape, tag)
			if _, ok := fields[name]; !ok {
				fields[name] = attribute(valueShape, tag)
			}
		}
	}
	return fields
}

// filled returns the page's main form with its hidden fields, and an answer to each question that there is one for.
func (p page) filled(answers map[string]string) url.Values {
	form := url.Values{"do": {"next"}}
	for name, value := range p.hidden() {
		form.Set(name, value)
	}
	for _, tag := range tagShape.FindAllString(p.body, -1) {
		name := attribute(nameShape, tag)
		if kind := attribute(typeShape, tag); kind == "hidden" || kind == "file" || name == "" {
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

// errors are the sentences with which the page refuses.
func (p page) errors() []string {
	var list []string
	for _, m := range errorShape.FindAllStringSubmatch(p.body, -1) {
		list = append(list, html.UnescapeString(markup.ReplaceAllString(m[1], "")))
	}
	return list
}

// says reports whether the page says a sentence.
func (p page) says(text string) bool { return strings.Contains(html.UnescapeString(p.body), text) }
