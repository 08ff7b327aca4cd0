package workbook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"doorstep/sync/civic"
)

// Fault is one mistake with its place. Cell is as "C12", the row alone where no one cell is at fault, empty for the
// whole sheet.
type Fault struct {
	Sheet  string
	Row    int
	Cell   string
	Column string // the word in the first row
	Err    *civic.Error
}

// The bounds of a workbook (promise P8).
const (
	MaxFile     = 32 << 20  // bytes of the file
	maxUnpacked = 256 << 20 // bytes of what is packed in it
	MaxServices = 20_000
	maxRows     = 500_000 // of any sheet
	MaxFaults   = 300     // told at once
)

// Book is a workbook that was read.
type Book struct {
	Services []Service
	Faults   []Fault // in the order of sheets and rows, at most MaxFaults
	More     int     // faults beyond those

	places []place // of each service
	heads  map[string][]string
}

// place is where the parts of a service stand.
type place struct {
	row       int
	materials []int
	steps     []int
}

// Read reads a workbook. tell is called now and then with how many rows were read. A file that is no workbook, or
// unpacks to more than a bound, is civic.Invalid or civic.Full; mistakes within are faults of the book.
func Read(ctx context.Context, file []byte, tell func(rows int)) (*Book, error) {
	if len(file) > MaxFile {
		return nil, civic.Refuse(civic.Full, "file", "workbook.large", MaxFile>>20)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked,
	})
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = f.Close() }() // it is in memory
	b := &Book{heads: map[string][]string{}}
	r := reader{ctx: ctx, file: f, book: b, tell: tell, at: map[string]int{}}
	if err := readSheet(&r, serviceSheet, serviceColumns(), r.service); err != nil {
		return nil, err
	}
	if err := readSheet(&r, materialSheet, materialColumns(), r.material); err != nil {
		return nil, err
	}
	if err := readSheet(&r, stepSheet, stepColumns(), r.step); err != nil {
		return nil, err
	}
	tell(r.rows)
	return b, nil
}

func unreadable(err error) *civic.Error {
	if strings.Contains(err.Error(), "unzip size exceeds") {
		return &civic.Error{Code: civic.Full, Field: "file", Key: "workbook.unpacked", Err: err}
	}
	return &civic.Error{Code: civic.Invalid, Field: "file", Key: "workbook.broken", Err: err}
}

// reader reads the sheets of a workbook into a book.
type reader struct {
	ctx  context.Context
	file *excelize.File
	book *Book
	tell func(int)
	rows int
	at   map[string]int // index of each service by id
}

func (r *reader) fault(sheet string, row int, column int, name string, err *civic.Error) {
	if len(r.book.Faults) >= MaxFaults {
		r.book.More++
		return
	}
	v := Fault{Sheet: sheet, Row: row, Column: name, Err: err}
	if column >= 0 {
		v.Cell, _ = excelize.CoordinatesToCellName(column+1, row) // a column of the sheet has a name
	}
	r.book.Faults = append(r.book.Faults, v)
}

// readSheet reads every row of a sheet into a T and hands it on with its number.
func readSheet[T any](r *reader, sheet string, columns []column[T], hand func(row int, v *T, column func(path string) int)) error {
	rows, err := r.file.Rows(sheet)
	var absent excelize.ErrSheetNotExist
	if errors.As(err, &absent) {
		r.fault(sheet, 0, -1, "", civic.Refuse(civic.Missing, "", "workbook.sheet"))
		return nil
	}
	if err != nil {
		return unreadable(err)
	}
	defer func() { _ = rows.Close() }() // reads from memory
	var places []int
	for n := 1; rows.Next(); n++ {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if n > maxRows {
			return civic.Refuse(civic.Full, "file", "workbook.rows", sheet, maxRows)
		}
		cells, err := rows.Columns()
		if err != nil {
			return unreadable(err)
		}
		if n == 1 {
			places = r.head(sheet, cells, names(columns), musts(columns))
			continue
		}
		if r.rows++; r.rows%1000 == 0 {
			r.tell(r.rows)
		}
		if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		if v, ok := readRow(r, sheet, n, columns, places, cells); ok {
			hand(n, v, func(path string) int {
				return slices.Index(places, slices.IndexFunc(columns, func(c column[T]) bool { return c.path == path }))
			})
		}
	}
	if err := rows.Error(); err != nil {
		return unreadable(err)
	}
	return nil
}

func names[T any](columns []column[T]) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.name
	}
	return out
}

func musts[T any](columns []column[T]) []string {
	var out []string
	for _, c := range columns {
		if c.must {
			out = append(out, c.name)
		}
	}
	return out
}

// head returns which column each cell of the first row names, -1 for an empty one.
func (r *reader) head(sheet string, cells, known, must []string) []int {
	places := make([]int, len(cells))
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		places[i] = slices.Index(known, cell)
		switch {
		case cell == "":
		case places[i] < 0:
			r.fault(sheet, 1, i, cell, civic.Refuse(civic.Invalid, "", "workbook.column"))
		case slices.Contains(places[:i], places[i]):
			r.fault(sheet, 1, i, cell, civic.Refuse(civic.Invalid, "", "workbook.columns"))
			places[i] = -1
		}
	}
	for _, name := range must {
		if !slices.Contains(places, slices.Index(known, name)) {
			r.fault(sheet, 1, -1, name, civic.Refuse(civic.Missing, "", "workbook.nocolumn", name))
		}
	}
	heads := make([]string, len(places))
	for i, p := range places {
		if p >= 0 {
			heads[i] = known[p]
		}
	}
	r.book.heads[sheet] = heads
	return places
}

