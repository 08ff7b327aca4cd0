package view

import (
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// CaseClaim is what a request for a copy, a correction or a deletion asks of another case.
type CaseClaim struct {
	Kind  civic.Claim
	About civic.TrackingCode // 0: no case of this person was found
	Item  string             // of a correction
	Was   string
	Is    string
	Bar   string // in words: why it cannot be granted now
	Copy  bool   // the copy may be handed over now
}

// CaseHold is a legal hold on a case.
type CaseHold struct {
	Code   civic.TrackingCode
	Reason string
	Who    string
	At     time.Time
}

// ConsoleRetention shows what is kept how long, and the legal holds: console/retention.html.
type ConsoleRetention struct {
	Console
	Terms  []KeptTerm
	Due    int // cases whose term is over
	Holds  []CaseHold
	Errors map[string]string // by field of the form for a hold, and by tracking code of one to be lifted, in words
	Draft  map[string]string
}

// KeptTerm is how one retention term stands.
type KeptTerm struct {
	Class  string // as the rule names it
	Known  bool
	Years  int // civic.Forever: never ends
	Duty   bool
	Law    string
	Kept   int
	Erased int
	Due    int
	Held   int
	Oldest time.Time
}

// ConsoleCopy is the copy of a case that is handed to its resident, to be printed: console/copy.html.
type ConsoleCopy struct {
	Console
	Request   civic.TrackingCode
	Code      civic.TrackingCode
	Service   string
	Authority string
	Status    civic.Status
	Filed     time.Time
	Applicant civic.Party
	Proxy     *civic.Proxy
	Sections  []form.Section
	Papers    []CasePaper
	History   []CaseEvent
	Until     civic.Date // last day on which it is kept; zero where it is kept for ever or still runs
}
