package desk_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	stdjpeg "image/jpeg"
	"image/png"
	"slices"
	"testing"

	"doorstep/kiosk/desk/desktest"
	"doorstep/sync/civic"
)

func jpeg(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAttachKnowsPapersByTheirContent(t *testing.T) {
	padded := func(b []byte, n int) []byte { return append(slices.Clone(b), make([]byte, n)...) }
	pdf := []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
	for _, test := range []struct {
		name    string
		content []byte
		media   string
		want    string
	}{
		{"JPEG", jpeg(t, 4, 3), "image/jpeg", ""},
		{"PNG", pngOf(t, 4, 3), "image/png", ""},
		{"PDF", pdf, "application/pdf", ""},
		{"nothing", nil, "", "material.empty"},
		{"a PDF cut off", pdf[:20], "", "paper.broken"},
		{"a JPEG cut off", jpeg(t, 400, 300)[:20], "", "paper.broken"},
		{"a PNG cut off", pngOf(t, 4, 3)[:20], "", "paper.broken"},
		{"a telephone's HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "", "paper.heic"},
		{"a program", []byte("MZ\x90\x00\x03 this program cannot be run"), "", "paper.kind"},
		{"a page", []byte("<html><script>alert(1)</script></html>"), "", "paper.kind"},
		{"too large", padded(jpeg(t, 4, 3), 1<<20), "", "paper.large"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := begin(t, desktest.Open(t), "HJ-009")
			p, err := s.Attach("identity-card", test.content)
			if refusal(err) != test.want || p.Media != test.media {
				t.Errorf("%q, refused %q; want %q, %q", p.Media, refusal(err), test.media, test.want)
			}
		})
	}
}

// crc is the checksum of a PNG chunk.
func crc(b []byte) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }

func TestAttachBombs(t *testing.T) {
	// A header that promises more pixels than any camera gives.
	b := pngOf(t, 4, 3)
	copy(b[16:], []byte{0, 1, 0, 0, 0, 1, 0, 0})
	// The header's checksum follows it.
	copy(b[29:], crc(b[12:29]))
	s := begin(t, desktest.Open(t), "HJ-009")
	if _, err := s.Attach("identity-card", b); refusal(err) != "paper.pixels" {
		t.Errorf("refused %q", refusal(err))
	}
}

func TestAttachTotal(t *testing.T) {
	s := begin(t, desktest.Open(t), "HJ-009")
	big := append(jpeg(t, 4, 3), make([]byte, 1000<<10)...)
	for i := range 4 {
		want := ""
		if i == 3 {
			want = "paper.total"
		}
		if _, err := s.Attach("identity-card", big); refusal(err) != want {
			t.Errorf("paper %d: refused %q, want %q", i+1, refusal(err), want)
		}
	}
}

func TestAttachAndDetach(t *testing.T) {
	s := begin(t, desktest.Open(t), "HJ-009")
	content := jpeg(t, 4, 3)
	if _, err := s.Attach("identity-card", content); err != nil {
		t.Fatal(err)
	}
	clear(content) // the page's buffer is used again
	media, kept, err := s.Content("identity-card", 0)
	if err != nil || media != "image/jpeg" || !bytes.Equal(kept, jpeg(t, 4, 3)) {
		t.Errorf("content %q, %v: the session shares the page's buffer", media, err)
	}
	if err := s.Detach("identity-card", 1); refusal(err) != "paper.absent" {
		t.Errorf("detach of none: %v", err)
	}
	if err := s.Detach("identity-card", 0); err != nil {
		t.Fatal(err)
	}
	if m := s.Materials(); m[1].ID != "identity-card" || m[1].State != "" || len(m[1].Papers) != 0 {
		t.Errorf("after detaching: %+v", m[1])
	}
	if _, err := s.Attach("shoes", jpeg(t, 4, 3)); refusal(err) != "material.unknown" {
		t.Errorf("a material that is none: %v", err)
	}
	if err := s.Hand("identity-card", civic.HandedIn); refusal(err) != "material.missing" {
		t.Errorf("handed in without a paper: %v", err)
	}
}