// turned is how a spreadsheet shows a long code that it took for a number.
var turned = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+[0-9]+$`)

// readRow reads the cells of a row; not ok where the row cannot be told from others.
func readRow[T any](r *reader, sheet string, row int, columns []column[T], places []int, cells []string) (*T, bool) {
	v := new(T)
	ok := true
	given := make([]bool, len(columns))
	for i, s := range cells {
		if i >= len(places) || places[i] < 0 {
			if strings.TrimSpace(s) != "" {
				r.fault(sheet, row, i, "", civic.Refuse(civic.Invalid, "", "workbook.beside"))
			}
			continue
		}
		c := &columns[places[i]]
		s = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
		given[places[i]] = s != ""
		var err *civic.Error
		if !c.plain && turned.MatchString(s) {
			err = civic.Refuse(civic.Invalid, "", "workbook.turned")
		} else {
			err = c.set(v, s)
		}
		if err != nil {
			r.fault(sheet, row, i, c.name, err)
		}
	}
	for i := range columns {
		if columns[i].must && !given[i] && slices.Contains(places, i) {
			r.fault(sheet, row, slices.Index(places, i), columns[i].name, civic.Refuse(civic.Missing, "", "workbook.empty"))
			ok = ok && i > 0 // the first column says whose row it is
		}
	}
	return v, ok
}

// service takes a row of the sheet of services.
func (r *reader) service(row int, v *serviceRow, column func(string) int) {
	b := r.book
	if first, twice := r.at[v.guide.ID]; twice {
		r.fault(serviceSheet, row, column("id"), "事项编码", civic.Refuse(civic.Conflict, "", "workbook.twice", v.guide.ID, b.places[first].row))
		return
	}
	if len(b.Services) >= MaxServices {
		r.fault(serviceSheet, row, -1, "", civic.Refuse(civic.Full, "", "workbook.services", MaxServices))
		return
	}
	r.at[v.guide.ID] = len(b.Services)
	b.Services = append(b.Services, Service{v.guide, uint32(v.rev)})
	b.places = append(b.places, place{row: row})
}

// whose returns the service that a row of another sheet belongs to.
func (r *reader) whose(sheet string, row, column int, id string) (int, bool) {
	i, ok := r.at[id]
	if !ok {
		r.fault(sheet, row, column, "事项编码", civic.Refuse(civic.NotFound, "", "workbook.whose", id))
	}
	return i, ok
}

func (r *reader) material(row int, v *materialRow, column func(string) int) {
	if i, ok := r.whose(materialSheet, row, column("service"), v.service); ok {
		r.book.Services[i].Guide.Materials = append(r.book.Services[i].Guide.Materials, v.material)
		r.book.places[i].materials = append(r.book.places[i].materials, row)
	}
}

func (r *reader) step(row int, v *stepRow, column func(string) int) {
	if i, ok := r.whose(stepSheet, row, column("service"), v.service); ok {
		r.book.Services[i].Guide.Steps = append(r.book.Services[i].Guide.Steps, v.step)
		r.book.places[i].steps = append(r.book.places[i].steps, row)
	}
}

// Add adds a fault of a service, found by its field's path, to those of the book; one at a cell that has one already
// is not told twice.
func (b *Book) Add(service int, err *civic.Error) {
	f := b.Place(service, err)
	if slices.ContainsFunc(b.Faults, func(o Fault) bool { return o.Sheet == f.Sheet && o.Row == f.Row && (o.Cell == f.Cell || f.Cell == "") }) {
		return
	}
	if len(b.Faults) >= MaxFaults {
		b.More++
		return
	}
	b.Faults = append(b.Faults, f)
}

// Place returns where in the workbook the field of a service stands that a fault names by its path.
func (b *Book) Place(service int, err *civic.Error) Fault {
	at := b.places[service]
	parts := strings.Split(err.Field, "/")
	sheet, row, path := serviceSheet, at.row, err.Field
	if len(parts) >= 3 {
		n, bad := strconv.Atoi(parts[1])
		switch {
		case bad != nil:
		case parts[0] == "materials" && n < len(at.materials):
			sheet, row, path = materialSheet, at.materials[n], parts[2]
		case parts[0] == "steps" && n < len(at.steps):
			sheet, row, path = stepSheet, at.steps[n], parts[2]
		}
	}
	f := Fault{Sheet: sheet, Row: row, Err: err, Column: columnOf(sheet, path)}
	if i := slices.Index(b.heads[sheet], f.Column); f.Column != "" && i >= 0 {
		f.Cell, _ = excelize.CoordinatesToCellName(i+1, row) // a column of the sheet has a name
	}
	return f
}

// columnOf returns the word of the column that holds a path, or the list that the path leads into; empty for none.
func columnOf(sheet, path string) string {
	first, _, _ := strings.Cut(path, "/")
	switch sheet {
	case materialSheet:
		return nameOf(materialColumns(), path, first)
	case stepSheet:
		return nameOf(stepColumns(), path, first)
	}
	return nameOf(serviceColumns(), path, first)
}

func nameOf[T any](columns []column[T], paths ...string) string {
	for _, path := range paths {
		for _, c := range columns {
			if c.path == path {
				return c.name
			}
		}
	}
	return ""
}

// Sort puts the faults into the order of sheets and rows.
func (b *Book) Sort() {
	order := []string{serviceSheet, materialSheet, stepSheet}
	slices.SortStableFunc(b.Faults, func(x, y Fault) int {
		if x.Sheet != y.Sheet {
			return slices.Index(order, x.Sheet) - slices.Index(order, y.Sheet)
		}
		return x.Row - y.Row
	})
}

// String tells a fault for a log or a command line, without its sentence.
func (f Fault) String() string {
	at := f.Cell
	if at == "" {
		at = strconv.Itoa(f.Row)
	}
	return fmt.Sprintf("%s!%s", f.Sheet, at)
}
