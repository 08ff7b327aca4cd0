package desk

import (
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/sync/civic"
	"doorstep/sync/form"
	"doorstep/sync/seal"
)

// layOut writes the receipt of a sealed entry. Everything personal on it is masked here, once.
func (s *Session) layOut(e *civic.Entry, materials []civic.Handed) *civic.Receipt {
	if s.about != nil {
		return s.layOutSupplement(e, materials)
	}
	g := &s.guide.guide
	filed, sure := e.Evidence.FiledAt()
	qr := civic.ReceiptQR{
		Code: e.Code, Filed: filed, Sure: sure, Training: s.place.Training, Secret: s.secret,
		Entry: sealedMark(e.Sealed),
	}
	qr.Sign(s.desk.opts.Site.Sign)
	applicant, proxy := s.form.form.Parties(s.answers)
	limit := g.Decision()
	r := &civic.Receipt{
		Code: e.Code, QR: qr.Link(s.policy.TrackingHost), Host: s.policy.TrackingHost, Lang: s.lang,
		Authority: s.policy.Authority, Point: pointLine(s.place), Terminal: s.place.Number,
		Service: g.Name, ServiceID: g.ID,
		Applicant: civic.MaskName(applicant.Name), Document: s.documentLine(applicant.Document), TakenBy: s.staff,
		Filed: filed, Sure: sure, Custody: civic.AtTerminal,
		ReplyBy: s.desk.dueBy(filed, sure, s.policy.ReplyDays), ReplyDays: s.policy.ReplyDays,
		Contact: contact(g.Contact, s.policy.Contact), Copy: 1, Training: s.place.Training,
	}
	if g.Trust.LimitIsFact() {
		r.Days, r.DayKind = limit.Days, limit.Kind
	}
	if proxy != nil {
		r.Proxy = civic.MaskName(proxy.Name)
	}
	s.listPapers(r, materials)
	return r
}

// sealedMark is the part of a sealed packet's digest that the QR carries.
func sealedMark(sealed []byte) [16]byte {
	d := civic.DigestOf(sealed)
	return [16]byte(d[:16])
}

// listPapers fills the lists of papers received and owed.
func (s *Session) listPapers(r *civic.Receipt, materials []civic.Handed) {
	for _, m := range s.needed() {
		for _, h := range materials {
			if h.Material != m.ID {
				continue
			}
			line := civic.ReceiptMaterial{Name: m.Name, Original: h.Original, Copies: h.Copies, Pages: len(h.Papers)}
			switch h.State {
			case civic.HandedIn:
				r.Received = append(r.Received, line)
			case civic.HandedHeld:
				line.Note = form.Text{ZH: "免提交：", EN: "not handed in: "}.In(s.lang) + m.HeldBy
				r.Received = append(r.Received, line)
			case civic.HandedOwed:
				line.Original, line.Copies = m.Original, m.Copies
				line.By = s.desk.dueBy(r.Filed, r.Sure, m.Days)
				r.Owed = append(r.Owed, line)
			}
		}
	}
}

func pointLine(p Place) string {
	return strings.TrimSpace(p.PointName + " " + p.Address)
}

// documentLine names a document by its kind and its masked number, as 居民身份证 4401**********1234.
func (s *Session) documentLine(d civic.Document) string {
	return strings.TrimSpace(kindName(d.Kind).In(s.lang) + " " + d.Masked())
}

func kindName(kind civic.DocumentKind) form.Text {
	switch kind {
	case civic.ResidentID:
		return form.Text{ZH: "居民身份证", EN: "Resident identity card"}
	case civic.OutsidePermit:
		return form.Text{ZH: "港澳台居民居住证", EN: "Residence permit (Hong Kong, Macao, Taiwan)"}
	case civic.Passport:
		return form.Text{ZH: "护照或通行证", EN: "Passport or travel permit"}
	case civic.ForeignResident:
		return form.Text{ZH: "外国人永久居留身份证", EN: "Foreign permanent resident identity card"}
	case civic.CreditCode:
		return form.Text{ZH: "统一社会信用代码", EN: "Unified social credit code"}
	}
	return form.Text{}
}

func contact(guide, policy string) string {
	if policy != "" {
		return policy
	}
	return guide
}

// lockReceipt encrypts a receipt under the secret on the paper: the terminal that printed it cannot read it again
// without the paper.
func lockReceipt(secret civic.Secret, r *civic.Receipt) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write receipt: %w", err)
	}
	locked, err := seal.Lock(secret, seal.ForReceipt, r.Code, b)
	if err != nil {
		return nil, fmt.Errorf("lock receipt: %w", err)
	}
	return locked, nil
}

func unlockReceipt(secret civic.Secret, code civic.TrackingCode, locked []byte) (*civic.Receipt, error) {
	b, err := seal.Unlock(secret, seal.ForReceipt, code, locked)
	if err != nil {
		return nil, err
	}
	var r civic.Receipt
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	return &r, nil
}
