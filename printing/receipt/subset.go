package receipt

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A coding says by which 16-bit code the fonts of one document hold each character. fpdf writes text in 16-bit codes
// and knows nothing above U+FFFF, so that characters there, and private ones, get codes from the private use area.
// The ToUnicode map of the document leads back to the true characters.
type coding map[rune]rune

const privateFirst, privateLast = 0xE000, 0xF8FF

// code gives every rune of s a code.
func (c coding) code(s string) {
	for _, r := range s {
		if _, ok := c[r]; !ok {
			c[r] = r
		}
	}
}

// settle hands out the codes of the private use area, in the order of the characters, so that they depend on the
// text only.
func (c coding) settle() error {
	next := rune(privateFirst)
	for _, r := range c.runes() {
		if r <= 0xFFFF && (r < privateFirst || r > privateLast) {
			continue
		}
		if next > privateLast {
			return fmt.Errorf("set type: more than %d rare characters", privateLast-privateFirst+1)
		}
		c[r] = next
		next++
	}
	return nil
}

// runes returns the characters that have a code, sorted.
func (c coding) runes() []rune {
	rs := make([]rune, 0, len(c))
	for r := range c {
		rs = append(rs, r)
	}
	slices.Sort(rs)
	return rs
}

// encode returns s in codes.
func (c coding) encode(s string) string {
	return strings.Map(func(r rune) rune { return c[r] }, s)
}

// subset returns a TrueType font with just the characters of codes. Glyph 0 is empty; glyph i is the i-th code.
func (u *ruler) subset(codes coding) []byte {
	runes := codes.runes()
	slices.SortFunc(runes, func(a, b rune) int { return int(codes[a] - codes[b]) })
	glyf, hmtx := make([]byte, 0, 256*len(runes)), make([]byte, 0, 4*len(runes)+4)
	loca := []uint32{0, 0}
	hmtx = u16(hmtx, em, 0)
	box := [4]int{}
	points, contours := 0, 0
	for _, r := range runes {
		g := u.glyph(r)
		shape := g.shape.stored()
		x0, y0, x1, y1 := shape.bounds()
		box = [4]int{min(box[0], x0), min(box[1], y0), max(box[2], x1), max(box[3], y1)}
		contours = max(contours, len(shape))
		points = max(points, shape.points())
		hmtx = u16(hmtx, g.advance, x0)
		glyf = append(glyf, shape.glyf()...)
		glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		loca = append(loca, uint32(len(glyf)))
	}
	return assemble([]table{
		{"cmap", cmapTable(runes, codes)},
		{"glyf", glyf},
		{"head", headTable(box)},
		{"hhea", hheaTable(len(runes) + 1)},
		{"hmtx", hmtx},
		{"loca", locaTable(loca)},
		{"maxp", maxpTable(len(runes)+1, points, contours)},
		{"name", u16(nil, 0, 0, 6)},
		{"post", append(u16(nil, 3, 0), make([]byte, 28)...)},
	})
}

// ascent and descent are those of Chinese fonts: the em box with room for accents is left to the layout.
const ascent, descent = 880, -120

func headTable(box [4]int) []byte {
	b := u16(nil, 1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 3, em)
	b = append(b, make([]byte, 16)...) // no dates: the bytes depend on the text only
	return u16(b, box[0], box[1], box[2], box[3], 0, 8, 2, 1, 0)
}

func hheaTable(metrics int) []byte {
	return u16(nil, 1, 0, ascent, descent, 0, em, 0, 0, em, 1, 0, 0, 0, 0, 0, 0, 0, metrics)
}

func maxpTable(glyphs, points, contours int) []byte {
	return u16(nil, 1, 0, glyphs, points, contours, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
}

func locaTable(offsets []uint32) []byte {
	b := make([]byte, 0, 4*len(offsets))
	for _, o := range offsets {
		b = binary.BigEndian.AppendUint32(b, o)
	}
	return b
}

// cmapTable maps codes to glyphs in format 4. Neighbouring codes have neighbouring glyphs, so a run is a segment.
func cmapTable(runes []rune, codes coding) []byte {
	var ends, starts, deltas []int
	for i, r := range runes {
		code := int(codes[r])
		if n := len(ends); n > 0 && ends[n-1] == code-1 {
			ends[n-1] = code
			continue
		}
		starts, ends, deltas = append(starts, code), append(ends, code), append(deltas, i+1-code)
	}
	starts, ends, deltas = append(starts, 0xFFFF), append(ends, 0xFFFF), append(deltas, 1)
	n := len(starts)
	b := u16(nil, 0, 1, 3, 1, 0, 12)
	search, shift := searchRange(n, 2)
	b = u16(b, 4, 16+8*n, 0, 2*n, search, shift, 2*n-search)
	b = u16(b, ends...)
	b = u16(b, 0)
	b = u16(b, starts...)
	b = u16(b, deltas...)
	return append(b, make([]byte, 2*n)...)
}

// searchRange returns the fields by which fonts help a binary search over n entries of size bytes.
func searchRange(n, size int) (span, selector int) {
	selector = bits.Len(uint(n)) - 1
	return size << selector, selector
}

type table struct {
	tag  string
	data []byte
}

// assemble joins tables, sorted by tag, into a font file.
func assemble(tables []table) []byte {
	n := len(tables)
	search, selector := searchRange(n, 16)
	b := u16(nil, 1, 0, n, search, selector, 16*n-search)
	offset := 12 + 16*n
	for _, t := range tables {
		b = append(b, t.tag...)
		b = binary.BigEndian.AppendUint32(b, checksum(t.data))
		b = binary.BigEndian.AppendUint32(b, uint32(offset))
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.data)))
		offset += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		b = append(b, t.data...)
		b = append(b, make([]byte, -len(t.data)&3)...)
	}
	return b
}

func checksum(b []byte) uint32 {
	var sum uint32
	for i, v := range b {
		sum += uint32(v) << (24 - 8*(i&3))
	}
	return sum
}

// u16 appends values as big-endian 16-bit numbers; negative ones in two's complement.
func u16(b []byte, values ...int) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}
