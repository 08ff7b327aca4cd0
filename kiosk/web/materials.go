package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// materials shows the list of papers.
func (w *Web) materials(c *fiber.Ctx) error {
	s, err := w.session(c)
	if err != nil {
		return err
	}
	return w.showMaterials(c, s, nil)
}

func (w *Web) showMaterials(c *fiber.Ctx, s *desk.Session, faults []*civic.Error) error {
	page := view.Materials{
		Kiosk: w.frame(c), Name: nameIn(s.Lang(), s.Guide()), MaxPaper: w.opts.Desk.Policy().MaxPaper,
		Supplement: s.Supplement(), Number: 1, Count: 2, Back: "/status",
	}
	if pages := s.Pages(); len(pages) > 0 {
		page.Back = "/form/" + pages[len(pages)-1].ID
		page.Number, page.Count = len(pages)+1, len(pages)+2
	}
	if s.Supplement() {
		page.Words = s.Review().Words
	}
	page.Rows = rows(s.Materials(), words(page.Lang, faults))
	return w.render(c, "materials", page)
}

func rows(materials []desk.Material, errors map[string]string) []view.Material {
	out := make([]view.Material, 0, len(materials))
	for _, m := range materials {
		row := view.Material{Material: m.Material, State: m.State, Error: errors["materials/"+m.ID]}
		for i, p := range m.Papers {
			row.Papers = append(row.Papers, view.Paper{
				N: i, Name: p.Name, Media: p.Media, Size: p.Size,
				URL: preview(m.ID, i, p.Media),
			})
		}
		out = append(out, row)
	}
	return out
}

// preview is where the page shows a paper again; a PDF has no picture.
func preview(material string, n int, media string) string {
	if !strings.HasPrefix(media, "image/") {
		return ""
	}
	return "/materials/" + url.PathEscape(material) + "/papers/" + strconv.Itoa(n)
}

// attach adds papers to a material.
func (w *Web) attach(c *fiber.Ctx) error {
	s, id, err := w.material(c)
	if err != nil {
		return err
	}
	files := posted(c).files["paper"]
	if len(files) == 0 {
		files = [][]byte{nil} // sent before a file was chosen: refused as an empty one
	}
	var faults []*civic.Error
	for _, content := range files {
		_, err := s.Attach(id, content)
		faults = appendAt(faults, id, err)
	}
	return w.handed(c, s, id, faults)
}

// detach takes a paper out again.
func (w *Web) detach(c *fiber.Ctx) error {
	s, id, err := w.material(c)
	if err != nil {
		return err
	}
	n, err := c.ParamsInt("n")
	if err != nil {
		return fiber.ErrNotFound
	}
	return w.handed(c, s, id, appendAt(nil, id, s.Detach(id, n)))
}

// hand answers a material without papers: it follows later, government holds it, it is not given.
func (w *Web) hand(c *fiber.Ctx) error {
	s, id, err := w.material(c)
	if err != nil {
		return err
	}
	return w.handed(c, s, id, appendAt(nil, id, s.Hand(id, civic.HandedState(field(c, "state")))))
}

func (w *Web) handed(c *fiber.Ctx, s *desk.Session, id string, faults []*civic.Error) error {
	if len(faults) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return w.showMaterials(c, s, faults)
	}
	return seeOther(c, "/materials#m-"+url.PathEscape(id))
}

// material returns the session and the material that the path names.
func (w *Web) material(c *fiber.Ctx) (*desk.Session, string, error) {
	s, err := w.session(c)
	if err != nil {
		return nil, "", err
	}
	id, err := url.PathUnescape(c.Params("id"))
	if err != nil {
		return nil, "", fiber.ErrNotFound
	}
	return s, id, nil
}

// papersDone goes on to the review once nothing is missing.
func (w *Web) papersDone(c *fiber.Ctx) error {
	s, err := w.session(c)
	if err != nil {
		return err
	}
	faults := s.CheckMaterials()
	if s.Supplement() {
		if err := s.SetWords(field(c, "words")); err != nil {
			faults = append(faults, refusal(err))
		}
	}
	if len(faults) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return w.showMaterials(c, s, faults)
	}
	return seeOther(c, "/review")
}

// appendAt adds a refusal at a material.
func appendAt(faults []*civic.Error, material string, err error) []*civic.Error {
	if err == nil {
		return faults
	}
	r := *refusal(err)
	r.Field = "materials/" + material
	return append(faults, &r)
}

// refusal returns err as a refusal; what is none becomes one without its text.
func refusal(err error) *civic.Error {
	var r *civic.Error
	if errors.As(err, &r) {
		return r
	}
	return &civic.Error{Code: civic.Invalid, Key: "error.other", Err: err}
}

// paper shows an attached paper again, from memory.
func (w *Web) paper(c *fiber.Ctx) error {
	s, id, err := w.material(c)
	if err != nil {
		return err
	}
	n, err := c.ParamsInt("n")
	if err != nil {
		return fiber.ErrNotFound
	}
	media, content, err := s.Content(id, n)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, media)
	return c.Send(content)
}
