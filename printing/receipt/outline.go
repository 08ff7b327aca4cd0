package receipt

import (
	"encoding/binary"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// point is a point of a contour in 1/64 of an em unit, y upwards. A point that is not on the curve is the control
// point of a quadratic curve, as TrueType has it.
type point struct {
	x, y int
	on   bool
}

// contour is a closed line; outline is the contours of one glyph.
type (
	contour []point
	outline []contour
)

// trace turns the segments of a glyph, which point downwards, into contours.
func trace(segs sfnt.Segments) outline {
	var o outline
	c := make(contour, 0, 2*len(segs)) // the contours share one array
	flush := func() {
		n := len(c)
		if n > 1 && c[0] == c[n-1] {
			n--
		}
		if n > 1 {
			o = append(o, c[:n:n])
		}
		c = c[len(c):]
	}
	for _, s := range segs {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			flush()
			c = append(c, at(s.Args[0], true))
		case sfnt.SegmentOpLineTo:
			c = append(c, at(s.Args[0], true))
		case sfnt.SegmentOpQuadTo:
			c = append(c, at(s.Args[0], false), at(s.Args[1], true))
		case sfnt.SegmentOpCubeTo:
			c = c.cubic(at(s.Args[0], false), at(s.Args[1], false), at(s.Args[2], true))
		}
	}
	flush()
	return o
}

func at(p fixed.Point26_6, on bool) point { return point{int(p.X), -int(p.Y), on} }

// cubic appends a cubic curve as four quadratic ones, which at the size of an em differ from it by less than a unit.
func (c contour) cubic(p1, p2, p3 point) contour {
	const parts = 4
	p0 := c[len(c)-1]
	on := func(t int) point { // t in 1/8 of the curve
		s := 2*parts - t
		f := func(a, b, c, d int) int { return (a*s*s*s + 3*b*s*s*t + 3*c*s*t*t + d*t*t*t) / 512 }
		return point{f(p0.x, p1.x, p2.x, p3.x), f(p0.y, p1.y, p2.y, p3.y), true}
	}
	for i := range parts {
		a, m, b := on(2*i), on(2*i+1), on(2*i+2)
		// The control point that makes the quadratic pass through the middle m.
		c = append(c, point{2*m.x - (a.x+b.x)/2, 2*m.y - (a.y+b.y)/2, false}, b)
	}
	return c
}

// rectangle returns a box in em units. Boxes of opposite turns, one in the other, leave a frame.
func rectangle(x0, y0, x1, y1 int, clockwise bool) contour {
	c := contour{{x0 * 64, y0 * 64, true}, {x0 * 64, y1 * 64, true}, {x1 * 64, y1 * 64, true}, {x1 * 64, y0 * 64, true}}
	if !clockwise {
		c[1], c[3] = c[3], c[1]
	}
	return c
}

// placed returns o scaled by so many thousandths and moved to x, y in em units.
func (o outline) placed(x, y, scale int) outline {
	moved := make(outline, len(o))
	for i, c := range o {
		for _, p := range c {
			moved[i] = append(moved[i], point{p.x*scale/1000 + x*64, p.y*scale/1000 + y*64, p.on})
		}
	}
	return moved
}

// swollen returns o with its strokes made heavier by d em units on every side: each point moves away from the filled
// side, which in TrueType lies to the right of a contour's direction.
func (o outline) swollen(d int) outline {
	heavy := make(outline, len(o))
	for i, c := range o {
		n := len(c)
		for k, p := range c {
			heavy[i] = append(heavy[i], p.away(c[(k+n-1)%n], c[(k+1)%n], float64(d)*64))
		}
	}
	return heavy
}

// away moves p to the left of the way from before over p to after. The products are converted one by one, which
// keeps a processor from fusing them: the result is the same everywhere.
func (p point) away(before, after point, d float64) point {
	ux, uy := direction(before, p)
	vx, vy := direction(p, after)
	// Half the sum of the two normals, lengthened so that both edges move by d. Sharp corners are held back.
	nx, ny := -(uy + vy), ux+vx
	scale := 1 + float64(ux*vx) + float64(uy*vy)
	if scale < 0.5 {
		scale = 0.5
	}
	p.x += int(math.Round(float64(nx*d) / scale))
	p.y += int(math.Round(float64(ny*d) / scale))
	return p
}

