package notices_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/central/notices"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// text is a notice that may be proposed.
func text(id string) store.NoticeText {
	return store.NoticeText{
		Notice: civic.Notice{
			ID: id, Category: "offices", Title: "办公时间", Issuer: "化龙镇人民政府", Made: civic.Date{Year: 2026, Month: 11, Day: 20}, Body: "周一至周五",
		},
		IssuerCode: "006939748",
	}
}

func wants(t *testing.T, err error, code civic.Code, key string) {
	t.Helper()
	if !errors.Is(err, &civic.Error{Code: code, Key: key}) {
		t.Errorf("error is %v, want %s %s", err, code, key)
	}
}

func (o *office) posted(t *testing.T, text store.NoticeText, files ...notices.Upload) store.NoticeRecord {
	t.Helper()
	ctx := t.Context()
	n, err := o.Save(ctx, text, 0, files, o.feng)
	must(t, err)
	n, err = o.Propose(ctx, n.Notice.ID, n.Version, o.feng)
	must(t, err)
	n, err = o.Check(ctx, n.Notice.ID, notices.Seen{Version: n.Version, Digest: n.Digest}, o.xu)
	must(t, err)
	n, err = o.Release(ctx, n.Notice.ID, notices.Seen{Version: n.Version, Digest: n.Digest}, o.luo)
	must(t, err)
	return n
}

// TestReview: each fault of a text is named at its field, and keeps it from being proposed.
func TestReview(t *testing.T) {
	o := newOffice(t)
	id := notices.NewID()
	if p, err := o.Review(t.Context(), text(id)); len(p) != 0 || err != nil {
		t.Fatalf("a good text has %+v, %v", p, err)
	}
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, civic.China) }
	for _, tt := range []struct {
		name, key string
		bars      bool
		change    func(*store.NoticeText)
	}{
		{"no title", "notice.title.none", true, func(x *store.NoticeText) { x.Notice.Title = "" }},
		{"no kind", "notice.category.none", true, func(x *store.NoticeText) { x.Notice.Category = "x" }},
		{"no issuer", "notice.issuer.none", true, func(x *store.NoticeText) { x.Notice.Issuer = "" }},
		{"wrong code", "notice.code.wrong", true, func(x *store.NoticeText) { x.IssuerCode = "006939747" }},
		{"no date", "notice.made.none", true, func(x *store.NoticeText) { x.Notice.Made = civic.Date{} }},
		{"date to come", "notice.made.future", true, func(x *store.NoticeText) { x.Notice.Made = civic.Date{Year: 2026, Month: 11, Day: 24} }},
		{"no body", "notice.body.none", true, func(x *store.NoticeText) { x.Notice.Body = "" }},
		{"wide table", "notice.body.wide", true, func(x *store.NoticeText) { x.Notice.Body = strings.Repeat("|a", 11) }},
		{"id in the body", "notice.unmasked.id", true, func(x *store.NoticeText) { x.Notice.Body = "11010519491231002X" }},
		{"phone in the title", "notice.unmasked.phone", true, func(x *store.NoticeText) { x.Notice.Title = "13800138000" }},
		{"card among keywords", "notice.unmasked.card", true, func(x *store.NoticeText) { x.Notice.Keywords = []string{"6222021234567890128"} }},
		{"over already", "notice.until.past", true, func(x *store.NoticeText) { x.Until = o.now }},
		{"ends before it begins", "notice.until.before", true, func(x *store.NoticeText) { x.From, x.Until = day(2026, 12, 3), day(2026, 12, 2) }},
		{"too short, working days", "notice.display.working", true, func(x *store.NoticeText) { x.Notice.Category, x.Until = "procurement", day(2026, 11, 30) }},
		{"too short, plain days", "notice.display.calendar", true, func(x *store.NoticeText) { x.Notice.Category, x.Until = "relief", day(2026, 11, 30) }},
		{"beyond the calendar", "notice.display.unsure", false, func(x *store.NoticeText) {
			x.Notice.Category, x.From, x.Until = "procurement", day(2026, 12, 30), day(2027, 3, 1)
		}},
	} {
		x := text(id)
		tt.change(&x)
		problems, err := o.Review(t.Context(), x)
		must(t, err)
		if len(problems) != 1 || problems[0].Why.Key != tt.key || problems[0].Bars != tt.bars {
			t.Errorf("%s: %+v", tt.name, problems)
			continue
		}
		id := notices.NewID()
		x.Notice.ID = id
		n, err := o.Save(t.Context(), x, 0, nil, o.feng)
		must(t, err)
		_, err = o.Propose(t.Context(), id, n.Version, o.feng)
		if tt.bars {
			wants(t, err, problems[0].Why.Code, tt.key)
		} else {
			must(t, err)
		}
	}
}

