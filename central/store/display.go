package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Displays keeps the proof that notices stood on the screens of terminals.
type Displays interface {
	// Displayed stores what a display entry proves and gives the entry the outcome civic.OutcomeDisplay, at once. An
	// entry that has an outcome already is left as it is, without an error: nothing is counted twice.
	Displayed(ctx context.Context, p Proof) error
	// Displays returns what is proved of a notice, a line for each revision, terminal and screen; the revision shown
	// last first, then by terminal and screen.
	Displays(ctx context.Context, notice string) ([]Displayed, error)
}

// Proof is what one display entry says, opened and checked.
type Proof struct {
	Ref      Ref
	Terminal uint32 // number under which it was made
	Point    string // where that stands
	Lines    []civic.DisplayedHour
	Lost     int // pages that stood and could not be recorded
	At       time.Time
}

// Displayed is what is proved of one revision of a notice on one screen.
type Displayed struct {
	Rev         uint32
	Digest      string // of the edition's body
	Terminal    uint32
	Point       string
	Screen      string
	First, Last time.Time
	Showings    int // from its first page to its last
	Pages       int
	Time        time.Duration // all pages together
	Unsure      bool          // some of it by a clock that was not sure
}
