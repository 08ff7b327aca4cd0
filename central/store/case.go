package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"doorstep/sync/civic"
)

// Cases keeps the cases and every step they took.
type Cases interface {
	// Cases returns a page of cases without personal data, by deadline and then by code. A case that is there
	// through all pages is on exactly one of them, whatever else is opened meanwhile, unless its deadline moves.
	Cases(ctx context.Context, f Filter) ([]Case, error)
	// Count returns how many cases a filter holds, whatever its After and Max.
	Count(ctx context.Context, f Filter) (int, error)
	// Case returns what the program needs to move a case on; civic.NotFound.
	Case(ctx context.Context, code civic.TrackingCode) (Case, error)
	// Read returns all of a case for a person, and writes who looked and why into the audit in the same unit of
	// work; civic.NotFound, and then nothing is written.
	Read(ctx context.Context, code civic.TrackingCode, by Actor, reason string, at time.Time) (Dossier, error)
	// Step changes a case: its status, clock, words, notice to the point, and the audit entry at once. A case that
	// is no longer at Version is civic.Conflict; a status that the actor's role may not set from the present one
	// is civic.Forbidden (Step.Check). With an Entry, the entry gets the outcome civic.OutcomeCase in the same unit
	// of work, and a second call for it changes nothing.
	Step(ctx context.Context, s Step) error
	// Alike returns the other cases of the same applicant, known by the document, for the same service that are still
	// to be decided, the first filed first, at most max. A case that was erased has none; civic.NotFound.
	Alike(ctx context.Context, code civic.TrackingCode, max int) ([]Case, error)
	// Ripe returns cases in a status whose day has passed: Due before day, or Until where no clock runs.
	Ripe(ctx context.Context, s civic.Status, day civic.Date, max int) ([]civic.TrackingCode, error)
}

// Case is a case without the resident's data, but with what the program needs to go on with it.
type Case struct {
	civic.Case
	ServiceName string
	Retention   string
	Until       civic.Date // in Supplement: the last day to answer; zero if none
	Rest        int        // in Paused: the days left of the decision clock
	Asked       bool       // a supplement has been asked for: there is no second time
	Owes        []string   // what the last supplement asked for
	Clerk       string     // login of who has taken it; empty for nobody
	Secret      civic.Secret
	Held        bool      // a legal hold is in force
	Erased      time.Time // when the resident's data was erased; zero while it is kept
	Claim       civic.Claim
	Decided     time.Time          // when the department first gave its word; zero until then
	Timely      Timely             // how that stood to the clock
	About       civic.TrackingCode // the case that a claim is about; 0 where none was found for this person
}

// Filter says which cases a list shows. Zero fields do not restrict.
type Filter struct {
	Department string
	Service    string
	Named      string // only cases of services whose name holds this text, in any case of letters
	Statuses   []civic.Status
	DueBefore  civic.Date // only cases with a clock that ends before this day
	Filed      Span
	Decided    Span
	Timely     Timely     // only cases so judged
	Point      string     // filed there
	FiledFrom  civic.Date // filed on this day or later
	FiledTo    civic.Date // filed on this day or earlier
	Clerk      string     // taken by this person
	Free       bool       // taken by nobody
	Owing      bool       // papers have not arrived, or a supplement is awaited
	After      *civic.Case
	Max        int // at most this many; 0 is MaxPage
}

// Span is a stretch of time: From is in it, To is not. The zero Span does not restrict.
type Span struct{ From, To time.Time }

// MaxPage bounds a page of any list.
const MaxPage = 200

// Dossier is a whole case as an authorised person reads it.
type Dossier struct {
	Case        Case
	Application civic.Application
	Answers     []civic.SupplementAnswer
	Withdrawal  *civic.Withdrawal
	History     []Past
	Papers      []Paper // of the application and of every answer
	Holds       []Hold  // every legal hold there was, the first first
	Documents   []Document
}

