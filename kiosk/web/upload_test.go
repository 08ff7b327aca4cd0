package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// watched gives the test a directory for temporary files, and reports whether one was ever made in it.
func watched(t *testing.T) (used func() bool) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE); err != nil {
		t.Fatal(err)
	}
	used = func() bool {
		n, err := unix.Read(fd, make([]byte, 4096))
		return err == nil && n > 0
	}
	if f, err := os.CreateTemp("", "x"); err != nil || f.Close() != nil || !used() {
		t.Fatal("the watch does not see a temporary file")
	}
	return used
}

// TestNoTemporaryFiles posts large forms to every action: one that went through a temporary file would be seen.
func TestNoTemporaryFiles(t *testing.T) {
	used := watched(t)
	b := start(t).browser(t)
	p := b.answer(b.begin("HJ-009"), resident())
	large := append(photo("large"), make([]byte, 30<<20)...)
	q := b.upload("/materials/identity-card/papers", p.token(), large)
	if q.status != http.StatusUnprocessableEntity || !strings.Contains(q.errors(), "1 MB") {
		t.Errorf("30 MB: status %d: %s", q.status, q.errors())
	}
	if q := b.upload("/materials/identity-card/papers", p.token(), append(photo("fits"), make([]byte, 900<<10)...)); q.status != http.StatusOK {
		t.Errorf("900 kB: status %d: %s", q.status, q.errors())
	}
	for _, path := range []string{
		"/begin", "/form/filer", "/materials", "/materials/identity-card", "/lookup", "/settings", "/ime", "/status/withdraw", "/touch",
	} {
		kind, body := parts(t, map[string]string{"token": p.token()}, large)
		req := b.request(http.MethodPost, path, kind, body)
		if q := b.do(req); q.status >= http.StatusInternalServerError {
			t.Errorf("%s: status %d", path, q.status)
		}
		kind, body = parts(t, nil, large)
		req = b.request(http.MethodPost, path, kind, body)
		req.Header.Set("X-Doorstep-Token", p.token())
		if q := b.do(req); q.status >= http.StatusInternalServerError {
			t.Errorf("%s with the token in a header: status %d", path, q.status)
		}
	}
	if used() {
		t.Error("a temporary file was made")
	}
}

// TestUploadRefused gives files that cannot be taken: each is refused in words at its material.
func TestUploadRefused(t *testing.T) {
	b := start(t).browser(t)
	token := b.answer(b.begin("HJ-009"), resident()).token()
	for _, test := range []struct {
		name, lang, want string
		file             []byte
	}{
		{"program", "zh", "JPEG", []byte("MZ\x90\x00 not a picture at all")},
		{"program", "en", "JPEG", []byte("MZ\x90\x00 not a picture at all")},
		{"page", "zh", "JPEG", []byte("<html><script>alert(1)</script>")},
		{"cut off", "zh", "不完整", photo("cut")[:20]},
		{"phone", "en", "HEIC", []byte("\x00\x00\x00\x18ftypheic....")},
		{"empty", "zh", "还没有拍到", nil},
		{"empty", "en", "not been captured", nil},
		{"too large", "zh", "最大 1 MB", append(photo(""), make([]byte, 2<<20)...)},
	} {
		t.Run(test.name+" "+test.lang, func(t *testing.T) {
			b.post("/settings", url.Values{"token": {token}, "lang": {test.lang}})
			p := b.upload("/materials/identity-card/papers", token, test.file)
			if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.errors(), test.want) {
				t.Errorf("status %d: %q", p.status, p.errors())
			}
		})
	}
	if p := b.upload("/materials/identity-card/papers", token); p.status != http.StatusUnprocessableEntity || p.errors() == "" {
		t.Errorf("no file chosen: status %d", p.status)
	}
	if p := b.upload("/materials/passport/papers", token, photo("")); p.status == http.StatusOK {
		t.Error("a material that nobody asks for was taken")
	}
}

// TestBodyTooLarge sends more than any form may hold: it is refused by a page in words, and not by a broken
// connection.
func TestBodyTooLarge(t *testing.T) {
	b := start(t).browser(t)
	token := b.answer(b.begin("HJ-009"), resident()).token()
	for _, lang := range []string{"zh", "en"} {
		b.post("/settings", url.Values{"token": {token}, "lang": {lang}})
		large := append(photo(""), make([]byte, 9<<20)...)
		p := b.upload("/materials/identity-card/papers", token, large, large, large, large, large, large)
		if p.status != http.StatusRequestEntityTooLarge || !p.says(map[string]string{"zh": "太大", "en": "too large"}[lang]) {
			t.Errorf("%s: status %d: %.300s", lang, p.status, p.body)
		}
	}
	if p := b.get("/materials"); p.path != "/materials" {
		t.Errorf("the draft is gone: %s", p.path)
	}
	if p := b.do(b.request(http.MethodPost, "/form/filer", "application/x-www-form-urlencoded",
		bytes.NewReader(bytes.Repeat([]byte("name=a&"), 3<<20)))); p.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 21 MB: status %d", p.status)
	}
}

// TestBrokenForm sends what no browser sends.
func TestBrokenForm(t *testing.T) {
	b := start(t).browser(t)
	token := b.answer(b.begin("HJ-009"), resident()).token()
	for _, kind := range []string{"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"} {
		req := b.request(http.MethodPost, "/materials/identity-card/papers", kind, strings.NewReader("--y\r\nnothing"))
		req.Header.Set("X-Doorstep-Token", token)
		if p := b.do(req); p.status != http.StatusUnprocessableEntity || strings.Contains(p.body, "‹") {
			t.Errorf("%s: status %d", kind, p.status)
		}
	}
}

func TestPapersShownAndRemoved(t *testing.T) {
	k := start(t)
	b := k.browser(t)
	token := b.answer(b.begin("HJ-009"), resident()).token()
	b.upload("/materials/identity-card/papers", token, photo("front"), photo("back"))
	p := b.get("/materials/identity-card/papers/1")
	if p.body != string(photo("back")) || p.header.Get("Content-Type") != "image/jpeg" || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the second paper: %v", p.header)
	}
	if p := k.browser(t).get("/materials/identity-card/papers/1"); p.status != http.StatusNotFound {
		t.Errorf("another visit sees it: status %d", p.status)
	}
	b.post("/materials/identity-card/papers/0/remove", url.Values{"token": {token}})
	if p := b.get("/materials/identity-card/papers/0"); p.body != string(photo("back")) {
		t.Error("after the first was removed the second is not the first")
	}
}
