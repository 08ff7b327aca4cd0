package desk

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// maxWords bounds what a resident may write beside a supplement or a withdrawal, in characters.
const maxWords = 500

// BeginSupplement starts the answer to a request for more papers, by the QR on the receipt. What was asked for is
// in the case's last state, so that state must have reached this terminal.
func (d *Desk) BeginSupplement(ctx context.Context, scanned, lang, staff string) (*Session, error) {
	if err := d.Ready(ctx); err != nil {
		return nil, err
	}
	f, err := d.Lookup(ctx, scanned)
	if err != nil {
		return nil, err
	}
	if f.Status == nil {
		return nil, civic.Refuse(civic.Unavailable, "", "supplement.unknown")
	}
	if f.Status.Status != civic.Supplement {
		return nil, civic.Refuse(civic.Conflict, "", "supplement.not-asked")
	}
	if f.Pending {
		return nil, civic.Refuse(civic.Conflict, "", "supplement.pending")
	}
	place, err := d.opts.Site.Place(ctx)
	if err != nil {
		return nil, err
	}
	shelf := d.shelf.Load()
	guide := shelf.byID[f.Status.Service]
	if f.Service == "" {
		f.Service = guide.guide.Name
	}
	s := &Session{
		id: rand.Text(), desk: d, kind: civic.EntrySupplement, lang: lang, guide: guide, place: place,
		policy: shelf.policy, entry: newEntryID(), secret: f.secret, staff: staff, about: f,
		asked: askedFor(f.Status.Owes, guide.guide.Materials), touched: d.opts.Clock.Read().Mono,
		answers: form.Answers{}, handed: map[string]*handed{},
	}
	return s, d.admit(s)
}

// askedFor turns the names in a request into materials: the guide's own where it has one of that name.
func askedFor(owes []string, materials []civic.Material) []civic.Material {
	var out []civic.Material
	for i, name := range owes {
		m := civic.Material{ID: "asked-" + strconv.Itoa(i+1), Name: name, Copies: 1}
		if j := slices.IndexFunc(materials, func(m civic.Material) bool { return m.Name == name }); j >= 0 {
			m = materials[j]
		}
		// Everything was asked for at once and is to be answered at once, by papers or by words.
		m.Need, m.When = civic.NeedOptional, ""
		out = append(out, m)
	}
	return out
}

// SetWords keeps what the resident writes beside a supplement.
func (s *Session) SetWords(words string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	words, err := tidyWords(words)
	if err != nil {
		return err
	}
	s.words = words
	return nil
}

func tidyWords(words string) (string, error) {
	words = strings.TrimSpace(strings.ToValidUTF8(words, ""))
	if utf8.RuneCountInString(words) > maxWords {
		return "", civic.Refuse(civic.Invalid, "words", "form.long", maxWords)
	}
	return words, nil
}

// supplementFaults refuses a supplement that answers nothing. One that answers a part is taken: the clerk decides
// whether it is enough, and time may be short.
func (s *Session) supplementFaults() []*civic.Error {
	if s.words != "" {
		return nil
	}
	for _, h := range s.handed {
		if len(h.papers) > 0 {
			return nil
		}
	}
	return []*civic.Error{civic.Refuse(civic.Missing, "materials", "supplement.empty")}
}

// layOutSupplement writes the receipt of a supplement: the case's own code and QR, the papers received now.
func (s *Session) layOutSupplement(e *civic.Entry, materials []civic.Handed) *civic.Receipt {
	filed, sure := e.Evidence.FiledAt()
	r := &civic.Receipt{
		Code: e.Code, QR: s.about.qr, Host: s.policy.TrackingHost, Lang: s.lang, Authority: s.policy.Authority,
		Point: pointLine(s.place), Terminal: s.place.Number, Service: s.about.Service, ServiceID: s.about.Status.Service,
		TakenBy: s.staff, Filed: filed, Sure: sure, Custody: civic.AtTerminal,
		ReplyBy: s.desk.dueBy(filed, sure, s.policy.ReplyDays), ReplyDays: s.policy.ReplyDays,
		Contact: contact(s.guide.guide.Contact, s.policy.Contact), Copy: 1, Training: s.about.Training,
	}
	if first := s.about.Receipt; first != nil {
		r.Applicant, r.Document, r.Proxy = first.Applicant, first.Document, first.Proxy
		r.Days, r.DayKind = first.Days, first.DayKind
	}
	s.listPapers(r, materials)
	return r
}
