package trials_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// searcher looks for texts in bytes, in every way of writing that a program on a terminal might have used, and in
// whatever can be decompressed from any place on.
type searcher struct {
	forms map[[4]byte][]form // by their first bytes
	first [1 << 16]bool      // whether any form begins with two bytes
	zstd  *zstd.Decoder
	flate io.ReadCloser
}

// form is one way of writing one text.
type form struct {
	text, way string
	bytes     []byte
}

// mostOut bounds what is decompressed from one place.
const mostOut = 1 << 20

func newSearcher(t *testing.T, texts []string) *searcher {
	t.Helper()
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(8<<20))
	must(t, err)
	t.Cleanup(z.Close)
	s := &searcher{forms: map[[4]byte][]form{}, zstd: z, flate: flate.NewReader(bytes.NewReader(nil))}
	for _, text := range texts {
		for way, b := range waysOf(text) {
			if len(b) < 8 {
				t.Fatalf("a text of %d bytes would be found by chance", len(b))
			}
			key := [4]byte(b)
			s.forms[key] = append(s.forms[key], form{text, way, b})
			s.first[binary.BigEndian.Uint16(b)] = true
		}
	}
	return s
}

// size is how many forms are searched for.
func (s *searcher) size() (n int) {
	for _, list := range s.forms {
		n += len(list)
	}
	return n
}

// waysOf writes a text in every way.
func waysOf(text string) map[string][]byte {
	ways := map[string][]byte{"UTF-8": []byte(text)}
	for _, u := range utf16.Encode([]rune(text)) {
		ways["UTF-16LE"] = binary.LittleEndian.AppendUint16(ways["UTF-16LE"], u)
		ways["UTF-16BE"] = binary.BigEndian.AppendUint16(ways["UTF-16BE"], u)
	}
	ways["hex"] = []byte(hex.EncodeToString([]byte(text)))
	if escaped := url.QueryEscape(text); escaped != text {
		ways["in a URL"] = []byte(escaped)
	}
	var escaped strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		if u < 0x80 {
			escaped.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, u)
		}
	}
	if b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text)); err == nil && string(b) != text {
		ways["GB18030"] = b
	}
	if escaped.String() != text {
		ways["escaped in JSON"] = []byte(escaped.String())
	}
	// In base64 a text looks different after each of three numbers of bytes; what does not depend on its neighbours
	// is searched.
	for before := range 3 {
		b := base64.StdEncoding.EncodeToString(append(make([]byte, before), text...))
		from, to := (before*8+5)/6, (before+len(text))*8/6
		ways[fmt.Sprintf("base64, %d", before)] = []byte(b[from:to])
	}
	return ways
}

// in returns what is found in b itself.
func (s *searcher) in(b []byte, found map[string]bool) {
	for i := 0; i+4 <= len(b); i++ {
		if !s.first[binary.BigEndian.Uint16(b[i:])] {
			continue
		}
		for _, f := range s.forms[[4]byte(b[i:])] {
			if bytes.HasPrefix(b[i:], f.bytes) {
				found[f.text+" as "+f.way] = true
			}
		}
	}
}

// within returns what is found in b, and in what zstd, gzip, zlib or deflate make of it from any place on.
func (s *searcher) within(b []byte, found map[string]bool) {
	s.in(b, found)
	out := make([]byte, mostOut)
	for i := range b {
		for _, r := range s.readers(b[i:]) {
			n, _ := io.ReadFull(r, out)
			inside := map[string]bool{}
			s.in(out[:n], inside)
			for what := range inside {
				found["compressed "+what] = true
			}
		}
	}
}

// readers returns what may decompress b, which begins there.
func (s *searcher) readers(b []byte) []io.Reader {
	var list []io.Reader
	if bytes.HasPrefix(b, []byte{0x28, 0xB5, 0x2F, 0xFD}) && s.zstd.Reset(bytes.NewReader(b)) == nil {
		list = append(list, s.zstd)
	}
	if bytes.HasPrefix(b, []byte{0x1F, 0x8B, 8}) {
		if r, err := gzip.NewReader(bufio.NewReader(bytes.NewReader(b))); err == nil {
			list = append(list, r)
		}
	}
	if len(b) > 2 && b[0]&15 == 8 && binary.BigEndian.Uint16(b)%31 == 0 {
		if r, err := zlib.NewReader(bytes.NewReader(b)); err == nil {
			list = append(list, r)
		}
	}
	// The last of three types of a block is no type. A stored block must repeat its length inverted, which the
	// decoder checks; the text of it was searched already.
	if kind := b[0] >> 1 & 3; kind == 1 || kind == 2 {
		if resetter, ok := s.flate.(flate.Resetter); ok && resetter.Reset(bytes.NewReader(b), nil) == nil {
			list = append(list, s.flate)
		}
	}
	return list
}

// files searches every file under folders and returns what it found, by file, and how much it read.
func (s *searcher) files(t *testing.T, folders ...string) (found map[string]bool, files, size int) {
	t.Helper()
	found = map[string]bool{}
	for _, folder := range folders {
		must(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			size += len(b)
			here := map[string]bool{}
			s.in([]byte(path), here) // a name tells as much as a content
			s.within(b, here)
			for what := range here {
				found[d.Name()+": "+what] = true
			}
			return nil
		}))
	}
	return found, files, size
}

// TestSearchFinds proves that the search finds what is there: each text in each way of writing, plain and compressed,
// at odd places among noise.
func TestSearchFinds(t *testing.T) {
	texts := textsOf(person(3))
	s := newSearcher(t, texts)
	pad := func() []byte { return noise(make([]byte, 777)) }
	dir := t.TempDir()
	for _, text := range texts {
		for way, b := range waysOf(text) {
			for packing, packed := range packings(t, b) {
				must(t, os.WriteFile(filepath.Join(dir, "planted"), append(append(pad(), packed...), pad()...), 0o600))
				want := "planted: " + text + " as " + way
				if packing != "plain" {
					want = "planted: compressed " + text + " as " + way
				}
				if found, _, _ := s.files(t, dir); !found[want] {
					t.Errorf("%s, %s: not found; found %v", want, packing, found)
				}
			}
		}
	}
	if found, _, _ := s.files(t, t.TempDir()); len(found) != 0 {
		t.Errorf("found %v in nothing", found)
	}
}

// packings packs b in every way that can be unpacked, as it stands between other things in a document.
func packings(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	before, err := json.Marshal(map[string]string{"service": "HJ-009", "note": "before, before, and before"})
	must(t, err)
	b = append(append(before, b...), before...)
	var z, g, l, d bytes.Buffer
	zw, err := zstd.NewWriter(&z)
	must(t, err)
	fw, err := flate.NewWriter(&d, flate.BestSpeed)
	must(t, err)
	for _, w := range []io.WriteCloser{zw, gzip.NewWriter(&g), zlib.NewWriter(&l), fw} {
		_, err := w.Write(b)
		must(t, err)
		must(t, w.Close())
	}
	return map[string][]byte{"plain": b, "zstd": z.Bytes(), "gzip": g.Bytes(), "zlib": l.Bytes(), "deflate": d.Bytes()}
}
