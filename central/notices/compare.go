package notices

import (
	"slices"
	"strings"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Change is one line of a comparison.
type Change struct {
	Sign string // "", "-" of what was taken away, "+" of what came
	Text string
}

// Differs is a field that is not what it was.
type Differs struct {
	Field    string
	Was, Now string
}

// Comparison holds a text against the one published before.
type Comparison struct {
	Fields []Differs
	Body   []Change
}

// Compare says what is not as it was. The body is compared line by line.
func Compare(was, now store.NoticeText) Comparison {
	var c Comparison
	field := func(name, a, b string) {
		if a != b {
			c.Fields = append(c.Fields, Differs{name, a, b})
		}
	}
	a, b := &was.Notice, &now.Notice
	field("title", a.Title, b.Title)
	field("category", a.Category, b.Category)
	field("issuer", a.Issuer, b.Issuer)
	field("document", a.Document, b.Document)
	field("made", a.Made.String(), b.Made.String())
	field("keywords", strings.Join(a.Keywords, "、"), strings.Join(b.Keywords, "、"))
	field("supersedes", a.Supersedes, b.Supersedes)
	field("scope", was.Scope.Area+was.Scope.Point, now.Scope.Area+now.Scope.Point)
	field("from", stamp(was.From), stamp(now.From))
	field("until", stamp(was.Until), stamp(now.Until))
	field("files", fileNames(was), fileNames(now))
	c.Body = lines(strings.Split(a.Body, "\n"), strings.Split(b.Body, "\n"))
	return c
}

// stamp writes a time for comparison and for people alike; nothing for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(civic.China).Format("2006-01-02 15:04")
}

// fileNames lists the attachments; one of the same name and other bytes differs by the beginning of its digest.
func fileNames(t store.NoticeText) string {
	var out []string
	for _, f := range t.Notice.Files {
		out = append(out, f.Name+" ("+f.Digest.String()[:8]+")")
	}
	return strings.Join(out, "、")
}

// Same reports whether nothing changed.
func (c Comparison) Same() bool {
	return len(c.Fields) == 0 && !slices.ContainsFunc(c.Body, func(l Change) bool { return l.Sign != "" })
}

// maxTable bounds the table of a comparison: two texts of a thousand lines, which no notice has.
const maxTable = 1 << 20

// lines finds the fewest lines to take away and to add. Texts are short (MaxBody), so the plain table of lengths of
// common lines does; what is the same at both ends is not put into it. Where it would be too large, all is new.
func lines(was, now []string) []Change {
	var head, tail []Change
	for len(was) > 0 && len(now) > 0 && was[0] == now[0] {
		head, was, now = append(head, Change{"", was[0]}), was[1:], now[1:]
	}
	for len(was) > 0 && len(now) > 0 && was[len(was)-1] == now[len(now)-1] {
		tail, was, now = append(tail, Change{"", was[len(was)-1]}), was[:len(was)-1], now[:len(now)-1]
	}
	if len(was)*len(now) > maxTable {
		for i, part := range [][]string{was, now} {
			for _, l := range part {
				head = append(head, Change{"-+"[i : i+1], l})
			}
		}
		was, now = nil, nil
	}
	common := make([][]int32, len(was)+1) // of was[i:] and now[j:]
	for i := range common {
		common[i] = make([]int32, len(now)+1)
	}
	for i := len(was) - 1; i >= 0; i-- {
		for j := len(now) - 1; j >= 0; j-- {
			if was[i] == now[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	out, i, j := head, 0, 0
	for i < len(was) || j < len(now) {
		switch {
		case i < len(was) && j < len(now) && was[i] == now[j]:
			out = append(out, Change{"", was[i]})
			i, j = i+1, j+1
		case i < len(was) && (j == len(now) || common[i+1][j] >= common[i][j+1]):
			out = append(out, Change{"-", was[i]})
			i++
		default:
			out = append(out, Change{"+", now[j]})
			j++
		}
	}
	slices.Reverse(tail)
	return append(out, tail...)
}
