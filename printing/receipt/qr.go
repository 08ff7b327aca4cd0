package receipt

import (
	"fmt"

	"github.com/skip2/go-qrcode"
)

const (
	moduleDots = 4 // whole dots for each module: the smallest that old scanners read from thermal paper
	quietZone  = 4 // modules kept white around the code
)

// makeCode returns the QR code of link at the strongest level that fits a square of width dots: level Q, or M and
// L for links so long that Q would not fit.
func makeCode(link string, width int) (Code, error) {
	for _, level := range []qrcode.RecoveryLevel{qrcode.High, qrcode.Medium, qrcode.Low} {
		q, err := qrcode.New(link, level)
		if err != nil {
			continue // too long for this level
		}
		q.DisableBorder = true
		c := Code{Module: moduleDots, Rows: q.Bitmap()}
		if c.side() <= width {
			return c, nil
		}
	}
	return Code{}, fmt.Errorf("make QR code: a link of %d characters does not fit %d dots", len(link), width)
}

// side returns the width of the code with its quiet zone.
func (c *Code) side() int { return (len(c.Rows) + 2*quietZone) * c.Module }

// Runs calls draw for each horizontal run of black dots, from top to bottom.
func (c *Code) Runs(draw func(x, y, w, h int)) {
	for j, row := range c.Rows {
		for i := 0; i < len(row); {
			n := 0
			for i+n < len(row) && row[i+n] {
				n++
			}
			if n > 0 {
				draw(c.X+i*c.Module, c.Y+j*c.Module, n*c.Module, c.Module)
			}
			i += n + 1
		}
	}
}
