package view

import (
	"html/template"
	"time"

	"doorstep/sync/civic"
)

// ConsoleBoard is the board of figures: console/board.html.
type ConsoleBoard struct {
	Console
	Period      string     // week, month, quarter
	On          string     // a day of it, as the URL says it
	From, To    civic.Date // its first and last day
	Running     bool       // it is not over
	Periods     []BoardChoice
	PrevURL     string
	NextURL     string // empty where it lies in the future
	Departments []BoardChoice
	Points      []BoardChoice
	Department  string
	Point       string
	Own         string // name of the one department that the reader sees; empty for a supervisor
	Charts      []BoardChart
}

// BoardChoice is one value of a filter.
type BoardChoice struct {
	ID, Name string
	URL      string
	Current  bool
}

// BoardChart is one chart with its sentence above and its table below. Every figure leads to the list behind it.
type BoardChart struct {
	ID       string
	Sentence string
	SVG      template.HTML // empty where there is nothing to draw
	Legend   []BarKind
	Head     []string // of the table, beside the first column
	Rows     []BoardRow
	Across   bool // the columns are those of the chart
}

// BarKind is one kind of bar in words.
type BarKind struct{ Class, Name string }

// BoardRow is one line of a chart's table.
type BoardRow struct {
	Name  string
	Cells []BoardCell
}

// BoardCell is one figure.
type BoardCell struct {
	Text string
	URL  string // of the list behind it; empty where there is none
}

// ConsoleBoardCases is the list behind a figure: console/board-cases.html.
type ConsoleBoardCases struct {
	Console
	What     string // received, decided, ontime, late, undated
	From, To civic.Date
	Of       string // department and point in words; empty for all
	Rows     []BoardCase
	Total    int
	Back     string
	PrevURL  string
	NextURL  string
}

// BoardCase is one line of such a list.
type BoardCase struct {
	CaseRow
	Decided time.Time // when the department gave its word
	Kind    string    // ontime, late, undated
}
