package console

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// officeNames is everything that may be called a department or a service point: the register, and behind it what
// guides, terminals and people name that nobody has registered.
type officeNames map[store.OfficeKind][]named

// named is an office with what makes it known.
type named struct {
	store.Office
	lost         bool // not in the register
	people, uses int
}

// of returns the name of an office in words; the key itself where nothing is known of it.
func (n officeNames) of(kind store.OfficeKind, key string) string {
	for _, o := range n[kind] {
		if o.Key == key && o.Name != "" {
			return o.Name
		}
	}
	return key
}

// choices returns what may be chosen: what is open, and what is chosen already.
func (n officeNames) choices(kind store.OfficeKind, chosen string) []view.OfficeChoice {
	var out []view.OfficeChoice
	for _, o := range n[kind] {
		if o.Closed.IsZero() || o.Key == chosen {
			out = append(out, view.OfficeChoice{Key: o.Key, Name: o.Name, Closed: !o.Closed.IsZero()})
		}
	}
	return out
}

// officeNames reads the register and everything that names an office.
func (k *Console) officeNames(c *fiber.Ctx) (officeNames, error) {
	ctx, lang, out := ctxOf(c), k.languageOf(c), officeNames{}
	for _, kind := range []store.OfficeKind{store.Department, store.ServicePoint} {
		list, err := k.opts.Store.Offices(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			out[kind] = append(out[kind], named{Office: o})
		}
	}
	find := func(kind store.OfficeKind, key, name, area string) *named {
		for i := range out[kind] {
			if out[kind][i].Key == key {
				return &out[kind][i]
			}
		}
		out[kind] = append(out[kind], named{Office: store.Office{Kind: kind, Key: key, Name: name, Area: area}, lost: true})
		return &out[kind][len(out[kind])-1]
	}
	guides, err := k.opts.Bulletin.Guides(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range guides {
		name := g.Department
		if key := "department." + g.Department; locale.Has(key) {
			name = locale.T(lang, key)
		}
		find(store.Department, g.Department, name, "").uses++
	}
	terminals, err := k.opts.Fleet.Terminals(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range terminals {
		find(store.ServicePoint, t.Place.Point, t.Place.Name, t.Place.Area).uses++
	}
	return out, k.countPeople(c, find)
}

// countPeople adds who works where.
func (k *Console) countPeople(c *fiber.Ctx, find func(kind store.OfficeKind, key, name, area string) *named) error {
	people, err := k.opts.Door.People(ctxOf(c))
	for _, p := range people {
		if !p.Left.IsZero() {
			continue
		}
		if p.Department != "" {
			find(store.Department, p.Department, p.Department, "").people++
		}
		if p.Point != "" {
			find(store.ServicePoint, p.Point, p.Point, "").people++
		}
	}
	return err
}

// officeKind reads the kind in the path.
func officeKind(c *fiber.Ctx) (store.OfficeKind, error) {
	switch kind := store.OfficeKind(c.Params("kind")); kind {
	case store.Department, store.ServicePoint:
		return kind, nil
	}
	return "", fiber.ErrNotFound
}

// offices lists the register of a kind, and what is named without being in it.
func (k *Console) offices(c *fiber.Ctx) error {
	kind, err := officeKind(c)
	if err != nil {
		return err
	}
	names, err := k.officeNames(c)
	if err != nil {
		return err
	}
	page := view.ConsoleOffices{Console: k.frame(c, "people"), Kind: string(kind)}
	for _, o := range names[kind] {
		if o.lost {
			page.Lost = append(page.Lost, officeRow(o))
		} else {
			page.Rows = append(page.Rows, officeRow(o))
		}
	}
	open := func(r view.OfficeRow) int {
		if r.Closed.IsZero() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(page.Rows, func(a, b view.OfficeRow) int {
		return cmp.Or(open(a)-open(b), cmp.Compare(a.Area+a.Name, b.Area+b.Name))
	})
	return k.render(c, "offices", page)
}

func officeRow(o named) view.OfficeRow {
	return view.OfficeRow{
		Key: o.Key, Name: o.Name, Contact: o.Contact, Address: o.Address, Hours: o.Hours, Area: o.Area,
		People: o.people, Uses: o.uses, Closed: o.Closed,
	}
}

// office shows one to be changed, or the form for a new one: with what is known of a key that the query names.
func (k *Console) office(c *fiber.Ctx) error {
	kind, err := officeKind(c)
	if err != nil {
		return err
	}
	names, err := k.officeNames(c)
	if err != nil {
		return err
	}
	key := c.Params("key", c.Query("key"))
	page := view.ConsoleOffice{Kind: string(kind), New: c.Params("key") == ""}
	at := slices.IndexFunc(names[kind], func(o named) bool { return o.Key == key && o.lost == page.New })
	if at >= 0 {
		page.Row = officeRow(names[kind][at])
	} else if !page.New {
		return civic.Refuse(civic.NotFound, "key", "offices.unknown")
	}
	page.Console = k.frame(c, "people")
	return k.render(c, "office", page)
}

// officeKey is how a key is spelt: guides and terminals name it.
var officeKey = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,39}$`)

// maxOfficeText bounds what is said of an office, in characters.
const maxOfficeText = 120

// saveOffice adds or changes one.
func (k *Console) saveOffice(c *fiber.Ctx) error {
	kind, err := officeKind(c)
	if err != nil {
		return err
	}
	text := func(name string) string { return strings.Join(strings.Fields(c.FormValue(name)), " ") }
	page := view.ConsoleOffice{Kind: string(kind), New: c.Params("key") == ""}
	o := store.Office{
		Kind: kind, Key: c.Params("key", text("key")), Name: text("name"), Contact: text("contact"),
		Address: text("address"), Hours: text("hours"), Area: text("area"), Since: k.opts.Clock(),
	}
	if c.FormValue("closed") != "" {
		if o.Closed, err = k.closedSince(ctxOf(c), o); err != nil {
			return err
		}
	}
	if page.Errors = k.wrongOffice(k.languageOf(c), &o); len(page.Errors) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	} else {
		by := readerOf(c).actor(civic.RoleAdmin)
		if page.New {
			err = k.opts.Store.AddOffice(ctxOf(c), o, by)
		} else {
			err = k.opts.Store.ChangeOffice(ctxOf(c), o, k.opts.Clock(), by)
		}
		if page.Errors, err = k.refusedAt(c, err); err != nil {
			return err
		}
	}
	if len(page.Errors) > 0 {
		page.Row, page.Console = officeRow(named{Office: o}), k.frame(c, "people")
		return k.render(c, "office", page)
	}
	k.say(c, "offices.done."+string(kind))
	return seeOther(c, "/offices/"+string(kind))
}

// closedSince returns since when an office is closed: since now, unless it was closed before.
func (k *Console) closedSince(ctx context.Context, o store.Office) (time.Time, error) {
	list, err := k.opts.Store.Offices(ctx, o.Kind)
	for _, was := range list {
		if was.Key == o.Key && !was.Closed.IsZero() {
			return was.Closed, err
		}
	}
	return k.opts.Clock(), err
}

// wrongOffice says what is wrong with an office, at its fields.
func (k *Console) wrongOffice(lang locale.Lang, o *store.Office) map[string]string {
	out := map[string]string{}
	if !officeKey.MatchString(o.Key) || o.Key == "add" { // which is a page

		out["key"] = locale.T(lang, "offices.key.wrong")
	}
	if o.Name == "" || utf8.RuneCountInString(o.Name) > maxPlaceName {
		out["name"] = locale.T(lang, "offices.name.wrong", maxPlaceName)
	}
	for name, value := range map[string]string{"contact": o.Contact, "address": o.Address, "hours": o.Hours} {
		if utf8.RuneCountInString(value) > maxOfficeText {
			out[name] = locale.T(lang, "case.long", maxOfficeText)
		}
	}
	if (o.Kind == store.ServicePoint || o.Area != "") && !areaCode.MatchString(o.Area) {
		out["area"] = locale.T(lang, "enrol.area.wrong")
	}
	return out
}
