package view

import (
	"time"

	"doorstep/sync/civic"
)

// Lookup asks which case: kiosk/lookup.html.
type Lookup struct {
	Kiosk
	QR      string // what was scanned, to correct
	Code    string
	Last    string
	Errors  map[string]string // by "qr", "code" and "last", and "" for the whole, in words
	Scanner bool              // a scanner is there: hold the receipt under it
}

// Status is what a terminal knows of a case: kiosk/status.html.
type Status struct {
	Kiosk
	Case
	Reprint    bool // the receipt can be printed again here
	Supplement bool // papers are asked for and can be handed in here
	Withdraw   bool // the application can be withdrawn
	Pending    bool // a supplement or withdrawal taken in here waits to reach central
	Print      PrintState
	Confirm    bool // asks once more before withdrawing
}

// Track is the page behind the QR on a phone: track/status.html.
type Track struct {
	Lang string
	Case
	Host  string // of the page, to find it again
	Other string // URL of the same page in the other language
	Now   time.Time
	// Problem replaces the state: the code is not readable or not genuine, or there were too many tries. In words.
	Problem string
}

// TrackAsk asks for the code and the document of those who cannot scan: track/ask.html.
type TrackAsk struct {
	Lang   string
	Host   string
	Other  string // URL of the same page in the other language
	Now    time.Time
	Code   string            // as typed
	Last   string            // the last four characters, as typed
	Errors map[string]string // by "code" and "last", and "" for the whole, in words
}

// Case is the state of one case as its paper lets anyone read it: never name, papers or the decision's text.
type Case struct {
	Code     civic.TrackingCode
	Service  string // its name; empty if not known here
	Filed    time.Time
	Sure     civic.Confidence
	Training bool
	Where    Where
	Terminal uint32    // number of the terminal that took it in
	Point    string    // name of its service point
	HeldAt   time.Time // when central took custody; zero if it has not or it is not known
	LastSeen time.Time // when central last heard of the terminal; zero if never or not known
	Notice   *civic.StatusNotice
	Aside    bool   // central holds it and a person looks into it before a case is opened
	Contact  string // who to ask
}

// Where says where the application is, as far as the page may claim it.
type Where string

// The places.
const (
	AtTerminal Where = "terminal"  // at the terminal that took it in; central does not hold it yet
	AtCentral  Where = "central"   // central signed for it
	Elsewhere  Where = "elsewhere" // a genuine receipt of another terminal: this one cannot say more
	Unknown    Where = "unknown"   // a receipt of this terminal that it has no record of
)

// Mark is one mark on the line of steps.
type Mark struct {
	ID    string // locale key below "mark."
	State MarkState
}

// MarkState says where a mark stands.
type MarkState string

// The states of a mark.
const (
	Past   MarkState = "past"
	Now    MarkState = "now"
	Ahead  MarkState = "ahead"
	Halted MarkState = "halted" // now, and the resident has the turn
)

// line is the way of a case that nothing stops.
var line = [...]string{"taken", "arrived", "accepted", "decided", "delivered"}

// Timeline draws the line of steps of a case: the marks it passed, the one it is at, those ahead. A case that ended
// on the way has none ahead.
func Timeline(c Case) []Mark {
	at, instead := position(c)
	marks := make([]Mark, 0, len(line))
	for _, id := range line[:at] {
		marks = append(marks, Mark{id, Past})
	}
	if at == len(line) {
		return marks
	}
	marks = append(marks, Mark{line[at], Now})
	if instead != "" {
		marks[at] = Mark{instead, stateOf(instead)}
	}
	if ends(instead) {
		return marks
	}
	for _, id := range line[at+1:] {
		marks = append(marks, Mark{id, Ahead})
	}
	return marks
}

// position returns the index on the line that the case is at, and the mark that stands there in place of the
// line's own. Past its end nothing is left to do.
func position(c Case) (at int, instead string) {
	if c.Notice == nil {
		if c.Where == AtCentral {
			return 1, ""
		}
		return 0, ""
	}
	switch c.Notice.Status {
	case civic.Filed:
		return 1, ""
	case civic.Supplement:
		return 2, "supplement"
	case civic.Accepted:
		return 2, ""
	case civic.Paused:
		return 3, "paused"
	case civic.Declined, civic.Lapsed, civic.Withdrawn:
		return 2, string(c.Notice.Status)
	case civic.Granted, civic.Refused:
		return 3, string(c.Notice.Status)
	case civic.Delivered:
		return len(line), ""
	}
	return 1, ""
}

func stateOf(mark string) MarkState {
	if mark == "supplement" {
		return Halted
	}
	return Now
}

func ends(mark string) bool {
	switch civic.Status(mark) {
	case civic.Declined, civic.Lapsed, civic.Withdrawn:
		return true
	}
	return false
}