// TestDisplay counts what the law wants, the day of publication not included.
func TestDisplay(t *testing.T) {
	o := newOffice(t)
	kind := func(id string) civic.NoticeCategory { c, _ := civic.CategoryOf(id); return c }
	start := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 15, 0, 0, 0, civic.China) }
	for _, tt := range []struct {
		name, kind string
		start      time.Time
		first      string
	}{
		{"5 working days from a Monday", "procurement", start(2026, 11, 23), "2026-11-30"},
		{"a Sunday that is worked counts", "procurement", start(2026, 9, 18), "2026-09-24"},
		{"over two holidays", "procurement", start(2026, 9, 24), "2026-10-09"},
		{"7 days", "relief", start(2026, 11, 23), "2026-11-30"},
		{"7 days that end on a Sunday", "relief", start(2026, 11, 22), "2026-11-30"},
		{"30 days that end on a Saturday", "plans", start(2026, 11, 26), "2026-12-28"},
		{"30 days beyond the calendar", "plans", start(2026, 12, 15), "2027-01-14"},
	} {
		got, err := notices.LastDay(kind(tt.kind), tt.start, o.calendar)
		if err != nil || got.String() != tt.first {
			t.Errorf("%s: %s, %v, want %s", tt.name, got, err, tt.first)
			continue
		}
		last := got.Add(1).Time() // the end of that day
		if refusal, unsure := notices.Display(kind(tt.kind), tt.start, last, o.calendar); refusal != nil || unsure {
			t.Errorf("%s: refused on the day itself: %v", tt.name, refusal)
		}
		if refusal, _ := notices.Display(kind(tt.kind), tt.start, last.Add(-24*time.Hour), o.calendar); refusal == nil {
			t.Errorf("%s: a day less is taken", tt.name)
		}
	}
	if refusal, unsure := notices.Display(kind("relief"), start(2026, 11, 23), time.Time{}, o.calendar); refusal != nil || unsure {
		t.Error("a notice without end is refused")
	}
	if _, unsure := notices.Display(kind("procurement"), start(2026, 11, 23), start(2027, 1, 1), nil); !unsure {
		t.Error("without a calendar working days are sure")
	}
}

// TestReleaseIsHeldToTheLawAgain: the days that review took are not days of display.
func TestReleaseIsHeldToTheLawAgain(t *testing.T) {
	o := newOffice(t)
	x := text(notices.NewID())
	x.Notice.Category, x.Until = "relief", time.Date(2026, 12, 1, 0, 0, 0, 0, civic.China)
	n, err := o.Save(t.Context(), x, 0, nil, o.feng)
	must(t, err)
	n, err = o.Propose(t.Context(), n.Notice.ID, n.Version, o.feng)
	must(t, err)
	n, err = o.Check(t.Context(), n.Notice.ID, notices.Seen{Version: n.Version, Digest: n.Digest}, o.xu)
	must(t, err)
	seen := notices.Seen{Version: n.Version, Digest: n.Digest}
	o.now = o.now.Add(48 * hour)
	_, err = o.Release(t.Context(), n.Notice.ID, seen, o.luo)
	wants(t, err, civic.Invalid, "notice.display.calendar")
	if o.published != 0 {
		t.Error("published all the same")
	}
	_, err = o.SendBack(t.Context(), n.Notice.ID, seen, "请延长公示", o.luo)
	must(t, err)
}

