package console

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/fleet"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// enrolment asks where the new machine will stand.
func (k *Console) enrolment(c *fiber.Ctx) error {
	return k.showEnrolment(c, view.ConsoleEnrol{})
}

func (k *Console) showEnrolment(c *fiber.Ctx, page view.ConsoleEnrol) error {
	list, err := k.sites(ctxOf(c))
	if err != nil {
		return err
	}
	for _, p := range list {
		page.Points = append(page.Points, view.Point{ID: p.Point, Name: p.Name, Area: p.Area})
	}
	page.Console = k.frame(c, "terminals")
	return k.render(c, "enrol", page)
}

// sites returns the service points of the register that are open, and those that have a terminal, by area and name.
func (k *Console) sites(ctx context.Context) ([]store.Place, error) {
	list, err := k.opts.Fleet.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	register, err := k.opts.Store.Offices(ctx, store.ServicePoint)
	if err != nil {
		return nil, err
	}
	var out []store.Place
	for _, o := range register {
		if o.Closed.IsZero() {
			out = append(out, store.Place{Point: o.Key, Name: o.Name, Address: o.Address, Area: o.Area})
		}
	}
	for _, t := range list {
		if !slices.ContainsFunc(out, func(p store.Place) bool { return p.Point == t.Place.Point }) {
			out = append(out, t.Place)
		}
	}
	slices.SortFunc(out, func(a, b store.Place) int { return strings.Compare(a.Area+a.Name, b.Area+b.Name) })
	return out, nil
}

// areaCode is a code of GB/T 2260 with the street and community after it, of which terminals need the district.
var areaCode = regexp.MustCompile(`^[1-9]\d{5}(\d{3}(\d{3})?)?$`)

const maxPlaceName = 60

// enrol makes a code and shows it in the answer itself: it is kept nowhere in the clear, so no page can show it
// again.
func (k *Console) enrol(c *fiber.Ctx) error {
	page := view.ConsoleEnrol{
		Point: c.FormValue("point"), Name: strings.TrimSpace(c.FormValue("name")), Area: strings.TrimSpace(c.FormValue("area")),
		Errors: map[string]string{},
	}
	place, err := k.place(c, &page)
	if err != nil {
		return err
	}
	if len(page.Errors) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return k.showEnrolment(c, page)
	}
	code, err := k.opts.Fleet.Invite(ctxOf(c), place, readerOf(c).actor(civic.RoleOperator))
	if err != nil {
		return err
	}
	page.Code, page.Until = code.String(), k.opts.Clock().Add(fleet.CodeLife)
	return k.showEnrolment(c, page)
}

// place returns the point that was chosen, or a new one, and says on the page what is wrong with it.
func (k *Console) place(c *fiber.Ctx, page *view.ConsoleEnrol) (store.Place, error) {
	lang := k.languageOf(c)
	if page.Point != "" {
		list, err := k.sites(ctxOf(c))
		if err != nil {
			return store.Place{}, err
		}
		for _, p := range list {
			if p.Point == page.Point {
				return p, nil
			}
		}
		page.Errors["point"] = locale.T(lang, "enrol.point.unknown")
		return store.Place{}, nil
	}
	if page.Name == "" || utf8.RuneCountInString(page.Name) > maxPlaceName {
		page.Errors["name"] = locale.T(lang, "enrol.name.wrong", maxPlaceName)
	}
	if !areaCode.MatchString(page.Area) {
		page.Errors["area"] = locale.T(lang, "enrol.area.wrong")
	}
	return store.Place{Point: newPoint(page.Area), Name: page.Name, Area: page.Area}, nil
}

// newPoint makes the key of a new service point. Names change and repeat; the key does neither.
func newPoint(area string) string {
	var b [4]byte
	rand.Read(b[:])
	return area + "-" + hex.EncodeToString(b[:])
}
