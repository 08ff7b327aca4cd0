package view

import (
	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// Guide is the text of one service: kiosk/guide.html.
type Guide struct {
	Kiosk
	Guide  civic.Guide
	Ready  bool   // an application can be started now
	Reason string // why not, in words; empty if Ready or if it is filed elsewhere
	Back   string // URL of the list it was found in; empty is the first page
	Blank  bool   // a blank form can be printed to take away
	// Printed says what became of the blank form that was asked for: "printing", "no" or "enough"; empty before.
	Printed string
}

// Privacy is the notice before the first field (promise P13): kiosk/privacy.html.
type Privacy struct {
	Kiosk
	Service   string // id
	Name      string // of the service, in the reader's language
	Notice    civic.PrivacyNotice
	Sensitive string            // which sensitive data and why, from the guide; asked apart; empty where none is asked
	Class     string            // retention class
	Errors    map[string]string // by "notice" and "sensitive", in words
}

// Step is one page of a form: kiosk/step.html.
type Step struct {
	Kiosk
	Name   string            // of the service
	Page   form.Page         // as Session.Pages gives it
	Number int               // of this step, from 1
	Count  int               // of all steps with materials and review
	Next   string            // title of the next page of the form; empty on the last: materials come next
	Back   string            // URL of the page before
	Errors map[string]string // by field path, in words
	Return bool              // came from the review page and goes back to it
	// Guardian asks the guardian's consent for an applicant under civic.GuardianAge, on this page.
	Guardian      bool
	GuardianGiven bool
}

// Materials is the list of papers: kiosk/materials.html.
type Materials struct {
	Kiosk
	Name       string // of the service, or of the case a supplement answers
	Rows       []Material
	Number     int
	Count      int
	Back       string // URL of the page before
	Camera     bool   // a document camera is there
	MaxPaper   int64  // bytes of one paper
	Supplement bool   // these answer a request for more papers
	Words      string // of a supplement: what the resident wants to say
}

// Material is one paper of the list.
type Material struct {
	civic.Material
	State  civic.HandedState // empty: not answered yet
	Papers []Paper
	By     civic.Date // of one that may follow later: until when; zero where no date may be shown
	Error  string     // in words; empty if there is nothing to refuse
}

// Paper is one attachment in memory.
type Paper struct {
	N     int // its number within the material, from 0
	Name  string
	Media string
	Size  int
	URL   string // shows it; empty where it cannot be shown
}

// Review is the application read back like a letter: kiosk/review.html.
type Review struct {
	Kiosk
	Name       string // of the service
	Authority  string // to whom
	Applicant  string // as the letter is signed
	Proxy      string // who files for the applicant; empty if none
	Sections   []form.Section
	Materials  []Material
	Number     int
	Count      int
	Back       string
	Error      string // why it could not be taken in, in words
	Supplement bool
	Words      string
	Code       civic.TrackingCode // of the case a supplement answers
}

// Done is shown only once the application is durable (promise P1): kiosk/done.html.
type Done struct {
	Kiosk
	Receipt    civic.Receipt
	Print      PrintState
	Supplement bool // a supplement was taken in: same code, no new receipt
}

// PrintState is how the print of a receipt stands, as far as the printer says.
type PrintState string

// The states of a print.
const (
	NotPrinted PrintState = ""        // not asked for
	Printing   PrintState = "sent"    // sent to the printer
	Printed    PrintState = "printed" // the printer said so
	NoPaper    PrintState = "paper"   // out of paper: the screen says to note the code
	NoPrinter  PrintState = "none"    // no printer answers
)
