package receipt

import (
	"bytes"
	"strings"
	"testing"
)

func TestRewriteRefuses(t *testing.T) {
	good := draw(t, grid([]rune("收件回执𠮷"), false), newTypeset(t))
	if _, err := rewrite([]byte("%PDF-1.3\n"), coding{}); err == nil {
		t.Error("a file without objects: no error")
	}
	for name, broken := range map[string][]byte{
		"nothing":           nil,
		"no end":            good[:len(good)-10],
		"no start":          good[100:],
		"shifted":           append([]byte("x"), good...),
		"no trailer":        bytes.Replace(good, []byte("trailer\n"), []byte("trailex\n"), 1),
		"wrong table":       bytes.Replace(good, []byte("00000 n"), []byte("00001 n"), 3),
		"far table":         []byte("\nstartxref\n99999\n%%EOF\n"),
		"enormous table":    []byte("\nstartxref\n" + strings.Repeat("9", 40) + "\n%%EOF\n"),
		"table of nothing":  []byte("xref\n0 1\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"),
		"object out of way": bytes.Replace(good, []byte("\n3 0 obj"), []byte("\n4 0 obj"), 1),
	} {
		if _, err := parseFile(broken); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestParseFileKeepsAll(t *testing.T) {
	good := draw(t, grid([]rune("收件回执𠮷"), false), newTypeset(t))
	f, err := parseFile(good)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.bytes(), good) {
		t.Error("a file written back is another file")
	}
}

func TestToUnicode(t *testing.T) {
	codes := coding{}
	codes.code("A𠮷\ue000")
	if err := codes.settle(); err != nil {
		t.Fatal(err)
	}
	got := string(toUnicode(codes))
	for _, want := range []string{"<0041> <0041>\n", "<E000> <E000>\n", "<E001> <D842DFB7>\n", "3 beginbfchar\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte("%PDF-1.3\n1 0 obj\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<<>>\nstartxref\n24\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := parseFile(b); err == nil {
			p.bytes()
		}
	})
}
