package desk

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/seal"
)

// Session is one resident's draft: an application, or a supplement to one. It exists in memory only and ends by
// Wipe, by Desk.End, by the desk's own sweep, or with the program.
type Session struct {
	id     string
	desk   *Desk
	kind   civic.EntryKind
	guide  shelved
	form   pinned // the zero pinned for a supplement
	place  Place
	policy civic.Policy
	entry  civic.EntryID
	secret civic.Secret
	asked  []civic.Material // of a supplement: what was asked for
	about  *Found           // of a supplement: the case it is about
	staff  string
	served atomic.Bool // what was given is durable

	mu      sync.Mutex // guards the rest
	lang    string
	touched time.Duration // by the monotonic clock
	answers form.Answers
	consent civic.Consent
	handed  map[string]*handed // by material id
	words   string             // of a supplement
	taken   *Taken             // once prepared, nothing changes any more
	receipt *civic.Receipt     // of taken
	issued  *Issued            // once it is durable
	wiped   bool
}

// ID returns the session's name for cookies: random, and of no use outside this program's memory.
func (s *Session) ID() string { return s.id }

// Lang returns the language the session is held in.
func (s *Session) Lang() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lang
}

// SetLang holds the session in another language from now on. What has been taken in keeps its own.
func (s *Session) SetLang(lang string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.lang = lang
	}
}

// Guide returns the guide the session is pinned to.
func (s *Session) Guide() civic.Guide { return s.guide.guide }

// Supplement reports whether the session answers a request for more papers; it then has no form.
func (s *Session) Supplement() bool { return s.kind == civic.EntrySupplement }

// Begin starts an application. consent is what the resident agreed to after reading Notice: the notice's version,
// and for a service that asks for sensitive data the separate consent. staff names who files for the resident at a
// counter; empty at a screen.
func (d *Desk) Begin(ctx context.Context, service, lang, staff string, consent civic.Consent) (*Session, error) {
	if err := d.Ready(ctx); err != nil {
		return nil, err
	}
	shelf, now := d.shelf.Load(), d.now()
	g, ok := shelf.byID[service]
	if !ok || !g.open(now) {
		return nil, civic.Refuse(civic.NotFound, "service", "desk.service")
	}
	f, ok := shelf.forms[g.guide.Form]
	if !ok || !g.guide.FiledHere() {
		return nil, civic.Refuse(civic.NotFound, "service", "desk.elsewhere")
	}
	if err := checkConsent(shelf.policy.Privacy, g.guide, consent); err != nil {
		return nil, err
	}
	place, err := d.opts.Site.Place(ctx)
	if err != nil {
		return nil, fmt.Errorf("read place: %w", err)
	}
	consent.At = now.Truncate(time.Millisecond)
	s := &Session{
		id: rand.Text(), desk: d, kind: civic.EntryApplication, lang: lang, guide: g, form: f, place: place,
		policy: shelf.policy, entry: newEntryID(), secret: seal.NewSecret(), staff: staff,
		touched: d.opts.Clock.Read().Mono, answers: form.Answers{}, consent: consent, handed: map[string]*handed{},
	}
	return s, d.admit(s)
}

// admit puts a session among the others, if there is still a place for it.
func (d *Desk) admit(s *Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy() >= d.opts.Sessions {
		return civic.Refuse(civic.Full, "", "desk.busy")
	}
	d.sessions[s.id] = s
	return nil
}

// Session returns a session by its id, and counts as a touch; NotFound once it has ended.
func (d *Desk) Session(id string) (*Session, error) {
	d.mu.Lock()
	s, ok := d.sessions[id]
	d.mu.Unlock()
	if !ok {
		return nil, civic.Refuse(civic.NotFound, "", "desk.ended")
	}
	s.Touch()
	return s, nil
}

// Touch says that the resident is still there.
func (s *Session) Touch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touched = s.desk.opts.Clock.Read().Mono
}

