package view

import "time"

// ConsoleShown is the proof that a notice stood on screens: console/shown.html.
type ConsoleShown struct {
	Console
	ID    string
	Rows  []ShownRow
	Total ShownRow // of all rows
}

// ShownRow is what is proved of one revision on one screen.
type ShownRow struct {
	Rev         uint32
	Terminal    uint32
	Point       string
	Screen      string
	First, Last time.Time
	Showings    int
	Minutes     int
	Unsure      bool
}
