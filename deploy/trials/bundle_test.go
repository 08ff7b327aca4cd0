package trials_test

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/deploy/fleet"
	"doorstep/sync/bundle"
	"doorstep/sync/identity"
	"doorstep/sync/wire"
)

// TestStick is a terminal that never has a line once it is enrolled: its guides come by stick, what residents file goes
// by stick, and central's signature comes back by stick. The stick is pulled out, mixed up, carried twice, and carried
// beside a line in the end: each application is one case.
func TestStick(t *testing.T) {
	s := newSite(t)
	s.Print = s.Path("print")
	elsewhere, err := fleet.FreePorts()
	must(t, err)
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	must(t, s.Enrol(t.Context())) // on the bench, before it goes to the village
	must(t, s.Central.Stop())
	must(t, s.StartCentral(t.Context(), elsewhere.Terminals))
	must(t, s.StartKiosk(t.Context()))
	c := openCentral(t, s)
	stick := stickOf(t, s, "stick")

	out := stick.central(t, "export", "--terminal", number(t, s))
	out += stick.kiosk(t, "import")
	guides(t, s)
	code, qr := fileForPaper(t, s, person(0))
	codes := append([]string{code}, fileSome(t, s, 1, 3)...)

	// The stick is pulled out while the last file is written: what has its name is whole, and the rest is left lying.
	stick.kiosk(t, "export")
	must(t, os.WriteFile(stick.dir+"/doorstep-half.tmp", []byte("half"), 0o600))
	must(t, os.WriteFile(stick.dir+"/doorstep-torn.bundle", torn(t, stick.files(t)[0]), 0o600))
	if _, err := s.Tool(t.Context(), "central", "--dir", s.Path("central"), "import", "--lang", "en", stick.dir); err == nil || !strings.Contains(err.Error(), "bundle") {
		t.Errorf("a torn file is met by %v", err)
	}
	must(t, os.Remove(stick.dir+"/doorstep-torn.bundle"))
	c.arrives(t, 30*time.Second, len(codes))
	for range 2 { // the same stick again
		out += stick.central(t, "import")
	}
	if kept := askBooks(t, s); kept.Entries["kept"] != len(codes) {
		t.Errorf("before the stick is back the terminal has %v", kept.Entries)
	}
	if paper := reprint(t, s, qr); !strings.Contains(paper, "现存于本终端") || strings.Contains(paper, "已送达中心") {
		t.Errorf("before the stick is back the receipt says %s", paper)
	}
	out += stick.central(t, "export")
	for range 2 {
		out += stick.kiosk(t, "import")
	}
	if kept := askBooks(t, s); kept.Entries["settled"] != len(codes) {
		t.Errorf("with the stick back the terminal has %v of %d", kept.Entries, len(codes))
	}
	if paper := reprint(t, s, qr); !strings.Contains(paper, "已送达中心") {
		t.Errorf("with the stick back the receipt says %s", paper)
	}
	if through := stick.signed(t, s); through != uint64(len(codes)) {
		t.Errorf("central signed through %d of %d", through, len(codes))
	}

	// More is filed with the agent stopped for the export, and the line comes up beside the stick.
	codes = append(codes, fileSome(t, s, 3, 5)...)
	must(t, s.Kiosk.Stop())
	out += stick.kiosk(t, "export")
	must(t, s.Central.Stop())
	must(t, s.StartCentral(t.Context(), s.Ports.Terminals))
	must(t, s.StartKiosk(t.Context()))
	out += stick.central(t, "import")
	out += stick.central(t, "export")
	out += stick.kiosk(t, "import")
	c.arrives(t, time.Minute, len(codes))
	until(t, time.Minute, "the terminal knows every outcome", func() bool {
		return askBooks(t, s).Entries["settled"] == len(codes)
	})
	cases, lost, doubled := c.once(t, codes)
	if cases != len(codes) {
		t.Errorf("%d applications are %d cases", len(codes), cases)
	}
	stick.tells(t, out)
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d files=%d", len(codes), cases, lost, doubled, stick.written)
	t.Log("\n" + out)
}

// fileForPaper files for a resident and returns the code and what stands in the QR of the paper, read as any telephone
// would.
func fileForPaper(t *testing.T, s *fleet.Site, r resident) (code, qr string) {
	t.Helper()
	for _, tool := range []string{"pdftoppm", "pdftotext", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the trial reads a paper and needs %s (poppler-utils, zbar-tools)", tool)
		}
	}
	b, err := open(t.Context(), s)
	must(t, err)
	review, err := r.fill(t.Context(), b)
	must(t, err)
	done, err := confirm(t.Context(), b, review)
	must(t, err)
	must(t, b.pictures(t.Context(), done))
	pdf, err := b.get(t.Context(), "/receipt.pdf?paper=a4")
	must(t, err)
	_, err = b.post(t.Context(), "/leave", url.Values{"token": {done.token()}})
	must(t, err)
	base := filepath.Join(t.TempDir(), "paper")
	must(t, os.WriteFile(base+".pdf", []byte(pdf.body), 0o600))
	if out, err := exec.CommandContext(t.Context(), "pdftoppm", "-r", "203", "-png", "-singlefile", base+".pdf", base).CombinedOutput(); err != nil {
		t.Fatalf("render the paper: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", base+".png").Output()
	must(t, err)
	return done.code(), strings.TrimSpace(string(out))
}

