package track_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/central/console/consoletest"
	"doorstep/central/notices"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// answer is what a public address says.
type answer struct {
	status int
	header http.Header
	body   string
}

// fetch asks for something public, with header fields of the reader's.
func (p *phone) fetch(path string, header ...string) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// read is a page of notices, held to what every one of them promises.
func (p *phone) read(path string, status int) string {
	p.t.Helper()
	a := p.fetch(path)
	switch {
	case a.status != status:
		p.t.Errorf("%s answers %d, want %d: %s", path, a.status, status, words(a.body))
	case len(a.body) > maxPage:
		p.t.Errorf("%s has %d bytes", path, len(a.body))
	case strings.Contains(a.body, "‹"), strings.Contains(a.body, "<script"), strings.Contains(a.body, `rel="stylesheet"`):
		p.t.Errorf("%s loads something or holds a key without a sentence", path)
	}
	if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		p.t.Errorf("content security policy is %q", csp)
	}
	if a.header.Get("Set-Cookie") != "" || a.header.Get("X-Robots-Tag") != "" {
		p.t.Errorf("%s: %v", path, a.header)
	}
	return a.body
}

const table = "现予公示。\n# 名单\n|姓名|人数|\n|陈某某|2|\n\n- 公示期：7 天\n<b>不是标签</b>"

func TestBoard(t *testing.T) {
	p := open(t)
	if body := p.read("/notices", 200); !strings.Contains(body, "现在没有符合条件的公告") {
		t.Errorf("an empty board says %s", words(body))
	}
	relief := consoletest.Text("低保公示", table)
	relief.Notice.Category, relief.Scope = "relief", civic.Scope{Point: "hualong"}
	relief.Until = p.Now().Add(10 * 24 * time.Hour)
	list := []byte("%PDF-1.7 list")
	p.Post(t, relief, notices.Upload{Name: "名单.pdf", Bytes: list})
	p.Pass(time.Minute)
	hours := consoletest.Text("办公时间", "周一至周五")
	p.Post(t, hours)
	far := consoletest.Text("外地公告", "正文")
	far.Scope = civic.Scope{Area: "110101"}
	p.Post(t, far)

	body := p.read("/notices", 200)
	for _, want := range []string{"低保公示", "办公时间", "外地公告", "共 3 份", "社会救助名单", "/notices/feed.atom"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list does not say %s", want)
		}
	}
	for path, want := range map[string][]string{
		"/notices?kind=relief":                       {"低保公示"},
		"/notices?place=point:hualong":               {"低保公示", "办公时间"},
		"/notices?place=area:440113":                 {"办公时间"},
		"/notices?kind=nonsense&place=point:nowhere": {"低保公示", "办公时间", "外地公告"},
		"/notices?after=nonsense":                    {"低保公示", "办公时间", "外地公告"},
	} {
		var got []string
		for _, m := range regexp.MustCompile(`<a href="/notices/[a-z2-7]{12}">([^<]*)`).FindAllStringSubmatch(p.read(path, 200), -1) {
			got = append(got, m[1])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s shows %v, want %v", path, got, want)
		}
	}

	page := p.read("/notices/"+relief.Notice.ID, 200)
	for _, want := range []string{
		"<td>陈某某</td>", "&lt;b&gt;不是标签&lt;/b&gt;", "006939748/2026-00001", "化龙镇党群服务中心", "名单.pdf", "社会救助暂行办法11", "三个人审核",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the notice does not say %s", want)
		}
	}
	if english := p.read("/notices/"+relief.Notice.ID+"?lang=en", 200); !strings.Contains(english, "Social relief lists") {
		t.Error("no English page")
	}
	file := "/notices/" + relief.Notice.ID + "/files/" + civic.DigestOf(list).String()
	a := p.fetch(file)
	if a.status != 200 || a.body != string(list) || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment;") ||
		!strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the attachment answers %d %v", a.status, a.header)
	}
	p.read("/notices/"+hours.Notice.ID+"/files/"+civic.DigestOf(list).String(), 404)
	p.read("/notices/aaaaaaaaaaaa", 404)
	p.read("/notices/"+relief.Notice.ID+"/files/x", 404)

	p.TakeDown(t, relief.Notice.ID, "名单里有错，不能说")
	gone := p.read("/notices/"+relief.Notice.ID, http.StatusGone)
	if strings.Contains(gone, "陈某某") || strings.Contains(gone, "低保公示") || strings.Contains(gone, "不能说") || !strings.Contains(gone, "撤下") {
		t.Errorf("what was taken down says %s", words(gone))
	}
	if a := p.fetch(file); a.status != 404 {
		t.Errorf("its attachment answers %d", a.status)
	}
}