// End wipes a session and forgets it; an unknown id is nothing to end.
func (d *Desk) End(id string) {
	d.mu.Lock()
	s := d.sessions[id]
	delete(d.sessions, id)
	d.mu.Unlock()
	if s != nil {
		s.wipe()
	}
}

// WipeAll ends every session.
func (d *Desk) WipeAll() {
	d.mu.Lock()
	all := d.sessions
	d.sessions = map[string]*Session{}
	d.mu.Unlock()
	for _, s := range all {
		s.wipe()
	}
}

// busy counts the residents who are being served. Who has the receipt on the screen takes no place any more: the next
// one begins in front of that page. The caller holds the mutex.
func (d *Desk) busy() (n int) {
	for _, s := range d.sessions {
		if !s.served.Load() {
			n++
		}
	}
	return n
}

// vacancy reports whether one more session may begin. Where all places are taken, those that the page would have
// wiped by now are: a browser that crashed must not keep the next resident waiting.
func (d *Desk) vacancy() bool {
	d.mu.Lock()
	n := d.busy()
	d.mu.Unlock()
	if n < d.opts.Sessions {
		return true
	}
	policy := d.Policy()
	left := time.Duration(policy.IdleWarning+policy.IdleLeave) * time.Second
	return d.sweep(min(d.opts.Idle, max(left, leastIdle))) > 0
}

// leastIdle is how long a draft is left alone whatever the policy says: papers are looked for in bags.
const leastIdle = 5 * time.Minute

// sweep ends the sessions not touched for a time and returns how many. It counts by the monotonic clock: the wall
// clock may leap when central is first heard, and a draft must not be lost to that.
func (d *Desk) sweep(idle time.Duration) int {
	now := d.opts.Clock.Read().Mono
	d.mu.Lock()
	var left []string
	for id, s := range d.sessions {
		s.mu.Lock()
		if now-s.touched > idle {
			left = append(left, id)
		}
		s.mu.Unlock()
	}
	d.mu.Unlock()
	for _, id := range left {
		d.End(id)
		d.opts.Logger.Info("session wiped", "reason", "idle")
	}
	return len(left)
}

// wipe overwrites the papers and lets go of everything else.
func (s *Session) wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	s.wiped = true
	s.taken, s.receipt, s.issued = nil, nil, nil
	s.secret = civic.Secret{}
}

// clear forgets what the resident gave. The caller holds the mutex.
func (s *Session) clear() {
	for _, h := range s.handed {
		for _, p := range h.papers {
			clear(p.content)
		}
	}
	s.answers, s.handed, s.words = form.Answers{}, map[string]*handed{}, ""
}

// open refuses changes to a session that has ended or is confirmed. The caller holds the mutex.
func (s *Session) open() error {
	if s.wiped {
		return civic.Refuse(civic.NotFound, "", "desk.ended")
	}
	if s.taken != nil {
		return civic.Refuse(civic.Conflict, "", "desk.confirmed")
	}
	s.touched = s.desk.opts.Clock.Read().Mono
	return nil
}

// Pages returns the pages of the form that have something to ask now.
func (s *Session) Pages() []form.Page {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.form.form == nil {
		return nil
	}
	return s.form.form.Pages(s.answers, s.lang)
}

// SetAnswers keeps what a page posted, by field path, and returns the refusals of the page's fields. What was
// typed is kept all the same, so that the page can show it again beside the error. The error is about the session
// itself.
func (s *Session) SetAnswers(page string, posted map[string][]string) ([]*civic.Error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return nil, err
	}
	if s.form.form == nil {
		return nil, civic.Refuse(civic.NotFound, "", "form.page")
	}
	next := s.form.form.Read(s.answers, page, posted)
	if _, err := next.JSON(); err != nil {
		return nil, err
	}
	s.answers = next
	return s.form.form.CheckPage(s.answers, page, s.desk.now()), nil
}

func newEntryID() civic.EntryID {
	var id civic.EntryID
	if _, err := rand.Read(id[:]); err != nil {
		panic("bug: desk: random: " + err.Error()) // crypto/rand never fails since Go 1.24
	}
	return id
}
