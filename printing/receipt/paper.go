package receipt

import "fmt"

// Dots are the unit of a layout: 203 to the inch, the grid of the thermal printers in community centres. Everything
// stands on whole dots, so the same layout is exact on a thermal head and regular on a laser printer, and its
// arithmetic is the same on every processor.
const dotsPerInch = 203

// mm returns whole millimetres in dots.
func mm(n int) int { return (n*dotsPerInch*10 + 127) / 254 }

// Paper is a kind of paper that receipts are laid out for.
type Paper uint8

// The papers. A roll is as long as the receipt needs.
const (
	A4     Paper = iota + 1 // 210 by 297 mm, one or more pages
	Roll80                  // 80 mm thermal roll, 72 mm of it printed
	Roll58                  // 58 mm thermal roll, 48 mm of it printed
)

// String names the paper as options and print jobs spell it.
func (p Paper) String() string {
	switch p {
	case A4:
		return "a4"
	case Roll80:
		return "roll80"
	case Roll58:
		return "roll58"
	}
	return fmt.Sprintf("paper %d", uint8(p))
}

// ParsePaper reads what String gives.
func ParsePaper(s string) (Paper, error) {
	for _, p := range []Paper{A4, Roll80, Roll58} {
		if p.String() == s {
			return p, nil
		}
	}
	return 0, fmt.Errorf("paper %q: want a4, roll80 or roll58", s)
}

// sheet is the geometry of a paper in dots, with its sizes of type and the gaps that go with them.
type sheet struct {
	widthMM, heightMM int // of the paper; height 0: as long as needed
	width, height     int
	left, measure     int
	top, bottom       int
	column            bool // one narrow column, black only

	small, body, strong, head, title, code int // sizes of type
}

// longest is where a roll is cut into a second page: a PDF page may not be taller than 200 inches.
const longest = 190 * dotsPerInch

func (p Paper) sheet() (sheet, error) {
	switch p {
	case A4:
		return sheet{
			widthMM: 210, heightMM: 297, width: mm(210), height: mm(297),
			left: mm(22), measure: mm(210) - 2*mm(22), top: mm(15), bottom: mm(20),
			small: 27, body: 32, strong: 40, head: 36, title: 84, code: 82,
		}, nil
	case Roll80:
		return sheet{
			widthMM: 80, width: mm(80), left: (mm(80) - 560) / 2, measure: 560, top: mm(4), bottom: mm(12), column: true,
			small: 24, body: 28, strong: 34, head: 30, title: 64, code: 52,
		}, nil
	case Roll58:
		return sheet{
			widthMM: 58, width: mm(58), left: (mm(58) - 376) / 2, measure: 376, top: mm(4), bottom: mm(12), column: true,
			small: 22, body: 26, strong: 30, head: 28, title: 52, code: 34,
		}, nil
	}
	return sheet{}, fmt.Errorf("lay out receipt: unknown %v", p)
}

// leading returns the distance of two lines of type: Chinese text wants half its size between the lines.
func leading(size int) int { return size * 3 / 2 }