// document is an office document of one part.
func document(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write([]byte(text))
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

func TestAttachments(t *testing.T) {
	o := newOffice(t)
	workbook := map[string]string{"xl/workbook.xml": "<workbook/>", "xl/sharedStrings.xml": "<sst><si><t>陈某</t></si><si><t>110105</t><t>19491231002X</t></si></sst>"}
	macro := map[string]string{"xl/workbook.xml": "<workbook/>", "xl/vbaProject.bin": "x"}
	for _, tt := range []struct {
		name string
		up   notices.Upload
		want string // name as kept; empty where refused
		key  string // of the refusal, or of what is found
	}{
		{"pdf", notices.Upload{Name: "名单.pdf", Bytes: []byte("%PDF-1.7")}, "名单.pdf", "notice.unsearched"},
		{"named otherwise", notices.Upload{Name: "名单.txt", Bytes: []byte("%PDF-1.7")}, "名单.txt.pdf", "notice.unsearched"},
		{"path", notices.Upload{Name: `C:\我的\..\"名单".PNG`, Bytes: []byte("\x89PNG\r\n\x1a\n")}, "名单.PNG", "notice.unsearched"},
		{"text", notices.Upload{Name: "说明", Bytes: []byte("\ufeff说明")}, "说明.txt", ""},
		{"comma", notices.Upload{Name: "名单.csv", Bytes: []byte("姓名,人数\r\n")}, "名单.csv", ""},
		{"phone in a text", notices.Upload{Name: "a.txt", Bytes: []byte("13800138000")}, "a.txt", "notice.unmasked.file.phone"},
		{"phone in the name", notices.Upload{Name: "13800138000.txt", Bytes: []byte("x")}, "13800138000.txt", "notice.unmasked.name"},
		{"id in a workbook", notices.Upload{Name: "a.xlsx", Bytes: document(t, workbook)}, "a.xlsx", "notice.unmasked.file.id"},
		{"word", notices.Upload{Name: "a.docx", Bytes: document(t, map[string]string{"word/document.xml": "<w:p><w:t>138</w:t></w:p><w:p><w:t>00138000</w:t></w:p>"})}, "a.docx", ""},
		{"macros", notices.Upload{Name: "a.xlsm", Bytes: document(t, macro)}, "", "notice.file.media"},
		{"another archive", notices.Upload{Name: "a.zip", Bytes: document(t, map[string]string{"a": "b"})}, "", "notice.file.media"},
		{"broken archive", notices.Upload{Name: "a.docx", Bytes: []byte("PK\x03\x04xxxx")}, "", "notice.file.media"},
		{"program", notices.Upload{Name: "a.pdf", Bytes: []byte("MZ\x00\x01")}, "", "notice.file.media"},
		{"page", notices.Upload{Name: "a.html", Bytes: []byte("<script>")}, "a.html.txt", ""},
		{"empty", notices.Upload{Name: "a.pdf"}, "", "notice.file.empty"},
		{"no name", notices.Upload{Name: "..", Bytes: []byte("x")}, "", "notice.file.name"},
		{"large", notices.Upload{Name: "a.txt", Bytes: bytes.Repeat([]byte("x"), notices.MaxFile+1)}, "", "notice.file.large"},
	} {
		x := text(notices.NewID())
		n, err := o.Save(t.Context(), x, 0, []notices.Upload{tt.up}, o.feng)
		var refusal *civic.Error
		if tt.want == "" {
			if !errors.As(err, &refusal) || refusal.Key != tt.key {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.key)
			}
			continue
		}
		must(t, err)
		if len(n.Notice.Files) != 1 || n.Notice.Files[0].Name != tt.want {
			t.Errorf("%s: kept as %+v", tt.name, n.Notice.Files)
		}
		problems, err := o.Review(t.Context(), n.NoticeText)
		must(t, err)
		if tt.key == "" && len(problems) > 0 || tt.key != "" && (len(problems) == 0 || problems[0].Why.Key != tt.key) {
			t.Errorf("%s: %+v, want %s", tt.name, problems, tt.key)
		}
	}
	many := make([]notices.Upload, notices.MaxFiles+1)
	for i := range many {
		many[i] = notices.Upload{Name: "a.txt", Bytes: []byte{byte('a' + i)}}
	}
	_, err := o.Save(t.Context(), text(notices.NewID()), 0, many, o.feng)
	wants(t, err, civic.Full, "notice.files.many")
}

// TestTidy: what a form adds, and what nothing can show, is not kept.
func TestTidy(t *testing.T) {
	o := newOffice(t)
	x := text(notices.NewID())
	x.Notice.Title, x.Notice.Body = " 办公\x00  时间\n", "\r\n一\r\n二\x07\xff\r\n"
	n, err := o.Save(t.Context(), x, 0, nil, o.feng)
	must(t, err)
	if n.Notice.Title != "办公 时间" || n.Notice.Body != "一\n二" {
		t.Errorf("kept as %q and %q", n.Notice.Title, n.Notice.Body)
	}
}

