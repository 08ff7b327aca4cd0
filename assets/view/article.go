package view

import (
	"strings"

	"doorstep/sync/civic"
)

// Part is what a notice is laid out by: a block of text, or a whole table.
type Part struct {
	Kind civic.BlockKind // of a table: civic.BlockRow
	Text string
	Head []string
	Rows [][]string
}

// Article reads the body of a notice into parts. Rows make one table until something else stands between them, which
// may be an empty line.
func Article(body string) []Part {
	var out []Part
	for _, section := range sections(body) {
		n := civic.Notice{Body: section}
		var table *Part
		for _, b := range n.Blocks() {
			if b.Kind != civic.BlockRow {
				out, table = append(out, Part{Kind: b.Kind, Text: b.Text}), nil
				continue
			}
			if table == nil {
				out = append(out, Part{Kind: civic.BlockRow, Head: b.Cells})
				table = &out[len(out)-1]
				continue
			}
			table.Rows = append(table.Rows, b.Cells)
		}
	}
	return out
}

// sections cuts a body at its empty lines.
func sections(body string) []string {
	var out []string
	var now strings.Builder
	for line := range strings.Lines(body) {
		if strings.TrimSpace(line) == "" {
			out = append(out, now.String())
			now.Reset()
			continue
		}
		now.WriteString(line)
	}
	return append(out, now.String())
}