func TestBoardPages(t *testing.T) {
	p := open(t)
	for i := range 65 {
		p.Post(t, consoletest.Text(fmt.Sprintf("公告第 %02d 号，标题写得像真的一样长，以便知道一页有多大", i), "正文"))
		p.Pass(time.Second)
	}
	seen := map[string]bool{}
	path := "/notices?kind=offices"
	for range 3 {
		body := p.read(path, 200)
		for _, m := range regexp.MustCompile(`公告第 \d\d 号`).FindAllString(body, -1) {
			if seen[m] {
				t.Errorf("%s is shown twice", m)
			}
			seen[m] = true
		}
		m := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(body)
		if m == nil {
			break
		}
		path = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if len(seen) != 65 {
		t.Errorf("%d of 65 are shown", len(seen))
	}
}

// The largest notice that may be proposed is still a page for a slow phone.
func TestLargestNotice(t *testing.T) {
	p := open(t)
	rows := strings.Repeat("|欧阳某某|440113********1234|化龙镇潭山村东区一巷 12 号|1,980|\n", 8000/48)
	text := consoletest.Text("很长的名单", "|姓名|证件号码|住址|金额|\n"+rows)
	p.Post(t, text)
	body := p.read("/notices/"+text.Notice.ID, 200)
	t.Logf("%d bytes for %d characters", len(body), len([]rune(text.Notice.Body)))
}

// strictAtom is RFC 4287 as far as the feed uses it: what is not here fails the test.
type strictAtom struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string   `xml:"http://www.w3.org/2005/Atom id"`
	Title   string   `xml:"http://www.w3.org/2005/Atom title"`
	Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
	Author  []struct {
		Name string `xml:"http://www.w3.org/2005/Atom name"`
	} `xml:"http://www.w3.org/2005/Atom author"`
	Links   []strictLink    `xml:"http://www.w3.org/2005/Atom link"`
	Entries []strictEntry   `xml:"http://www.w3.org/2005/Atom entry"`
	Deleted []strictDeleted `xml:"http://purl.org/atompub/tombstones/1.0 deleted-entry"`
	Other   []unknown       `xml:",any"`
}

type unknown struct{ XMLName xml.Name }

type strictLink struct {
	Attrs []xml.Attr `xml:",any,attr"`
}

type strictEntry struct {
	ID        string       `xml:"http://www.w3.org/2005/Atom id"`
	Title     string       `xml:"http://www.w3.org/2005/Atom title"`
	Updated   string       `xml:"http://www.w3.org/2005/Atom updated"`
	Published string       `xml:"http://www.w3.org/2005/Atom published"`
	Links     []strictLink `xml:"http://www.w3.org/2005/Atom link"`
	Author    struct {
		Name string `xml:"http://www.w3.org/2005/Atom name"`
	} `xml:"http://www.w3.org/2005/Atom author"`
	Category struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	} `xml:"http://www.w3.org/2005/Atom category"`
	Content struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	} `xml:"http://www.w3.org/2005/Atom content"`
	Other []unknown `xml:",any"`
}

type strictDeleted struct {
	Ref     string    `xml:"ref,attr"`
	When    string    `xml:"when,attr"`
	Comment string    `xml:"http://purl.org/atompub/tombstones/1.0 comment"`
	Other   []unknown `xml:",any"`
}

