package console

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// hireForm asks whom to add.
func (k *Console) hireForm(c *fiber.Ctx) error {
	return k.showPerson(c, &store.Person{}, view.ConsolePerson{New: true})
}

// hire adds a person and shows the first password in the answer itself: it is kept nowhere, so no page can show it
// again.
func (k *Console) hire(c *fiber.Ctx) error {
	p := typedPerson(c, &store.Person{Login: strings.TrimSpace(c.FormValue("login"))})
	page := view.ConsolePerson{New: true}
	password, err := k.opts.Door.Hire(ctxOf(c), *p, readerOf(c).actor(civic.RoleAdmin))
	page.Password = password
	if page.Errors, err = k.refusedAt(c, err); err != nil {
		return err
	}
	return k.showPerson(c, p, page)
}

// person shows one member of staff.
func (k *Console) person(c *fiber.Ctx) error {
	p, err := k.opts.Door.Lookup(ctxOf(c), c.Params("login"))
	if err != nil {
		return err
	}
	return k.showPerson(c, &p, view.ConsolePerson{})
}

// changePerson replaces name, place and roles.
func (k *Console) changePerson(c *fiber.Ctx) error {
	was, err := k.opts.Door.Lookup(ctxOf(c), c.Params("login"))
	if err != nil {
		return err
	}
	p := typedPerson(c, &was)
	var page view.ConsolePerson
	err = k.opts.Door.Change(ctxOf(c), *p, readerOf(c).actor(civic.RoleAdmin))
	if page.Errors, err = k.refusedAt(c, err); err != nil {
		return err
	}
	if len(page.Errors) > 0 {
		return k.showPerson(c, p, page)
	}
	if p.Login == readerOf(c).Login {
		// The own session ended with the change: the sign-in page comes next in any case, and says why.
		return seeOther(c, "/sign-in?expired=1")
	}
	k.say(c, "people.done.change")
	return seeOther(c, "/people/"+p.Login)
}

// personDeeds are what else is done to a person, by the last part of the path.
func (k *Console) personDeed(c *fiber.Ctx) error {
	ctx, login, by := ctxOf(c), c.Params("login"), readerOf(c).actor(civic.RoleAdmin)
	var page view.ConsolePerson
	var err error
	switch deed := c.Params("deed"); deed {
	case "leave":
		err = k.opts.Door.Leave(ctx, login, by)
	case "return":
		err = k.opts.Door.Return(ctx, login, by)
	case "sign-out":
		_, err = k.opts.Door.Expel(ctx, login, by)
	case "password":
		page.Password, err = k.opts.Door.Reset(ctx, login, by)
	default:
		return fiber.ErrNotFound
	}
	if page.Errors, err = k.refusedAt(c, err); err != nil {
		return err
	}
	if page.Password == "" && len(page.Errors) == 0 {
		k.say(c, "people.done."+c.Params("deed"))
		return seeOther(c, "/people/"+login)
	}
	p, err := k.opts.Door.Lookup(ctx, login)
	if err != nil {
		return err
	}
	return k.showPerson(c, &p, page)
}

// typedPerson returns p with what the form says.
func typedPerson(c *fiber.Ctx, p *store.Person) *store.Person {
	out := *p
	out.Name = strings.Join(strings.Fields(c.FormValue("name")), " ")
	out.Department, out.Point, out.Roles = c.FormValue("department"), c.FormValue("point"), nil
	for _, r := range c.Context().PostArgs().PeekMulti("roles") {
		if role := civic.Role(r); !slices.Contains(out.Roles, role) {
			out.Roles = append(out.Roles, role)
		}
	}
	return &out
}

// refusedAt turns a refusal into sentences at the fields that they are about; what is no refusal stays an error.
func (k *Console) refusedAt(c *fiber.Ctx, err error) (map[string]string, error) {
	var refusal *civic.Error
	if err == nil || !errors.As(err, &refusal) || refusal.Code == civic.NotFound {
		return nil, err
	}
	c.Status(statusOf(refusal.Code))
	return map[string]string{refusal.Field: locale.Error(k.languageOf(c), refusal)}, nil
}

// showPerson fills in the rest of the page: what may be chosen, and what the reader may not do, before they try.
func (k *Console) showPerson(c *fiber.Ctx, p *store.Person, page view.ConsolePerson) error {
	ctx := ctxOf(c)
	page.Console = k.frame(c, "people")
	signed, err := k.opts.Door.SignedIn(ctx)
	if err != nil {
		return err
	}
	names, err := k.officeNames(c)
	if err != nil {
		return err
	}
	page.Row = personRow(*p, signed[p.Login], names)
	page.Row.Name, page.Row.Self = p.Name, p.Login == readerOf(c).Login && p.Login != ""
	page.Department, page.Point = p.Department, p.Point
	page.Departments = names.choices(store.Department, p.Department)
	page.Points = names.choices(store.ServicePoint, p.Point)
	held := p.Roles
	if !page.New {
		was, err := k.opts.Door.Lookup(ctx, p.Login)
		if err != nil {
			return err
		}
		held = was.Roles
		if page.Last, err = k.lastAdmin(ctx, &was); err != nil {
			return err
		}
	}
	page.Boxes = roleBoxes(page.Lang, p, held, page.Row.Self, page.Last)
	return k.render(c, "person", page)
}

// lastAdmin reports whether nobody but p could let others in.
func (k *Console) lastAdmin(ctx context.Context, p *store.Person) (bool, error) {
	if !p.Holds(civic.RoleAdmin) {
		return false, nil
	}
	all, err := k.opts.Door.People(ctx)
	return !slices.ContainsFunc(all, func(q store.Person) bool { return q.Login != p.Login && q.Holds(civic.RoleAdmin) }), err
}

// roleBoxes offers the roles. The store decides about them again; here they are barred so that nobody runs into it.
func roleBoxes(lang locale.Lang, p *store.Person, held []civic.Role, self, last bool) []view.RoleBox {
	var out []view.RoleBox
	for _, role := range civic.StaffRoles() {
		b := view.RoleBox{Role: role, Held: slices.Contains(p.Roles, role)}
		b.Notice = role == civic.RolePublisher || role == civic.RoleNetwork || role == civic.RoleSecrecy
		switch has := slices.Contains(held, role); {
		case self && !has:
			b.Barred = locale.T(lang, "people.barred.self")
		case last && has && role == civic.RoleAdmin:
			b.Barred = locale.T(lang, "people.barred.last")
		}
		out = append(out, b)
	}
	return out
}
