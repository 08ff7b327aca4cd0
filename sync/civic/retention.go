package civic

import "time"

// Term is how long central keeps what a case holds of a resident after the case has ended. What stays when it is over
// names no one: code, service, department, point, statuses and times for the figures, and the digests that prove the
// chain and let a repeat be recognised.
//
// Terms are counted in whole years from the 1 January after the end, as archives count them.
type Term struct {
	Class string // of the guide, or ClassUndecided
	Years int    // Forever for one that never ends
	Duty  bool   // a law or regulation sets it: before its end nothing is erased, whoever asks
	Law   string // what it rests on
}

// The retention classes. A guide names one of the first five.
const (
	ClassPermit   = "permit"   // licences and permits
	ClassBenefit  = "benefit"  // money and help given
	ClassRegister = "register" // what enters a register of persons, households, property or enterprises
	ClassLetter   = "letter"   // letters, complaints and questions
	ClassRequest  = "request"  // requests for a copy, a correction or a deletion
	// ClassUndecided holds the cases of every class that ended without the department's word: withdrawn by the
	// resident or lapsed.
	ClassUndecided = "undecided"
)

// Forever is the length of a term that never ends.
const Forever = -1

// minDuty is the shortest term that the archive regulation knows: a site may not go below it where it binds.
const minDuty = 10

// Terms returns the term of each class in the order they are shown. years, the site's policy, changes lengths: it may
// lengthen any, and shorten those that no law sets. 国家档案局令第8号 art. 6 to 8 knows permanent, 30 and 10 years and leaves
// it to each office which of its files are which; which class gets which is therefore this product's choice, and so is
// the length of every term without a duty.
func Terms(years map[string]int) []Term {
	const archive = "《机关文件材料归档范围和文书档案保管期限规定》（国家档案局令第8号）"
	terms := []Term{
		{ClassPermit, 10, true, archive + "第六条、第八条"},
		{ClassBenefit, 30, true, archive + "第六条、第八条"},
		{ClassRegister, Forever, true, archive + "第六条、第七条"},
		{ClassLetter, 10, true, archive + "第六条、第八条"},
		{ClassRequest, 3, false, "《个人信息保护法》第十九条、第五十六条"},
		{ClassUndecided, 1, false, "《个人信息保护法》第十九条"},
	}
	for i := range terms {
		t := &terms[i]
		n, ok := years[t.Class]
		switch {
		case !ok || n == 0 || n < Forever || t.Years == Forever:
		case n == Forever || !t.Duty:
			t.Years = n
		default:
			t.Years = max(n, minDuty)
		}
	}
	return terms
}

// TermOf returns the term of a case that ended in a status. A class that is not known has a term that never ends:
// nothing is erased on a guess.
func TermOf(class string, ended Status, years map[string]int) Term {
	if ended == Withdrawn || ended == Lapsed {
		class = ClassUndecided
	}
	for _, t := range Terms(years) {
		if t.Class == class {
			return t
		}
	}
	return Term{Class: class, Years: Forever, Duty: true}
}

// Statuses returns the statuses in which a case of the term has ended.
func (t Term) Statuses() []Status {
	if t.Class == ClassUndecided {
		return []Status{Lapsed, Withdrawn}
	}
	return []Status{Declined, Delivered}
}

// Covers reports whether t rules the cases of a class that ended in a status.
func (t Term) Covers(class string, ended Status) bool {
	return TermOf(class, ended, nil).Class == t.Class
}

// Until returns the last day on which what ended at an instant is kept; false where it is kept for ever.
func (t Term) Until(ended time.Time) (Date, bool) {
	if t.Years == Forever {
		return Date{}, false
	}
	return Date{DateOf(ended).Year + t.Years, time.December, 31}, true
}

// Over returns the instant before which a case must have ended for its term to be over today; false where no term of
// t is ever over.
func (t Term) Over(today Date) (time.Time, bool) {
	if t.Years == Forever {
		return time.Time{}, false
	}
	return Date{today.Year - t.Years, time.January, 1}.Time(), true
}