// reprint holds a paper under the terminal's scanner, prints it once more and returns what stands on it.
func reprint(t *testing.T, s *fleet.Site, qr string) string {
	t.Helper()
	b, err := open(t.Context(), s)
	must(t, err)
	p, err := b.get(t.Context(), "/lookup")
	must(t, err)
	p, err = b.post(t.Context(), "/lookup", url.Values{"token": {p.token()}, "qr": {qr}})
	must(t, err)
	if p.path != "/status" {
		t.Fatalf("the paper leads to %s", p.path)
	}
	must(t, os.RemoveAll(s.Print))
	p, err = b.post(t.Context(), "/status/reprint", url.Values{"token": {p.token()}})
	must(t, err)
	_, err = b.post(t.Context(), "/leave", url.Values{"token": {p.token()}})
	must(t, err)
	var printed []string
	until(t, 10*time.Second, "the receipt is printed", func() bool {
		printed, err = filepath.Glob(s.Print + "/*.pdf")
		return err != nil || len(printed) == 1
	})
	must(t, err)
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", printed[0], "-").Output()
	must(t, err)
	return strings.Join(strings.Fields(string(text)), "")
}

// signed returns through which entry central signed on the stick, verified by central's own keys.
func (k *stick) signed(t *testing.T, s *fleet.Site) (through uint64) {
	t.Helper()
	keys, err := identity.OpenCentral(s.Path("central", "keys"))
	must(t, err)
	for _, name := range k.files(t) {
		b, err := os.ReadFile(name)
		must(t, err)
		part, err := bundle.Open(b, bundle.By(keys.SignKeys()...))
		if err != nil {
			continue // the terminal's
		}
		for _, f := range part.Frames {
			if c, ok := f.(*wire.Custody); ok {
				body, err := wire.OpenCustody(keys.Sign.Public(), wire.Signed(*c))
				must(t, err)
				through = max(through, body.Through.Seq)
			}
		}
	}
	return through
}

// TestSmallSticks carries what a terminal took in on two sticks that are each too small for it: the first is filled and
// says so, the second takes the rest, and they arrive the wrong way round.
func TestSmallSticks(t *testing.T) {
	s := newSite(t)
	first, second := stickOf(t, s, "first"), stickOf(t, s, "second")
	mount(t, first.dir, 48<<10)
	must(t, s.Up(t.Context()))
	guides(t, s)
	must(t, s.Central.Stop())
	codes := fileSome(t, s, 0, 8)
	_, err := s.Tool(t.Context(), "kiosk", "--dir", s.Path("kiosk"), "export", first.dir)
	if err == nil || !strings.Contains(err.Error(), "bundle.full") || len(first.files(t)) == 0 {
		t.Fatalf("a stick that is too small gets %d files and says %v", len(first.files(t)), err)
	}
	second.kiosk(t, "export", "--rest")
	// The second alone: what follows a gap waits.
	if out := second.central(t, "import"); !strings.Contains(out, "前面还缺文件") {
		t.Errorf("behind a gap central says %s", out)
	}
	first.central(t, "import")
	second.central(t, "import")
	c := openCentral(t, s)
	c.arrives(t, time.Minute, len(codes))
	second.central(t, "export")
	second.kiosk(t, "import")
	if kept := askBooks(t, s); kept.Entries["settled"] != len(codes) {
		t.Errorf("the terminal has %v of %d", kept.Entries, len(codes))
	}
	cases, lost, doubled := c.once(t, codes)
	t.Logf("figures filed=%d cases=%d lost=%d doubled=%d files=%d+%d", len(codes), cases, lost, doubled, first.written, second.written)
}

// stick is a folder that is carried between terminal and central.
type stick struct {
	s       *fleet.Site
	dir     string
	written int
}

func stickOf(t *testing.T, s *fleet.Site, name string) *stick {
	t.Helper()
	dir := s.Path(name)
	must(t, os.Mkdir(dir, 0o700))
	return &stick{s: s, dir: dir}
}

func (k *stick) kiosk(t *testing.T, command string, args ...string) string {
	t.Helper()
	return k.run(t, "kiosk", command, args...)
}

func (k *stick) central(t *testing.T, command string, args ...string) string {
	t.Helper()
	return k.run(t, "central", command, args...)
}

func (k *stick) run(t *testing.T, program, command string, args ...string) string {
	t.Helper()
	args = append(append([]string{"--dir", k.s.Path(program), command}, args...), k.dir)
	out, err := k.s.Tool(t.Context(), program, args...)
	must(t, err)
	k.written = max(k.written, len(k.files(t)))
	return "$ " + program + " " + command + "\n" + out + "\n"
}

func (k *stick) files(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(k.dir + "/*.bundle")
	must(t, err)
	return list
}

// torn is the beginning of a file, as a stick without a sync may keep it.
func torn(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	return b[:len(b)/2]
}

// tells fails if the stick holds in clear what a resident wrote, or says in a name whose it is.
func (k *stick) tells(t *testing.T, out string) {
	t.Helper()
	for _, name := range k.files(t) {
		b, err := os.ReadFile(name)
		must(t, err)
		for n := range 5 {
			r := person(n)
			for _, secret := range []string{r.answers["name"], r.answers["number"], r.answers["phone"], r.marker} {
				if bytes.Contains(b, []byte(secret)) || strings.Contains(filepath.Base(name), secret) || strings.Contains(out, secret) {
					t.Errorf("%s tells %s", filepath.Base(name), secret)
				}
			}
		}
	}
}

// number is the terminal's number.
func number(t *testing.T, s *fleet.Site) string {
	t.Helper()
	return strconv.FormatUint(uint64(askBooks(t, s).Terminal), 10)
}