func (l *strictLink) attr(name string) string {
	for _, a := range l.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// atom reads a feed and holds it to RFC 4287 and RFC 6721.
func (p *phone) atom(path string) strictAtom {
	p.t.Helper()
	a := p.fetch(path)
	if a.status != 200 || a.header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		p.t.Fatalf("%s answers %d %v", path, a.status, a.header)
	}
	d := xml.NewDecoder(strings.NewReader(a.body))
	d.Strict = true
	var f strictAtom
	if err := d.Decode(&f); err != nil {
		p.t.Fatalf("%s: %v", path, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		p.t.Errorf("%s goes on after its end", path)
	}
	uuid := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	ids := map[string]bool{}
	check := func(id string, times ...string) {
		p.t.Helper()
		if !uuid.MatchString(id) || ids[id] {
			p.t.Errorf("%s: id %q is none, or twice", path, id)
		}
		ids[id] = true
		for _, s := range times {
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				p.t.Errorf("%s: time %q", path, s)
			}
		}
	}
	check(f.ID, f.Updated)
	if f.Title == "" || len(f.Author) != 1 || f.Author[0].Name == "" || len(f.Other) > 0 || f.Lang != "zh-CN" {
		p.t.Errorf("%s: %+v", path, f)
	}
	rels := map[string]string{}
	for _, l := range f.Links {
		rels[l.attr("rel")] = l.attr("href")
	}
	if self, err := url.Parse(rels["self"]); err != nil || self.Scheme+"://"+self.Host+self.RequestURI() != "https://track.example"+path {
		p.t.Errorf("%s calls itself %s", path, rels["self"])
	}
	for _, e := range f.Entries {
		check(e.ID, e.Updated, e.Published)
		if e.Title == "" || e.Author.Name == "" || e.Category.Term == "" || e.Category.Label == "" || e.Content.Type != "html" || len(e.Other) > 0 {
			p.t.Errorf("%s: entry %+v", path, e)
		}
		for _, l := range e.Links {
			if u, err := url.Parse(l.attr("href")); err != nil || !u.IsAbs() {
				p.t.Errorf("%s: link %+v", path, l)
			}
		}
	}
	for _, e := range f.Deleted {
		check(e.Ref, e.When)
		if e.Comment == "" || len(e.Other) > 0 {
			p.t.Errorf("%s: tombstone %+v", path, e)
		}
	}
	return f
}

// strictJSON is JSON Feed 1.1 as far as the feed uses it.
type strictJSON struct {
	Version  string                  `json:"version"`
	Title    string                  `json:"title"`
	Home     string                  `json:"home_page_url"`
	Feed     string                  `json:"feed_url"`
	Language string                  `json:"language"`
	Authors  []struct{ Name string } `json:"authors"`
	Items    []struct {
		ID          string                  `json:"id"`
		URL         string                  `json:"url"`
		Title       string                  `json:"title"`
		HTML        string                  `json:"content_html"`
		Text        string                  `json:"content_text"`
		Published   string                  `json:"date_published"`
		Modified    string                  `json:"date_modified"`
		Authors     []struct{ Name string } `json:"authors"`
		Tags        []string                `json:"tags"`
		Attachments []struct {
			URL   string `json:"url"`
			Media string `json:"mime_type"`
			Title string `json:"title"`
			Size  int64  `json:"size_in_bytes"`
		} `json:"attachments"`
		Ended *struct{ About, State, When string } `json:"_ended"`
	} `json:"items"`
}

// jsonFeed reads a feed and holds it to JSON Feed 1.1.
func (p *phone) jsonFeed(path string) strictJSON {
	p.t.Helper()
	a := p.fetch(path)
	if a.status != 200 || a.header.Get("Content-Type") != "application/feed+json; charset=utf-8" {
		p.t.Fatalf("%s answers %d %v", path, a.status, a.header)
	}
	d := json.NewDecoder(strings.NewReader(a.body))
	d.DisallowUnknownFields()
	var f strictJSON
	if err := d.Decode(&f); err != nil {
		p.t.Fatalf("%s: %v", path, err)
	}
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" || f.Feed != "https://track.example"+path || f.Items == nil {
		p.t.Errorf("%s: %+v", path, f)
	}
	ids := map[string]bool{}
	for _, i := range f.Items {
		_, err := time.Parse(time.RFC3339, i.Modified)
		if i.ID == "" || ids[i.ID] || err != nil || (i.HTML == "") == (i.Text == "") || (i.Ended != nil) != (i.Text != "") {
			p.t.Errorf("%s: item %+v", path, i)
		}
		ids[i.ID] = true
	}
	return f
}

