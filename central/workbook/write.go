package workbook

import (
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"doorstep/sync/civic"
)

// Service is a guide with the revision that it has, 0 for one that was never published.
type Service struct {
	Guide civic.Guide
	Rev   uint32
}

// maxCell is how many UTF-16 units a cell of a workbook holds.
const maxCell = 32767

// Write writes the workbook of a catalogue.
func Write(w io.Writer, services []Service) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if err := f.SetSheetName("Sheet1", serviceSheet); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	for _, name := range []string{materialSheet, stepSheet, helpSheet} {
		if _, err := f.NewSheet(name); err != nil {
			return fmt.Errorf("write workbook: %w", err)
		}
	}
	style, err := newStyles(f)
	if err != nil {
		return err
	}
	var rows []serviceRow
	var materials []materialRow
	var steps []stepRow
	for _, s := range services {
		rows = append(rows, serviceRow{s.Guide, int(s.Rev)})
		for _, m := range s.Guide.Materials {
			materials = append(materials, materialRow{s.Guide.ID, m})
		}
		for _, v := range s.Guide.Steps {
			steps = append(steps, stepRow{s.Guide.ID, v})
		}
	}
	if err := writeSheet(f, style, serviceSheet, serviceColumns(), rows, 3); err != nil {
		return err
	}
	if err := writeSheet(f, style, materialSheet, materialColumns(), materials, 3); err != nil {
		return err
	}
	if err := writeSheet(f, style, stepSheet, stepColumns(), steps, 2); err != nil {
		return err
	}
	if err := writeHelp(f, style); err != nil {
		return err
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// styles are the looks of cells.
type styles struct{ head, must, text, number int }

func newStyles(f *excelize.File) (s styles, err error) {
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	line := []excelize.Border{{Type: "bottom", Color: "D9D5CC", Style: 1}}
	for _, v := range []struct {
		id *int
		s  excelize.Style
	}{
		{&s.head, excelize.Style{
			Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Alignment: top,
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"4A5565"}},
		}},
		{&s.must, excelize.Style{
			Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Alignment: top,
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"17508C"}},
		}},
		// 49 is text: a spreadsheet must not read a code as a number or a step as a date.
		{&s.text, excelize.Style{NumFmt: 49, Alignment: top, Border: line}},
		{&s.number, excelize.Style{Alignment: top, Border: line}},
	} {
		if *v.id, err = f.NewStyle(&v.s); err != nil {
			return s, fmt.Errorf("write workbook: %w", err)
		}
	}
	return s, nil
}

// spare is how many rows below the last have their lists to choose from, for what is added.
const spare = 2000