func TestCompare(t *testing.T) {
	was, now := text("a"), text("a")
	if c := notices.Compare(was, now); !c.Same() || len(c.Body) != 1 {
		t.Errorf("the same differs: %+v", c)
	}
	was.Notice.Body, now.Notice.Body = "一\n二\n三\n四", "一\n三\n三半\n四"
	now.Notice.Title, now.Until = "新", time.Date(2026, 12, 1, 0, 0, 0, 0, civic.China)
	c := notices.Compare(was, now)
	got := ""
	for _, l := range c.Body {
		got += l.Sign + l.Text + " "
	}
	if got != "一 -二 三 +三半 四 " || len(c.Fields) != 2 || c.Fields[0] != (notices.Differs{Field: "title", Was: "办公时间", Now: "新"}) ||
		c.Fields[1].Now != "2026-12-01 00:00" {
		t.Errorf("%s, %+v", got, c.Fields)
	}
	long := func(s string) string { return strings.Repeat(s+"\n", 4000) }
	was.Notice.Body, now.Notice.Body = long("a"), long("b")
	if c := notices.Compare(was, now); len(c.Body) != 8001 || c.Body[0].Sign != "-" {
		t.Errorf("%d lines", len(c.Body))
	}
}

// FuzzCompare: both texts can be read out of a comparison.
func FuzzCompare(f *testing.F) {
	f.Add("一\n二", "二\n三")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		was, now := text("a"), text("a")
		was.Notice.Body, now.Notice.Body = a, b
		var left, right []string
		for _, l := range notices.Compare(was, now).Body {
			if l.Sign != "+" {
				left = append(left, l.Text)
			}
			if l.Sign != "-" {
				right = append(right, l.Text)
			}
		}
		if strings.Join(left, "\n") != a || strings.Join(right, "\n") != b {
			t.Fatalf("%q and %q come out as %q and %q", a, b, left, right)
		}
	})
}

func TestWithdraw(t *testing.T) {
	o := newOffice(t)
	n := o.posted(t, text(notices.NewID()))
	if o.published != 1 {
		t.Fatalf("told %d times", o.published)
	}
	_, err := o.Withdraw(t.Context(), n.Notice.ID, strings.Repeat("长", 501), o.xu)
	wants(t, err, civic.Invalid, "notice.words.long")
	_, err = o.Withdraw(t.Context(), n.Notice.ID, " \n", o.xu)
	wants(t, err, civic.Missing, "notice.words")
	n, err = o.Withdraw(t.Context(), n.Notice.ID, "有误", o.xu)
	must(t, err)
	if n.State != civic.NoticeWithdrawn || o.published != 2 {
		t.Errorf("%s, told %d times", n.State, o.published)
	}
	clerk := store.Person{Login: "feng", Roles: []civic.Role{civic.RoleClerk}}
	_, err = o.Save(t.Context(), text("aaaaaaaaaaaa"), 0, nil, store.Person{Login: "nobody"})
	wants(t, err, civic.Forbidden, "notice.role")
	if _, any := notices.WaitsFor(clerk); any {
		t.Error("something waits for a clerk")
	}
	_, err = o.Save(t.Context(), text("../x"), 0, nil, o.feng)
	wants(t, err, civic.NotFound, "notice.unknown")
}

// board is a store of which the loop sees only what expires.
type board struct {
	notices.Store
	mu    sync.Mutex // guards what follows
	until []time.Time
	looks int
	fails int
}

// EndNotices ends what is over.
func (b *board) EndNotices(_ context.Context, now time.Time, _ store.Sign, max int) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
	if b.fails > 0 {
		b.fails--
		return 0, errors.New("disk full")
	}
	for n < max && len(b.until) > 0 && !b.until[0].After(now) {
		b.until = b.until[1:]
		n++
	}
	return n, nil
}

// Shown tells how many are left, as what the board looks like.
func (b *board) Shown(context.Context, store.BoardFilter) ([]store.Shown, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return []store.Shown{{Rev: uint32(len(b.until))}}, nil
}

// TestRun: what expires is ended within a look of its last moment, in as many units of work as it takes, also after the
// store failed; whoever follows the board is told only when it changed.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, err := seal.GenerateSigner()
		must(t, err)
		b := &board{fails: 1}
		for i := range 120 {
			b.until = append(b.until, time.Now().Add(10*time.Minute+time.Duration(i/60)*time.Hour))
		}
		told := 0
		opts := notices.DefaultOptions()
		opts.Store, opts.Sign, opts.Calendar = b, key, &office{}
		opts.Published = func() { b.mu.Lock(); told++; b.mu.Unlock() }
		n, err := notices.New(opts)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		left := func(after time.Duration, want, wantTold int) {
			t.Helper()
			<-time.After(after)
			synctest.Wait()
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.until) != want || told != wantTold {
				t.Errorf("%d are left and %d told after %s, want %d and %d", len(b.until), told, after, want, wantTold)
			}
		}
		left(10*time.Minute-time.Second, 120, 1)
		left(opts.Every+time.Second, 60, 2)
		left(time.Hour, 0, 3)
		left(24*time.Hour, 0, 3)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
