package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/seal"
)

// Issued is what the resident gets once everything is durable.
type Issued struct {
	Entry   civic.EntryID
	Receipt civic.Receipt
}

// Review is a session read back before it is confirmed.
type Review struct {
	Applicant string // as answered; empty for a supplement
	Proxy     string // who files for the applicant; empty if none
	Sections  []form.Section
	Materials []Material
	Words     string         // of a supplement
	Faults    []*civic.Error // what still stands in the way, in the order it is asked
}

// Review reads the session back. A session without faults can be confirmed.
func (s *Session) Review() Review {
	materials := s.Materials()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Review{Materials: materials, Words: s.words, Faults: s.faults()}
	if s.form.form != nil {
		r.Sections = s.form.form.Review(s.answers, s.lang)
		applicant, proxy := s.form.form.Parties(s.answers)
		r.Applicant = applicant.Name
		if proxy != nil {
			r.Proxy = proxy.Name
		}
	}
	return r
}

// CheckMaterials returns what is missing among the materials.
func (s *Session) CheckMaterials() []*civic.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.materialFaults()
}

func (s *Session) materialFaults() []*civic.Error {
	if s.form.form == nil {
		return s.supplementFaults()
	}
	return s.form.form.CheckMaterials(s.needed(), s.answers, s.counted())
}

// faults returns everything that stands in the way of confirming. The caller holds the mutex.
func (s *Session) faults() []*civic.Error {
	var errs []*civic.Error
	if s.form.form != nil {
		errs = s.form.form.Check(s.answers, s.desk.now())
	}
	errs = append(errs, s.materialFaults()...)
	if s.needsGuardian() && !s.consent.Guardian {
		errs = append(errs, civic.Refuse(civic.Missing, "guardian", "consent.guardian", civic.GuardianAge))
	}
	return errs
}

// counted returns what was handed for the materials that apply, without digests: those exist once sealed.
func (s *Session) counted() []civic.Handed {
	var out []civic.Handed
	for _, m := range s.needed() {
		if h := s.handed[m.ID]; h != nil {
			out = append(out, civic.Handed{Material: m.ID, State: h.state, Papers: make([]civic.Attachment, len(h.papers))})
		} else if m.Need == civic.NeedOptional {
			out = append(out, civic.Handed{Material: m.ID, State: civic.HandedNone})
		}
	}
	return out
}

// Confirm takes the session in. It returns only after the store has made everything durable; the page then shows
// the receipt and tells the desk by Shown. Pressed again, at once or after an answer that was not heard, it
// returns the same receipt of the same entry. ctx may end when the resident's page goes away: taking in, once
// begun, is finished all the same.
func (s *Session) Confirm(ctx context.Context) (*Issued, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.issued != nil {
		return s.issued, nil
	}
	if s.wiped {
		return nil, civic.Refuse(civic.NotFound, "", "desk.ended")
	}
	ctx = context.WithoutCancel(ctx)
	if s.taken == nil {
		if err := s.prepare(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.desk.opts.Store.TakeIn(ctx, *s.taken); err != nil {
		return nil, &civic.Error{Code: civic.Unavailable, Key: "desk.unsaved", Err: fmt.Errorf("take in: %w", err)}
	}
	s.issued = &Issued{Entry: s.entry, Receipt: *s.receipt}
	s.taken.Papers = nil // the store has them
	s.served.Store(true)
	s.clear()
	return s.issued, nil
}

// prepare seals the session into s.taken and lays out s.receipt. From then on nothing of it changes, so that a
// second try hands the store the same bytes.
func (s *Session) prepare(ctx context.Context) error {
	if errs := s.faults(); len(errs) > 0 {
		return errs[0]
	}
	key, err := s.desk.opts.Site.SealKey(ctx)
	if err != nil {
		return &civic.Error{Code: civic.Unavailable, Key: "desk.keys", Err: err}
	}
	evidence := s.desk.evidence(ctx)
	code, err := s.code(ctx)
	if err != nil {
		return err
	}
	p := packer{key: key, entry: civic.Entry{
		Kind: s.kind, ID: s.entry, Terminal: s.place.Number, Code: code, Evidence: evidence,
	}}
	materials, err := p.papers(s.needed(), s.handed, s.counted())
	if err != nil {
		return err
	}
	plain, err := s.plain(code, materials)
	if err != nil {
		return err
	}
	if err := p.seal(plain); err != nil {
		return err
	}
	receipt := s.layOut(&p.entry, materials)
	locked, err := lockReceipt(s.secret, receipt)
	if err != nil {
		return err
	}
	filed, _ := evidence.FiledAt()
	s.taken = &Taken{Entry: p.entry, Papers: p.sealed, Receipt: locked, At: filed}
	s.receipt = receipt
	return nil
}

// plain writes what is sealed: an application or the answer to a request for more.
func (s *Session) plain(code civic.TrackingCode, materials []civic.Handed) ([]byte, error) {
	if s.form.form == nil {
		return marshal(civic.SupplementAnswer{
			ID: s.entry, Code: code, Secret: s.secret, Words: s.words, Materials: materials,
		})
	}
	answers, err := s.form.form.Clean(s.answers).JSON()
	if err != nil {
		return nil, err
	}
	applicant, proxy := s.form.form.Parties(s.answers)
	return marshal(civic.Application{
		ID: s.entry, Code: code, Service: s.guide.guide.ID, Guide: s.guide.rev, Form: s.form.rev, Lang: s.lang,
		Applicant: applicant, Proxy: proxy, Answers: answers, Materials: materials, Privacy: s.consent,
		Secret: s.secret, Point: s.place.Point, Staff: s.staff, Training: s.place.Training,
	})
}

func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write plaintext: %w", err)
	}
	return b, nil
}