// writeSheet writes rows under the words of their columns. frozen columns stay in sight with the first row.
func writeSheet[T any](f *excelize.File, style styles, sheet string, columns []column[T], rows []T, frozen int) error {
	for i, c := range columns {
		if err := choices(f, sheet, i, len(rows), c.one, c.many, c.help); err != nil {
			return err
		}
	}
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("write sheet %s: %w", sheet, err)
	}
	corner, err := excelize.CoordinatesToCellName(frozen+1, 2)
	if err == nil {
		err = w.SetPanes(&excelize.Panes{Freeze: true, XSplit: frozen, YSplit: 1, TopLeftCell: corner, ActivePane: "bottomRight"})
	}
	for i, c := range columns {
		if err == nil {
			err = w.SetColWidth(i+1, i+1, c.width)
		}
		if err == nil && !c.plain {
			err = w.SetColStyle(i+1, i+1, style.text)
		}
	}
	if err != nil {
		return fmt.Errorf("write sheet %s: %w", sheet, err)
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = excelize.Cell{StyleID: style.head, Value: c.name}
		if c.must {
			head[i] = excelize.Cell{StyleID: style.must, Value: c.name}
		}
	}
	if err := w.SetRow("A1", head); err != nil {
		return fmt.Errorf("write sheet %s: %w", sheet, err)
	}
	cells := make([]any, len(columns))
	for n := range rows {
		for i, c := range columns {
			if cells[i], err = cell(style, c.plain, c.get(&rows[n])); err != nil {
				return fmt.Errorf("write sheet %s row %d: %s: %w", sheet, n+2, c.name, err)
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(n+2), cells); err != nil {
			return fmt.Errorf("write sheet %s row %d: %w", sheet, n+2, err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write sheet %s: %w", sheet, err)
	}
	return nil
}

// cell returns a value as a cell of its kind; nothing for an empty one.
func cell(style styles, plain bool, value string) (any, error) {
	switch {
	case value == "":
		return nil, nil
	case plain:
		f, err := strconv.ParseFloat(value, 64)
		return excelize.Cell{StyleID: style.number, Value: f}, err
	case len(utf16.Encode([]rune(value))) > maxCell:
		return nil, civic.Refuse(civic.Full, "", "workbook.cell", maxCell)
	}
	return excelize.Cell{StyleID: style.text, Value: value}, nil
}

// choices gives the cells of a column a list to choose from, or says what they hold.
func choices(f *excelize.File, sheet string, column, rows int, one, many []word, help string) error {
	if len(one) == 0 && len(many) == 0 {
		return nil
	}
	name, err := excelize.ColumnNumberToName(column + 1)
	if err != nil {
		return fmt.Errorf("write sheet %s: %w", sheet, err)
	}
	v := excelize.NewDataValidation(true)
	v.SetSqref(fmt.Sprintf("%s2:%s%d", name, name, rows+1+spare))
	switch {
	case len(one) > 0:
		list := make([]string, len(one))
		for i, w := range one {
			list[i] = w.text
		}
		if err := v.SetDropList(list); err != nil {
			return fmt.Errorf("write sheet %s: %w", sheet, err)
		}
		v.SetError(excelize.DataValidationErrorStyleStop, "请从列表里选", "可以填："+texts(one))
	default:
		v.SetInput("可以选几个，用顿号隔开", texts(many))
	}
	if err := f.AddDataValidation(sheet, v); err != nil {
		return fmt.Errorf("write sheet %s: %w", sheet, err)
	}
	return nil
}

// writeHelp writes what every column holds.
func writeHelp(f *excelize.File, style styles) error {
	w, err := f.NewStreamWriter(helpSheet)
	if err != nil {
		return fmt.Errorf("write sheet %s: %w", helpSheet, err)
	}
	for i, width := range []float64{12, 18, 10, 70, 70} {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return fmt.Errorf("write sheet %s: %w", helpSheet, err)
		}
	}
	rows := [][]string{{"工作表", "栏目", "必填", "怎么填", "可以填的内容"}}
	rows = append(rows, explain(serviceSheet, serviceColumns())...)
	rows = append(rows, explain(materialSheet, materialColumns())...)
	rows = append(rows, explain(stepSheet, stepColumns())...)
	rows = append(rows, []string{"全部", "", "", "表里没有的事项不会被撤下：要撤下请到发布页面。有一处错误，就一条也不导入。", ""})
	for n, row := range rows {
		cells := make([]any, len(row))
		for i, s := range row {
			id := style.text
			if n == 0 {
				id = style.head
			}
			cells[i] = excelize.Cell{StyleID: id, Value: s}
		}
		if err := w.SetRow("A"+strconv.Itoa(n+1), cells); err != nil {
			return fmt.Errorf("write sheet %s: %w", helpSheet, err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write sheet %s: %w", helpSheet, err)
	}
	return nil
}

func explain[T any](sheet string, columns []column[T]) [][]string {
	out := make([][]string, len(columns))
	for i, c := range columns {
		must, values := "", texts(c.one)
		if c.must {
			must = "必填"
		}
		if len(c.many) > 0 {
			values = texts(c.many) + "（可以选几个，用顿号隔开）"
		}
		out[i] = []string{sheet, c.name, must, c.help, values}
	}
	return out
}