// Past is a step that a case took.
type Past struct {
	From, To civic.Status
	Actor    Actor
	At       time.Time
	Deemed   bool
	Words    string   // reason, explanation or decision
	Owes     []string // for Supplement
	Note     Note     // where the status stayed
}

// Step is one change of a case. What it does not say stays.
type Step struct {
	Code    civic.TrackingCode
	Version uint64 // the version that the actor saw
	To      civic.Status
	Actor   Actor
	At      time.Time
	Since   time.Time // from when the status counts; zero is At
	Clock   Running
	Flags   civic.Flags
	Words   string   // encrypted: reason, explanation or decision
	Owes    []string // encrypted: the checklist of a supplement
	Notice  []byte   // the status notice, locked under the receipt secret
	Entry   *Ref     // the entry that brought it
	Content []byte   // encrypted: the entry's plaintext
	// Document is issued with the step. One whose number is not the next of its department and year is civic.Conflict:
	// another was issued since it was written.
	Document *Document
	Note     Note  // for a step that leaves the status as it is
	Upon     *Upon // what the step does to another case, in the same unit of work
}

// Note says what a step tells that changes no status.
type Note string

// NoteCorrected tells what a resident had corrected; the words name the old value and the new.
const NoteCorrected Note = "corrected"

// Upon is what granting a claim does to the case that it is about.
type Upon struct {
	Correct *Step    // with NoteCorrected
	Erase   *Erasure // as Retention.Erase
}

// Running is the clock of a case after a step; zero if none runs.
type Running struct {
	Due   civic.Date
	Days  int
	Kind  civic.DayKind
	Until civic.Date
	Rest  int
}

// Check decides whether s may be taken by a case that is now as c says.
func (s *Step) Check(c *civic.Case, asked bool) error {
	switch {
	case c.Version != s.Version:
		return civic.Refuse(civic.Conflict, "version", "case.changed")
	case s.To == c.Status && s.Actor.Role == civic.RoleSystem:
		return nil // what the notice says changed: papers arrived
	case s.To == c.Status && s.Entry != nil && (c.Status == civic.Filed || c.Status == civic.Accepted):
		return nil // papers that were owed follow, without having been asked for
	case s.To == c.Status && s.Note == NoteCorrected && s.Actor.Role == civic.RoleClerk && s.Words != "":
		return nil // also after the end: a record that is kept is kept right
	case !c.Status.May(s.To, s.Actor.Role):
		return civic.Refuse(civic.Forbidden, "status", "case.step")
	case s.To == civic.Supplement && asked:
		return civic.Refuse(civic.Forbidden, "status", "case.twice")
	case s.To == civic.Supplement && len(s.Owes) == 0:
		return civic.Refuse(civic.Missing, "owes", "case.owes")
	case (s.To == civic.Granted || s.To == civic.Refused || s.To == civic.Declined) && s.Words == "":
		return civic.Refuse(civic.Missing, "words", "case.words")
	}
	return nil
}

// Undecided returns the statuses of a case that is still to be decided.
func Undecided() []civic.Status {
	return slices.DeleteFunc(civic.Statuses(), func(s civic.Status) bool { return s.Decided() || s.Ended() })
}

// ApplicationOf reads the plaintext that Open was given.
func ApplicationOf(b []byte) (a civic.Application, err error) {
	err = json.Unmarshal(b, &a)
	return a, err
}

// Enquiries answers who has a code and the last four characters of the document used.
type Enquiries interface {
	// Find returns the case; a wrong pair and an unknown code are the same civic.NotFound.
	Find(ctx context.Context, code civic.TrackingCode, lastFour string) (Case, error)
	// Whereabouts returns how far the entry that bears a code has come: NotFound while none is held.
	Whereabouts(ctx context.Context, code civic.TrackingCode) (Whereabouts, error)
}

// Whereabouts is what central has under a tracking code.
type Whereabouts struct {
	Received time.Time     // of the entry
	Outcome  civic.Outcome // empty while it is not opened
	Case     *Case         // nil unless the outcome is civic.OutcomeCase
}
