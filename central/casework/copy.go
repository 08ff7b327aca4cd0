package casework

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"

	"doorstep/central/store"
)

// Copy is everything that a case holds of its resident, to be handed over.
type Copy struct {
	Request civic.TrackingCode
	Dossier store.Dossier
	Form    *form.Form // with which the answers are read
	Guide   *civic.Guide
	Papers  []Sheet // the papers that have arrived
}

// Copy returns what a granted request for a copy lets be handed over. The look at the case is in the audit like any
// other. Only while it is granted and not delivered: what was handed over is not handed out again unasked.
func (w *Casework) Copy(ctx context.Context, code civic.TrackingCode, by store.Person) (*Copy, error) {
	request, err := w.assigned(ctx, code, by)
	if err != nil {
		return nil, err
	}
	if request.Claim != civic.ClaimCopy || request.Status != civic.Granted || request.About == 0 {
		return nil, civic.Refuse(civic.Forbidden, "claim", "claim.notgranted")
	}
	out := &Copy{Request: code}
	if out.Dossier, err = w.o.Store.Read(ctx, request.About, clerk(by), "copy "+code.Digits(), w.o.Now()); err != nil {
		return nil, err
	}
	if !out.Dossier.Case.Erased.IsZero() {
		return nil, civic.Refuse(civic.Forbidden, "claim", "claim.erased")
	}
	if out.Guide, err = w.o.Publish.Guide(ctx, out.Dossier.Case.Guide); err != nil {
		return nil, err
	}
	if out.Form, err = w.o.Publish.Form(ctx, out.Dossier.Case.Form); err != nil {
		return nil, err
	}
	out.Papers, err = w.sheets(&out.Dossier)
	return out, err
}

// sheets opens every paper that has arrived, in the order in which they were handed over.
func (w *Casework) sheets(d *store.Dossier) ([]Sheet, error) {
	known := map[civic.Digest]store.Paper{}
	for _, p := range d.Papers {
		known[p.Digest] = p
	}
	handed := d.Application.Materials
	for _, a := range d.Answers {
		handed = append(handed[:len(handed):len(handed)], a.Materials...)
	}
	var out []Sheet
	for _, h := range handed {
		for _, a := range h.Papers {
			p := known[a.Digest]
			if p.Arrived.IsZero() {
				continue
			}
			s, err := w.open(p.Kind, p.Entry, p.Index, a)
			if err != nil {
				return nil, err
			}
			out = append(out, *s)
		}
	}
	return out, nil
}

// record is what a copy says to a program: all that the case holds of the resident but the receipt secret, which
// opens what others could use.
type record struct {
	Code        civic.TrackingCode `json:"code"`
	Service     string             `json:"service"`
	ServiceName string             `json:"service_name"`
	Authority   string             `json:"authority"`
	Status      civic.Status       `json:"status"`
	Filed       time.Time          `json:"filed"`
	Received    time.Time          `json:"received"`
	Applicant   civic.Party        `json:"applicant"`
	Proxy       *civic.Proxy       `json:"proxy,omitempty"`
	Answers     json.RawMessage    `json:"answers"`
	Privacy     civic.Consent      `json:"privacy"`
	Supplied    []supplied         `json:"supplied,omitempty"`
	Withdrawn   string             `json:"withdrawn,omitempty"`
	Steps       []taken            `json:"steps"`
	Papers      []paperName        `json:"papers"`
}

type supplied struct {
	Words   string          `json:"words,omitempty"`
	Answers json.RawMessage `json:"answers,omitempty"`
}

type taken struct {
	At    time.Time    `json:"at"`
	To    civic.Status `json:"to"`
	Note  string       `json:"note,omitempty"`
	Words string       `json:"words,omitempty"`
	Owes  []string     `json:"owes,omitempty"`
}

type paperName struct {
	File  string `json:"file"`
	Name  string `json:"name"`
	Media string `json:"media"`
}

// WriteZip writes the copy as a ZIP: case.json and the papers as they were handed over. It is not encrypted: it goes
// from the counter into the hand of whom it is about.
func (c *Copy) WriteZip(w io.Writer) error {
	d := &c.Dossier
	r := record{
		Code: d.Case.Code, Service: d.Case.Service, ServiceName: d.Case.ServiceName, Authority: c.Guide.Authority,
		Status: d.Case.Status, Filed: d.Case.Filed, Received: d.Case.Received, Applicant: d.Application.Applicant,
		Proxy: d.Application.Proxy, Answers: d.Application.Answers, Privacy: d.Application.Privacy, Papers: []paperName{},
	}
	for _, a := range d.Answers {
		r.Supplied = append(r.Supplied, supplied{a.Words, a.Answers})
	}
	if d.Withdrawal != nil {
		r.Withdrawn = d.Withdrawal.Words
	}
	for _, p := range d.History {
		r.Steps = append(r.Steps, taken{p.At, p.To, string(p.Note), p.Words, p.Owes})
	}
	z := zip.NewWriter(w)
	for i, p := range c.Papers {
		name := fmt.Sprintf("papers/%02d%s", i+1, ending(p.Media))
		r.Papers = append(r.Papers, paperName{name, p.Name, p.Media})
		if err := put(z, name, p.Body); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode copy: %w", err)
	}
	if err := put(z, "case.json", b); err != nil {
		return err
	}
	return z.Close()
}

func put(z *zip.Writer, name string, body []byte) error {
	f, err := z.Create(name)
	if err != nil {
		return fmt.Errorf("write copy: %w", err)
	}
	_, err = f.Write(body)
	return err
}

// ending is the usual ending of a file of a media type. The resident's own name of it is in case.json: what was
// chosen elsewhere must not choose a path here.
func ending(media string) string {
	switch media {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "application/pdf":
		return ".pdf"
	}
	return ".bin"
}
