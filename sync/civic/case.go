package civic

import "time"

// Case (办件) is central's record of an application. Its personal parts are encrypted at rest; see the store.
type Case struct {
	Code       TrackingCode
	Entry      EntryID
	Service    string
	Department string
	Guide      Revision
	Form       Revision
	Status     Status
	Flags      Flags
	Filed      time.Time
	Sure       Confidence
	Received   time.Time // central's custody
	Since      time.Time // of the status
	Due        Date      // last day of the running clock; zero if none runs or the calendar is unpublished
	DueDays    int       // length of the running clock
	DueKind    DayKind
	Point      string
	Terminal   uint32
	Version    uint64 // counts changes; a step names the version it saw
}

// Flags are facts about a case beside its status.
type Flags struct {
	Overdue       bool
	Extended      bool
	Deemed        bool // accepted by the lapse of the reply clock
	PapersPending bool // some attachment has not arrived
	Urged         bool
}

// StatusNotice is what a resident may read of a case with the QR alone: state and next step, never name, papers or
// the decision's text. It is sent to terminals encrypted under the receipt secret.
type StatusNotice struct {
	Code    TrackingCode `json:"code"`
	Status  Status       `json:"status"`
	Since   time.Time    `json:"since"`
	Due     Date         `json:"due,omitzero"`
	DueDays int          `json:"due_days,omitempty"`
	DueKind DayKind      `json:"due_kind,omitempty"`
	Owes    []string     `json:"owes,omitempty"` // names of materials asked for, from the guide or the clerk's checklist
	Pending bool         `json:"pending,omitempty"`
	Contact string       `json:"contact,omitempty"`
	Service string       `json:"service"` // key in the catalogue, as HJ-008
	Version uint64       `json:"version"` // a later notice replaces an earlier one
}
