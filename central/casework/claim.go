package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// asked is what the forms of the three claims ask beside who is asking. GR-001 to GR-003 in the catalogue name their
// fields so.
type asked struct {
	About string `json:"about"`
	Item  string `json:"item"` // of a correction
	Was   string `json:"was"`
	Is    string `json:"is"`
}

func askedOf(a *civic.Application) (v asked, err error) {
	err = json.Unmarshal(a.Answers, &v)
	return v, err
}

// claimed finds the case that a claim is about: the code must name a case, and the name and document of who asks must
// be those of its applicant. Anything else finds none, without a reason: the request then goes to the department of
// its guide, where a person looks at it (promise P7), and cannot be granted.
func (w *Casework) claimed(ctx context.Context, a *civic.Application) (store.Case, bool, error) {
	v, err := askedOf(a)
	if err != nil {
		return store.Case{}, false, nil // checked against the form before; a form of another make has no such field
	}
	code, err := civic.ParseTrackingCode(v.About)
	if err != nil {
		return store.Case{}, false, nil
	}
	c, err := w.o.Store.Find(ctx, code, a.Applicant.Document.LastFour())
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return store.Case{}, false, nil
	}
	if err != nil {
		return store.Case{}, false, err
	}
	d, err := w.o.Store.Read(ctx, code, store.System(), "claim", w.o.Now())
	if err != nil {
		return store.Case{}, false, err
	}
	of := d.Application.Applicant
	return c, of.Name == a.Applicant.Name && of.Document == a.Applicant.Document, nil
}

// Standing is what a clerk has to know of a claim before deciding it.
type Standing struct {
	Claim civic.Claim
	About civic.TrackingCode // 0: no case of this person was found
	Item  string             // of a correction, with the old value and the new
	Was   string
	Is    string
	// Bar is why it cannot be granted now, nil where it can.
	Bar *civic.Error
}

// Standing reads the claim of a case that was opened for a clerk; nil where it makes none.
func (w *Casework) Standing(ctx context.Context, d *store.Dossier) (*Standing, error) {
	if d.Case.Claim == civic.NoClaim {
		return nil, nil
	}
	s := &Standing{Claim: d.Case.Claim, About: d.Case.About}
	if v, err := askedOf(&d.Application); err == nil {
		s.Item, s.Was, s.Is = v.Item, v.Was, v.Is
	}
	var err error
	if d.Case.Status.Decided() || d.Case.Status.Ended() {
		return s, nil
	}
	s.Bar, err = w.bar(ctx, &d.Case)
	return s, err
}

// bar decides whether a claim can be granted now. A deletion is barred by a hold, while the case runs, and until the
// end of a term that the law sets (个人信息保护法 47, second paragraph).
func (w *Casework) bar(ctx context.Context, request *store.Case) (*civic.Error, error) {
	if request.About == 0 {
		return civic.Refuse(civic.Forbidden, "about", "claim.nobody"), nil
	}
	c, err := w.o.Store.Case(ctx, request.About)
	if err != nil {
		return nil, err
	}
	if !c.Erased.IsZero() {
		return civic.Refuse(civic.Forbidden, "about", "claim.erased"), nil
	}
	if request.Claim != civic.ClaimDeletion {
		return nil, nil
	}
	var no *civic.Error
	if errors.As(c.MayErase(), &no) {
		return no, nil
	}
	years, err := w.years(ctx)
	if err != nil {
		return nil, err
	}
	return kept(civic.TermOf(c.Retention, c.Status, years), c.Since, w.o.Now()), nil
}

// kept returns why a term does not let a case be erased, nil where it does.
func kept(t civic.Term, ended, now time.Time) *civic.Error {
	if !t.Duty {
		return nil
	}
	until, ends := t.Until(ended)
	switch {
	case !ends:
		return civic.Refuse(civic.Forbidden, "term", "erase.forever", t.Law)
	case !until.Before(civic.DateOf(now)):
		return civic.Refuse(civic.Forbidden, "term", "erase.duty", until.Year, t.Law)
	}
	return nil
}

// upon makes what granting a claim does to the case that it is about; nil for a copy, which is handed over, and for
// every case that makes no claim. A claim that is barred cannot be granted.
func (w *Casework) upon(ctx context.Context, request *store.Case, by store.Person) (*store.Upon, error) {
	if request.Claim == civic.NoClaim {
		return nil, nil
	}
	bar, err := w.bar(ctx, request)
	if err != nil {
		return nil, err
	}
	if bar != nil {
		return nil, bar
	}
	detail := "claim " + request.Code.Digits()
	switch request.Claim {
	case civic.ClaimDeletion:
		return &store.Upon{Erase: &store.Erasure{Code: request.About, Actor: clerk(by), At: w.o.Now(), Detail: detail}}, nil
	case civic.ClaimCorrection:
		correct, err := w.correction(ctx, request, by, detail)
		return &store.Upon{Correct: correct}, err
	}
	return nil, nil
}

// correction notes the old value and the new in the case that is corrected. What the resident filed stays as it was
// signed; clock and status stay too.
func (w *Casework) correction(ctx context.Context, request *store.Case, by store.Person, detail string) (*store.Step, error) {
	d, err := w.o.Store.Read(ctx, request.Code, clerk(by), detail, w.o.Now())
	if err != nil {
		return nil, err
	}
	v, err := askedOf(&d.Application)
	if err != nil {
		return nil, fmt.Errorf("read what is to be corrected: %w", err)
	}
	c, err := w.o.Store.Case(ctx, request.About)
	if err != nil {
		return nil, err
	}
	return &store.Step{
		Code: c.Code, Version: c.Version, To: c.Status, Actor: clerk(by), At: w.o.Now(), Since: c.Since, Flags: c.Flags,
		Clock: unchanged(c), Note: store.NoteCorrected, Words: corrected(v, request.Code),
	}, nil
}

// corrected words a correction as the history shows it: what, from, to, and by which request. It is written in
// Chinese, as all that goes into a file is.
func corrected(v asked, request civic.TrackingCode) string {
	return fmt.Sprintf("%s：原为“%s”，更正为“%s”。依申请 %s 更正。", v.Item, v.Was, v.Is, request)
}
