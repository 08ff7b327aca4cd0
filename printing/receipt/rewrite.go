package receipt

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf16"
)

// fpdf writes a ToUnicode map that takes every code for a character, which is wrong for the codes that stand for
// rare characters, and it has no way to set viewer preferences. rewrite puts both right in its finished output,
// whose form is known: numbered objects one after the other, one cross-reference table, one trailer.
func rewrite(pdf []byte, codes coding) ([]byte, error) {
	f, err := parseFile(pdf)
	if err != nil {
		return nil, fmt.Errorf("rewrite PDF: %w", err)
	}
	stream, err := deflated(toUnicode(codes))
	if err != nil {
		return nil, fmt.Errorf("rewrite PDF: %w", err)
	}
	fonts := 0
	for _, o := range f.objects {
		if m := type0.FindSubmatch(o); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			if n < 1 || n > len(f.objects) {
				return nil, errors.New("rewrite PDF: font without ToUnicode map")
			}
			f.objects[n-1] = fmt.Appendf(nil, "%d 0 obj\n%sendobj\n", n, stream)
			fonts++
		}
	}
	if fonts == 0 {
		return nil, errors.New("rewrite PDF: no font found")
	}
	// The catalog comes last. No scaling: the QR code is drawn for the printer's own dots.
	last := len(f.objects) - 1
	const from, to = "/Type /Catalog\n", "/Type /Catalog\n/ViewerPreferences <</PrintScaling /None /DisplayDocTitle true>>\n"
	if !bytes.Contains(f.objects[last], []byte(from)) {
		return nil, errors.New("rewrite PDF: no catalog found")
	}
	f.objects[last] = bytes.Replace(f.objects[last], []byte(from), []byte(to), 1)
	return f.bytes(), nil
}

var (
	type0     = regexp.MustCompile(`^\d+ 0 obj\n<</Type /Font\n/Subtype /Type0\n[^>]*/ToUnicode (\d+) 0 R>>\nendobj\n$`)
	startxref = regexp.MustCompile(`\nstartxref\n(\d+)\n%%EOF\n$`)
	xrefEntry = regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`)
)

// file is a PDF file as fpdf writes it.
type file struct {
	header  []byte
	objects [][]byte // object i+1 from "n 0 obj" to "endobj"
	trailer []byte   // from "trailer" to before "startxref"
}

func parseFile(pdf []byte) (*file, error) {
	m := startxref.FindSubmatchIndex(pdf)
	if m == nil {
		return nil, errors.New("no cross-reference table")
	}
	xref, err := strconv.Atoi(string(pdf[m[2]:m[3]]))
	if err != nil || xref >= m[0] || !bytes.HasPrefix(pdf[xref:], []byte("xref\n0 ")) {
		return nil, errors.New("broken cross-reference table")
	}
	t := bytes.Index(pdf[xref:], []byte("trailer\n"))
	if t < 0 {
		return nil, errors.New("no trailer")
	}
	f := &file{trailer: pdf[xref+t : m[0]+1]}
	var offsets []int
	for _, e := range xrefEntry.FindAllSubmatch(pdf[xref:xref+t], -1) {
		n, _ := strconv.Atoi(string(e[1]))
		offsets = append(offsets, n)
	}
	order := slices.Sorted(slices.Values(offsets))
	f.objects = make([][]byte, len(offsets))
	for i, from := range offsets {
		to := xref
		if k, _ := slices.BinarySearch(order, from); k+1 < len(order) {
			to = order[k+1]
		}
		if from >= to || !bytes.HasPrefix(pdf[from:to], fmt.Appendf(nil, "%d 0 obj\n", i+1)) {
			return nil, fmt.Errorf("object %d not where the table says", i+1)
		}
		f.objects[i] = pdf[from:to]
	}
	if len(order) == 0 {
		return nil, errors.New("no objects")
	}
	f.header = pdf[:order[0]]
	return f, nil
}

// bytes writes the file with a new cross-reference table.
func (f *file) bytes() []byte {
	var b bytes.Buffer
	b.Write(f.header)
	offsets := make([]int, len(f.objects))
	for i, o := range f.objects {
		offsets[i] = b.Len()
		b.Write(o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	b.Write(f.trailer)
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", xref)
	return b.Bytes()
}

// deflated returns b as the dictionary and stream of an object.
func deflated(b []byte) ([]byte, error) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	head := fmt.Appendf(nil, "<</Length %d /Filter /FlateDecode>>\nstream\n", z.Len())
	return slices.Concat(head, z.Bytes(), []byte("\nendstream\n")), nil
}

// toUnicode returns the map from the codes of a document to its characters, so that a reader program can search,
// copy and speak the text.
func toUnicode(codes coding) []byte {
	const atATime = 100 // entries in one section, the most the format allows
	b := []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	runes := codes.runes()
	slices.SortFunc(runes, func(x, y rune) int { return int(codes[x] - codes[y]) })
	for part := range slices.Chunk(runes, atATime) {
		b = fmt.Appendf(b, "%d beginbfchar\n", len(part))
		for _, r := range part {
			b = fmt.Appendf(b, "<%04X> <", codes[r])
			for _, u := range utf16.AppendRune(nil, r) {
				b = fmt.Appendf(b, "%04X", u)
			}
			b = append(b, ">\n"...)
		}
		b = append(b, "endbfchar\n"...)
	}
	return append(b, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"...)
}
