package view

import (
	"time"

	"doorstep/sync/civic"
)

// ConsoleAsides lists what central holds and could not turn into a case: console/aside.html.
type ConsoleAsides struct {
	Console
	Rows        []AsideRow
	Again       []AsideReason // of which everything may be opened once more at one stroke
	Departments []OfficeChoice
	Closed      []AsideRow        // by hand, the last first
	Errors      map[string]string // by entry id, in words
	Draft       map[string]string // what was typed: "act" and "entry" say where, "reason" what
}

// AsideReason is how many entries one outcome holds up.
type AsideReason struct {
	Outcome civic.Outcome
	Count   int
}

// AsideRow is one entry set aside.
type AsideRow struct {
	Code     civic.TrackingCode
	Entry    civic.EntryID
	Outcome  civic.Outcome
	Service  string // its name, or its id where none is published; empty where that cannot be read
	Terminal uint32
	Point    string
	Since    time.Time
	Due      civic.Date // of the reply clock, which runs all the same
	Left     int
	Release  bool // it may be opened once more, as after a form was published or a key restored
	Route    bool // it may be given to a department as it is
	Closed   time.Time
	Who      string // closed it
	Reason   string // of closing it
}
