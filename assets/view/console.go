package view

import (
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// Console is the frame of every page of the console.
type Console struct {
	Lang   string
	Token  string // repeated by every form
	User   string // display name; empty before sign-in
	Roles  []civic.Role
	Active string // the rail's entry, or password
	Rail   []RailItem
	Now    time.Time
	Path   string
	Flash  string // said once after an act, in words
}

// RailItem is one entry of the left rail; the handler lists those that the user's roles open.
type RailItem struct {
	ID    string // cases, aside, terminals, audit
	Count int    // things waiting; 0 shows no number
}

// ConsoleSignIn is console/sign-in.html.
type ConsoleSignIn struct {
	Console
	Name  string // as typed
	Error string // in words
	Next  string // where to go after
	Kept  []KeptField
}

// KeptField is a field of a form that was posted after the session had ended: what was typed goes on with the
// sign-in and is there again after it.
type KeptField struct{ Name, Value string }

// ConsoleLetter is what the department writes to the resident about the last step, to be printed:
// console/letter.html.
type ConsoleLetter struct {
	Console
	Kind      civic.Status // supplement, accepted, declined, granted, refused
	Authority string
	Code      civic.TrackingCode
	Service   string
	Applicant string
	Filed     time.Time
	At        time.Time
	Words     string
	Owes      []string
	Until     civic.Date // of a supplement
	UntilDays int
	Limit     civic.Limit // of the decision, once accepted
	Due       civic.Date
	Contact   string
	Back      string
}

// ConsoleCases is the list of cases by deadline: console/cases.html.
type ConsoleCases struct {
	Console
	Filter CaseFilter
	Counts map[string]int // cases by view of the filter: open, late, mine, waiting, ended
	Views  []CaseView
	Rows   []CaseRow
	Total  int
	// What the filters may be set to.
	Statuses []civic.Status
	Services []OfficeChoice
	Points   []OfficeChoice
	Clerks   bool   // the reader is a clerk: who has taken a case is shown
	PrevURL  string // empty on the first page
	NextURL  string // empty on the last page
}

// CaseView is one view of the list with how many cases it holds under the other filters.
type CaseView struct {
	ID    string
	URL   string
	Count int
}

// CaseFilter stays in the URL.
type CaseFilter struct {
	View    string // mine, free, open, late, waiting, ended, all
	Query   string // a tracking code or a part of the service's name
	Status  string
	Service string
	Point   string
	From    string // days as 2026-11-23
	To      string
	Owing   bool // papers have not arrived, or a supplement is awaited
	// Narrowed says that anything but the view restricts the list.
	Narrowed bool
}

// CaseRow is one case in a list.
type CaseRow struct {
	Code      civic.TrackingCode
	Service   string
	Applicant string // masked
	Status    civic.Status
	Flags     civic.Flags
	Filed     time.Time
	Due       civic.Date // zero where no clock runs or the calendar is unpublished
	Left      int        // working or calendar days until Due; negative once late
	Used      int        // hundredths of the limit used, 0 to 100
	DueDays   int
	DueKind   civic.DayKind
	Point     string
	Owner     string // the department that decides, for a reader who sees several
	Clerk     string // login of who has taken it
	ClerkName string // that person's name
	Closed    bool   // the reader sees the line but may not open the case
}

// ConsoleCase is one case, read from top to bottom: console/case.html.
type ConsoleCase struct {
	Console
	Row       CaseRow
	Case      civic.Case
	Applicant civic.Party
	Proxy     *civic.Proxy
	Sections  []form.Section // the answers in words
	Papers    []CasePaper
	Coming    []CaseComing // files that are still on the way from the terminal
	Lost      []CaseComing // files that the terminal has lost: they will not come
	Instead   string       // how to get those anew, in one sentence
	History   []CaseEvent
	Acts      []CaseAct
	Missing   []civic.Material // what may be asked for in a supplement
	Asked     *CaseAsked       // the request for a supplement, if one was made
	Decision  *CaseDecision
	Errors    map[string]string // by name of the field of the act, and "" for the whole, in words
	Draft     map[string]string // what was typed in an act that was refused
	Letter    bool              // there is a letter to the resident to be printed
	Claim     *CaseClaim        // what a request about another case asks
	Hold      *CaseHold         // in force
	Erased    time.Time         // when what it held of the resident was erased; zero while it is kept
	Next      string            // what is decided next, by whom and until when, in one sentence
	Authority string            // who decides
	Others    []string          // who else opened the case just now, in words
	Holder    string            // login of the clerk who has taken it; empty for nobody
	Mine      bool              // that is the reader
	Documents []CaseDocument    // issued
	// HolderName names the holder.
	HolderName string
	Kept       string // the words of a refused act that can no longer be taken, to be copied
	// Alike are the applicant's other undecided cases for the same service; AlikeMore that not all of them are named.
	Alike     []CaseRow
	AlikeMore bool
}

// CasePaper is one material of a case with its papers.
type CasePaper struct {
	Name     string
	State    civic.HandedState
	Original int
	Copies   int
	Files    []CaseFile
	By       civic.Date // of an owed paper
}

// CaseFile is one attachment.
type CaseFile struct {
	Name    string
	Media   string
	Size    int64
	URL     string // empty while its bytes have not arrived
	Arrived bool
	Come    int64 // bytes that have come while it has not arrived
	Lost    bool  // the terminal has lost it
	Picture bool  // shown in place
	Sheet   bool  // a PDF, shown in place by the browser's own reader
}

// CaseComing is one file that has not arrived from the terminal, and how many bytes of it have come.
type CaseComing struct {
	Material, File string
	Come, Size     int64
}

// CaseDocument is one document that was issued.
type CaseDocument struct {
	Kind   civic.Status
	Number string
	At     time.Time
	Who    string
	URL    string
}

// CaseEvent is one line of the history.
type CaseEvent struct {
	At   time.Time
	Who  string       // display name, or the terminal; empty for the system itself
	To   civic.Status // the status it led to; empty if none
	Key  string       // locale key below "history." where no status changed
	Text string       // what was written to the resident or noted
}

// CaseAct is one thing the reader may do to the case now.
type CaseAct struct {
	ID string // supplement, accept, decline, pause, resume, grant, refuse, deliver
}

// CaseAsked is the request for a supplement, made once.
type CaseAsked struct {
	At    time.Time
	Items []string
	Words string
	Until civic.Date
}

// CaseDecision is the department's decision.
type CaseDecision struct {
	At       time.Time
	Status   civic.Status
	Words    string
	Document *CaseFile
}

// ConsoleTerminals is the fleet: console/terminals.html.
type ConsoleTerminals struct {
	Console
	Rows      []TerminalRow
	Strangers bool // machines not known here try to connect
}

// TerminalRow is one terminal.
type TerminalRow struct {
	Number     uint32
	Generation uint32
	Point      string
	Area       string
	Connected  bool
	LastSeen   time.Time // zero: never
	Held       uint64    // entries held of this generation
	Waiting    int       // entries it still keeps, as it last said
	Behind     uint64    // editions it has not applied
	Version    string
	Revoked    bool
	Training   bool
	Note       string // what needs a person, in words
	// What it last said of itself, in words; empty where it has not said.
	Oldest  time.Time // filing time of the oldest entry it still keeps; zero if none
	Disk    string
	Clock   string
	Printer string
	Care    []Care // what needs a person and what to do, the most pressing first
	Reason  string // why it was revoked, as written
}

// Care is one thing that needs a person, with what to do.
type Care struct {
	Reading string // which reading it is about
	Text    string
}

// ConsoleTerminal is one terminal: console/terminal.html.
type ConsoleTerminal struct {
	Console
	Row         TerminalRow
	Address     string
	Key         string // fingerprint of its key
	Readings    []Reading
	Generations []TerminalGeneration
	Life        string  // how its key ended, or what it is told to do and what that waits for; empty for neither
	Orders      bool    // it may be told something
	Points      []Point // to which it may be moved
}

// Reading is one thing that a terminal said of itself.
type Reading struct {
	ID    string   // records, receipts, disk, queue, line, clock, printer, version
	Value string   // in words; empty where it has not said
	Care  []string // what to do
}

// TerminalGeneration is a terminal under one of its numbers.
type TerminalGeneration struct {
	Number uint32
	Since  time.Time
	Point  string
	Held   uint64
	Safe   uint64    // of those, in a verified backup
	At     time.Time // of the last entry taken into custody; zero if none
}

// ConsoleEnrol makes an enrolment code: console/enrol.html.
type ConsoleEnrol struct {
	Console
	Points []Point
	Point  string // chosen
	Name   string // of a new point
	Area   string
	Errors map[string]string
	// Code is shown once, in groups; empty before it was made. Until is when it ends.
	Code  string
	Until time.Time
}

// Point is one service point to choose.
type Point struct {
	ID   string
	Name string
	Area string
}

// AuditRow is one entry of the audit.
type AuditRow struct {
	N    uint64
	At   time.Time
	Who  string
	Key  string // locale key below "audit.did."
	Code civic.TrackingCode
	What string // what it is about where that is no case: a login, a terminal, an item
	More string // what the entry keeps beside, as it is
	Role civic.Role
}

// ConsoleMessage is a page of one thing said: console/message.html.
type ConsoleMessage struct {
	Console
	Tone  Tone
	Title string
	Text  string
	URL   string
	Verb  string
}