// direction returns the unit vector from a to b, or none where they are one.
func direction(a, b point) (x, y float64) {
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	length := math.Sqrt(float64(dx*dx) + float64(dy*dy))
	if length == 0 {
		return 0, 0
	}
	return dx / length, dy / length
}

// stored returns the contours as a font stores them: in whole units, without the points that lie midway between
// two control points, which a reader of the font adds by itself.
func (o outline) stored() outline {
	whole := func(v int) int { return (v + 32) >> 6 }
	kept := make(outline, 0, len(o))
	all := make(contour, 0, o.points())
	for _, c := range o {
		k := all[len(all):len(all):cap(all)]
		for i, p := range c {
			if i > 0 && p.on && i+1 < len(c) && midway(c[i-1], p, c[i+1]) {
				continue
			}
			k = append(k, point{whole(p.x), whole(p.y), p.on})
		}
		kept, all = append(kept, k), all[:len(all)+len(k)]
	}
	return kept
}

// points returns the number of points of all contours.
func (o outline) points() int {
	n := 0
	for _, c := range o {
		n += len(c)
	}
	return n
}

func midway(a, p, b point) bool {
	near := func(v int) bool { return v >= -1 && v <= 1 }
	return !a.on && !b.on && near(2*p.x-a.x-b.x) && near(2*p.y-a.y-b.y)
}

// bounds returns the box around the points of stored contours.
func (o outline) bounds() (x0, y0, x1, y1 int) {
	first := true
	for _, c := range o {
		for _, p := range c {
			if first {
				x0, y0, x1, y1, first = p.x, p.y, p.x, p.y, false
			}
			x0, y0, x1, y1 = min(x0, p.x), min(y0, p.y), max(x1, p.x), max(y1, p.y)
		}
	}
	return
}

// Flags of a point in the glyf table.
const (
	flagOn     = 0x01
	flagXShort = 0x02
	flagYShort = 0x04
	flagRepeat = 0x08
	flagXSame  = 0x10 // with flagXShort: positive
	flagYSame  = 0x20 // with flagYShort: positive
)

// glyf returns stored contours as an entry of the glyf table: a simple glyph without instructions.
func (o outline) glyf() []byte {
	if len(o) == 0 {
		return nil
	}
	x0, y0, x1, y1 := o.bounds()
	b := make([]byte, 0, 512)
	for _, v := range [...]int{len(o), x0, y0, x1, y1} {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	end := -1
	for _, c := range o {
		end += len(c)
		b = binary.BigEndian.AppendUint16(b, uint16(end))
	}
	b = append(b, 0, 0) // no instructions
	n := o.points()
	flags, xs, ys := make([]byte, 0, n), make([]byte, 0, 2*n), make([]byte, 0, 2*n)
	x, y := 0, 0
	for _, c := range o {
		for _, p := range c {
			var fx, fy byte
			fx, xs = delta(xs, p.x-x, flagXShort, flagXSame)
			fy, ys = delta(ys, p.y-y, flagYShort, flagYSame)
			if p.on {
				fx |= flagOn
			}
			flags = append(flags, fx|fy)
			x, y = p.x, p.y
		}
	}
	b = appendRepeated(b, flags)
	b = append(b, xs...)
	return append(b, ys...)
}

// delta appends the step d and returns the flags that say how it is written.
func delta(b []byte, d int, short, same byte) (byte, []byte) {
	switch {
	case d == 0:
		return same, b
	case d > 0 && d < 256:
		return short | same, append(b, byte(d))
	case d < 0 && d > -256:
		return short, append(b, byte(-d))
	}
	return 0, binary.BigEndian.AppendUint16(b, uint16(d))
}

// appendRepeated writes runs of equal flags as one flag and a count.
func appendRepeated(b, flags []byte) []byte {
	for i := 0; i < len(flags); {
		n := 1
		for i+n < len(flags) && n < 256 && flags[i+n] == flags[i] {
			n++
		}
		if n > 2 {
			b = append(b, flags[i]|flagRepeat, byte(n-1))
		} else {
			b = append(b, flags[i:i+n]...)
		}
		i += n
	}
	return b
}
