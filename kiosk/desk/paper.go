package desk

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // the formats a paper may have
	_ "image/png"
	"slices"
	"strconv"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// handed is what a session holds for one material.
type handed struct {
	state  civic.HandedState
	papers []paper
}

// paper is one attachment in memory, exactly as it was given.
type paper struct {
	name    string
	media   string
	content []byte
}

// Material is one paper of the guide as it stands in a session.
type Material struct {
	civic.Material
	State  civic.HandedState // empty: not answered yet
	Papers []Paper
	By     civic.Date // of one that may follow later: until when, if filed now; zero where no date may be promised
}

// Paper describes one attachment.
type Paper struct {
	Name  string
	Media string
	Size  int
}

// Materials returns what the answers call for, in the guide's order, with what was handed.
func (s *Session) Materials() []Material {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Reading the last synchronisation is the store's memory, not its disk: nothing here waits.
	filed, sure := s.desk.evidence(context.Background()).FiledAt()
	var out []Material
	for _, m := range s.needed() {
		row := Material{Material: m, By: s.desk.dueBy(filed, sure, m.Days)}
		if h := s.handed[m.ID]; h != nil {
			row.State = h.state
			for _, p := range h.papers {
				row.Papers = append(row.Papers, Paper{p.name, p.media, len(p.content)})
			}
		}
		out = append(out, row)
	}
	return out
}

// needed returns the materials that apply: those the answers call for, or those a supplement was asked for.
func (s *Session) needed() []civic.Material {
	if s.form.form == nil {
		return s.asked
	}
	return s.form.form.Needed(s.guide.guide.Materials, s.answers)
}

// Attach adds one paper to a material. Its kind is found from its content, never from its name; nothing is
// re-encoded, since the bytes may be evidence. The session keeps its own copy.
func (s *Session) Attach(material string, content []byte) (Paper, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return Paper{}, err
	}
	i := slices.IndexFunc(s.needed(), func(m civic.Material) bool { return m.ID == material })
	if i < 0 {
		return Paper{}, civic.Refuse(civic.Invalid, "materials", "material.unknown")
	}
	field := "materials/" + material
	media, err := mediaOf(content, field)
	if err != nil {
		return Paper{}, err
	}
	if accept := s.needed()[i].Accept; len(accept) > 0 && !slices.Contains(accept, media) {
		return Paper{}, civic.Refuse(civic.Invalid, field, "paper.kind")
	}
	if err := s.fits(len(content), field); err != nil {
		return Paper{}, err
	}
	h := s.handed[material]
	if h == nil {
		h = &handed{}
		s.handed[material] = h
	}
	h.state = civic.HandedIn
	p := paper{name: strconv.Itoa(len(h.papers)+1) + extension[media], media: media, content: bytes.Clone(content)}
	h.papers = append(h.papers, p)
	return Paper{p.name, p.media, len(p.content)}, nil
}

// sealedOver is more than sealing adds to a paper's size.
const sealedOver = 4 << 10

// fits holds one more paper of n bytes against the policy's bounds and the wire's.
func (s *Session) fits(n int, field string) error {
	total, count := int64(n), 1
	for _, h := range s.handed {
		for _, p := range h.papers {
			total += int64(len(p.content))
			count++
		}
	}
	limit := min(s.policy.MaxPaper, wire.MaxPaper-sealedOver)
	if int64(n) > limit {
		return civic.Refuse(civic.Full, field, "paper.large", limit>>20)
	}
	if total > s.policy.MaxPapers {
		return civic.Refuse(civic.Full, field, "paper.total", s.policy.MaxPapers>>20)
	}
	if count > wire.MaxPapers {
		return civic.Refuse(civic.Full, field, "paper.many", wire.MaxPapers)
	}
	return nil
}

// Content returns the bytes of an attached paper, for the page to show it again.
func (s *Session) Content(material string, i int) (media string, content []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.handed[material]
	if h == nil || i < 0 || i >= len(h.papers) {
		return "", nil, civic.Refuse(civic.NotFound, "materials", "paper.absent")
	}
	return h.papers[i].media, bytes.Clone(h.papers[i].content), nil
}

// Detach takes a paper out again and overwrites it.
func (s *Session) Detach(material string, i int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	h := s.handed[material]
	if h == nil || i < 0 || i >= len(h.papers) {
		return civic.Refuse(civic.NotFound, "materials", "paper.absent")
	}
	clear(h.papers[i].content)
	h.papers = slices.Delete(h.papers, i, i+1)
	if len(h.papers) == 0 {
		delete(s.handed, material)
	}
	return nil
}

// Hand records how a material without papers is answered: it follows later, government holds it, it is optional
// and not given. Whether the guide allows that is decided by CheckMaterials. Papers already attached are dropped.
func (s *Session) Hand(material string, state civic.HandedState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.needed(), func(m civic.Material) bool { return m.ID == material }) {
		return civic.Refuse(civic.Invalid, "materials", "material.unknown")
	}
	if state != civic.HandedOwed && state != civic.HandedHeld && state != civic.HandedNone {
		return civic.Refuse(civic.Invalid, "materials/"+material, "material.missing")
	}
	if h := s.handed[material]; h != nil {
		for _, p := range h.papers {
			clear(p.content)
		}
	}
	s.handed[material] = &handed{state: state}
	return nil
}

// extension names a paper for the clerk by what it is.
var extension = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}

// maxPixels bounds a picture by what decoding it at central would cost: more than any document camera gives.
const maxPixels = 120 << 20

// mediaOf finds what content is: a JPEG or PNG picture whose header can be read, or a PDF.
func mediaOf(content []byte, field string) (string, error) {
	switch {
	case len(content) == 0:
		return "", civic.Refuse(civic.Missing, field, "material.empty")
	case bytes.HasPrefix(content, []byte("%PDF-")):
		if !bytes.Contains(content[max(0, len(content)-2048):], []byte("%%EOF")) {
			return "", civic.Refuse(civic.Damaged, field, "paper.broken")
		}
		return "application/pdf", nil
	case len(content) > 12 && string(content[4:8]) == "ftyp":
		return "", civic.Refuse(civic.Unsupported, field, "paper.heic")
	}
	config, kind, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		if bytes.HasPrefix(content, []byte("\xff\xd8\xff")) || bytes.HasPrefix(content, []byte("\x89PNG")) {
			return "", civic.Refuse(civic.Damaged, field, "paper.broken")
		}
		return "", civic.Refuse(civic.Unsupported, field, "paper.kind")
	}
	if int64(config.Width)*int64(config.Height) > maxPixels {
		return "", civic.Refuse(civic.Full, field, "paper.pixels")
	}
	return "image/" + kind, nil
}
