package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// people lists the staff: who works here by department and name, then who has left.
func (k *Console) people(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	all, err := k.opts.Door.People(ctx)
	if err != nil {
		return err
	}
	signed, err := k.opts.Door.SignedIn(ctx)
	if err != nil {
		return err
	}
	names, err := k.officeNames(c)
	if err != nil {
		return err
	}
	page := view.ConsolePeople{Console: k.frame(c, "people"), Query: strings.TrimSpace(c.Query("q"))}
	admins := 0
	for _, p := range all {
		if p.Holds(civic.RoleAdmin) {
			admins++
		}
		if p.Login != readerOf(c).Login && len(signed[p.Login]) > 0 {
			page.Signed++
		}
		r := personRow(p, signed[p.Login], names)
		if r.Self = p.Login == readerOf(c).Login; !matches(r, page.Query) {
			continue
		}
		if p.Left.IsZero() {
			page.Here = append(page.Here, r)
		} else {
			page.Left = append(page.Left, r)
		}
	}
	page.Lonely = admins == 1
	byPlace := func(a, b view.PersonRow) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Login, b.Login))
	}
	slices.SortStableFunc(page.Here, byPlace)
	slices.SortStableFunc(page.Left, byPlace)
	return k.render(c, "people", page)
}

// matches reports whether a person is meant by what was typed: a part of the name, the login or the place.
func matches(r view.PersonRow, query string) bool {
	return strings.Contains(strings.ToLower(r.Name+"\n"+r.Login+"\n"+r.Place), strings.ToLower(query))
}

// personRow says of a person what a list shows.
func personRow(p store.Person, open []store.Session, names officeNames) view.PersonRow {
	r := view.PersonRow{
		Login: p.Login, Name: p.Name, Roles: p.Roles, Fresh: p.Fresh, Sessions: len(open), Left: p.Left,
		Place: names.of(store.Department, p.Department),
	}
	if r.Name == "" {
		r.Name = p.Login
	}
	if point := names.of(store.ServicePoint, p.Point); point != "" {
		r.Place = strings.TrimPrefix(r.Place+" · "+point, " · ")
	}
	for _, s := range open {
		if s.Made.After(r.Since) {
			r.Since = s.Made
		}
	}
	return r
}

// expelAll ends the sessions of everybody but the reader.
func (k *Console) expelAll(c *fiber.Ctx) error {
	if _, err := k.opts.Door.Expel(ctxOf(c), "", readerOf(c).actor(civic.RoleAdmin)); err != nil {
		return err
	}
	k.say(c, "people.done.expel-all")
	return seeOther(c, "/people")
}