func TestFeeds(t *testing.T) {
	p := open(t)
	if f := p.atom("/notices/feed.atom"); len(f.Entries)+len(f.Deleted) != 0 {
		t.Errorf("an empty board has %+v", f)
	}
	if f := p.jsonFeed("/notices/feed.json"); len(f.Items) != 0 {
		t.Errorf("an empty board has %+v", f)
	}
	first := consoletest.Text("低保公示", table)
	first.Notice.Category = "relief"
	p.Post(t, first, notices.Upload{Name: "名单.pdf", Bytes: []byte("%PDF-1.7 list")})
	p.Pass(time.Hour)
	later := consoletest.Text("定时公告", "正文")
	later.From, later.Until = p.Now().Add(time.Hour), p.Now().Add(48*time.Hour)
	p.Post(t, later)

	f := p.atom("/notices/feed.atom")
	if len(f.Entries) != 1 || f.Entries[0].Title != "低保公示" || !strings.Contains(f.Entries[0].Content.Text, "<td>陈某某</td>") ||
		!strings.Contains(f.Entries[0].Content.Text, "&lt;b&gt;") || len(f.Entries[0].Links) != 2 {
		t.Fatalf("entries %+v", f.Entries)
	}
	if f.Updated != f.Entries[0].Updated {
		t.Errorf("the feed is of %s, its newest entry of %s", f.Updated, f.Entries[0].Updated)
	}
	id := f.Entries[0].ID
	p.Pass(2 * time.Hour)
	f = p.atom("/notices/feed.atom")
	if len(f.Entries) != 2 || f.Entries[0].Title != "定时公告" || f.Updated != later.From.In(civic.China).Format(time.RFC3339) {
		t.Fatalf("after its time came: %+v", f.Entries)
	}
	first.Notice.Title = "更正：低保公示"
	p.Post(t, first)
	f = p.atom("/notices/feed.atom")
	if f.Entries[0].Title != "更正：低保公示" || f.Entries[0].ID != id {
		t.Errorf("a revision is %+v", f.Entries[0])
	}
	if j := p.jsonFeed("/notices/feed.json"); j.Items[0].ID != id || j.Items[0].Tags[0] != "社会救助名单" || len(j.Items) != 2 {
		t.Errorf("the other format has %+v", j.Items)
	}
	p.Pass(time.Minute)
	p.TakeDown(t, first.Notice.ID, "有错")
	f = p.atom("/notices/feed.atom")
	if len(f.Entries) != 1 || len(f.Deleted) != 1 || f.Deleted[0].Ref != id || f.Updated != f.Deleted[0].When || strings.Contains(f.Deleted[0].Comment, "低保") {
		t.Errorf("after the withdrawal: %+v", f)
	}
	j := p.jsonFeed("/notices/feed.json")
	if j.Items[0].ID != id || j.Items[0].Ended == nil || j.Items[0].Ended.State != "withdrawn" {
		t.Errorf("after the withdrawal: %+v", j.Items)
	}
	if f := p.atom("/notices/feed.atom?kind=relief"); len(f.Entries) != 0 || len(f.Deleted) != 1 {
		t.Errorf("of a kind: %+v", f)
	}
	if f := p.atom("/notices/feed.atom?kind=offices&place=point%3Ahualong"); len(f.Entries) != 1 {
		t.Errorf("of a kind and place: %+v", f)
	}
}

func TestFeedOfTheNewest(t *testing.T) {
	p := open(t)
	for i := range 103 {
		p.Post(t, consoletest.Text(fmt.Sprintf("公告 %03d", i), "正文"))
		p.Pass(time.Second)
	}
	f := p.atom("/notices/feed.atom")
	if len(f.Entries) != 100 || f.Entries[0].Title != "公告 102" || f.Entries[99].Title != "公告 003" {
		t.Errorf("%d entries, from %s", len(f.Entries), f.Entries[0].Title)
	}
}

func TestConditional(t *testing.T) {
	p := open(t)
	text := consoletest.Text("公告", "正文")
	p.Post(t, text)
	for _, path := range []string{"/notices/feed.atom", "/notices/feed.json"} {
		a := p.fetch(path)
		tag, at := a.header.Get("ETag"), a.header.Get("Last-Modified")
		if tag == "" || at == "" {
			t.Fatalf("%s has no validators: %v", path, a.header)
		}
		p.Pass(time.Minute) // time alone changes nothing
		for _, tt := range []struct {
			name   string
			header []string
			want   int
		}{
			{"same tag", []string{"If-None-Match", tag}, 304},
			{"weak, among others", []string{"If-None-Match", `"x", W/` + tag}, 304},
			{"another tag wins over the time", []string{"If-None-Match", `"x"`, "If-Modified-Since", at}, 200},
			{"same time", []string{"If-Modified-Since", at}, 304},
			{"earlier", []string{"If-Modified-Since", "Mon, 02 Jan 2006 15:04:05 GMT"}, 200},
			{"nonsense", []string{"If-Modified-Since", "yesterday"}, 200},
		} {
			a := p.fetch(path, tt.header...)
			if a.status != tt.want || tt.want == 304 && a.body != "" || a.header.Get("ETag") != tag {
				t.Errorf("%s, %s: %d", path, tt.name, a.status)
			}
		}
		text.Notice.Body += "改"
		p.Post(t, text)
		if a := p.fetch(path, "If-None-Match", tag); a.status != 200 {
			t.Errorf("%s after a revision: %d", path, a.status)
		}
	}
	gone := store.BoardFilter{Now: p.Now()}
	if n, err := p.Store.CountShown(t.Context(), gone); err != nil || n != 1 {
		t.Errorf("%d on the board, %v", n, err)
	}
}