// code returns the tracking code of the entry: a new one for an application, the case's own for a supplement.
func (s *Session) code(ctx context.Context) (civic.TrackingCode, error) {
	if s.about != nil {
		return s.about.Code, nil
	}
	number := s.place.Number
	if s.place.Training {
		number = 0 // the code itself says that it counts for nothing
	}
	return s.desk.newCode(ctx, number)
}

// maxDraws bounds the tries for a code: with nine random digits a second try is already rare.
const maxDraws = 16

// newCode draws a tracking code that this terminal has not given out.
func (d *Desk) newCode(ctx context.Context, number uint32) (civic.TrackingCode, error) {
	for range maxDraws {
		code := civic.NewTrackingCode(number, random9())
		known, err := d.opts.Store.Kept(ctx, code)
		if err != nil {
			return code, fmt.Errorf("check tracking code: %w", err)
		}
		if len(known) == 0 {
			return code, nil
		}
	}
	return 0, fmt.Errorf("draw tracking code: %d in a row were taken", maxDraws)
}

// random9 draws nine digits, each value as likely as any other.
func random9() uint32 {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000))
	if err != nil {
		panic("bug: desk: random: " + err.Error()) // crypto/rand never fails since Go 1.24
	}
	return uint32(n.Uint64())
}

// packer seals one entry and its papers to central's key.
type packer struct {
	key    *seal.PublicKey
	entry  civic.Entry
	sealed [][]byte
}

// papers seals every attachment in order, index 1 and up, and returns what was handed with the names of the
// ciphertexts.
func (p *packer) papers(needed []civic.Material, all map[string]*handed, list []civic.Handed) ([]civic.Handed, error) {
	for i := range list {
		h := all[list[i].Material]
		if h == nil {
			continue
		}
		for _, m := range needed {
			if m.ID == list[i].Material && h.state == civic.HandedIn {
				list[i].Original, list[i].Copies = m.Original, m.Copies
			}
		}
		for j, paper := range h.papers {
			ctx := seal.Context{Kind: p.entry.Kind, Entry: p.entry.ID, Index: uint32(len(p.sealed) + 1)}
			packet, err := seal.Seal(p.key, ctx, paper.content)
			if err != nil {
				return nil, fmt.Errorf("seal paper: %w", err)
			}
			digest := civic.DigestOf(packet)
			p.sealed = append(p.sealed, packet)
			p.entry.Papers = append(p.entry.Papers, civic.Paper{Digest: digest, Size: int64(len(packet))})
			list[i].Papers[j] = civic.Attachment{
				Digest: digest, Size: int64(len(packet)), Name: paper.name, Media: paper.media,
				Plain: civic.DigestOf(paper.content),
			}
		}
	}
	return list, nil
}

// seal seals the entry itself, index 0.
func (p *packer) seal(plain []byte) error {
	packet, err := seal.Seal(p.key, seal.Context{Kind: p.entry.Kind, Entry: p.entry.ID}, plain)
	if err != nil {
		return fmt.Errorf("seal %s: %w", p.entry.Kind, err)
	}
	p.entry.Sealed = packet
	return nil
}

// Shown records that the receipt of an entry stands on the screen or left the printer.
func (d *Desk) Shown(ctx context.Context, id civic.EntryID) error {
	if err := d.opts.Store.Shown(ctx, id); err != nil {
		return fmt.Errorf("record receipt shown: %w", err)
	}
	return nil
}

// Saved is one entry of the staff's list of what was saved without its receipt being shown.
type Saved struct {
	Code  civic.TrackingCode
	Kind  civic.EntryKind
	State civic.EntryState
	Taken time.Time
}

// Unshown returns what was saved and whose receipt was not shown, oldest first: the resident left with nothing in
// hand and should be looked for. Who it was the terminal cannot say.
func (d *Desk) Unshown(ctx context.Context) ([]Saved, error) {
	list, err := d.opts.Store.Unshown(ctx)
	if err != nil {
		return nil, fmt.Errorf("list receipts not shown: %w", err)
	}
	var out []Saved
	for _, k := range list {
		out = append(out, Saved{k.Code, k.Kind, k.State, k.Taken})
	}
	return out, nil
}
