package staff

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// login is what people sign in with: short, in small letters, nothing that looks like something else in the audit.
var login = regexp.MustCompile(`^[a-z][a-z0-9._-]{1,31}$`)

// MaxName bounds the name of a person as shown, in characters.
const MaxName = 40

// Check decides whether what is said of a person is complete: a login that can be typed, a name that can be shown,
// and the place that their roles act at. What they may be granted is store.MayGrant's to say.
func Check(p *store.Person) error {
	switch {
	case !login.MatchString(p.Login) || p.Login == "add" || p.Login == "sign-out": // the last two are pages
		return civic.Refuse(civic.Invalid, "login", "people.login.wrong")
	case p.Name == "" || utf8.RuneCountInString(p.Name) > MaxName || !utf8.ValidString(p.Name):
		return civic.Refuse(civic.Invalid, "name", "people.name.wrong", MaxName)
	case len(p.Roles) == 0:
		return civic.Refuse(civic.Missing, "roles", "people.roles.none")
	case p.Holds(civic.RoleClerk) && p.Department == "":
		return civic.Refuse(civic.Missing, "department", "people.department.none")
	case p.Holds(civic.RoleStaff) && p.Point == "":
		return civic.Refuse(civic.Missing, "point", "people.point.none")
	}
	return nil
}

// FirstPassword makes a password to be told to somebody once: 80 random bits in groups that can be read out.
func FirstPassword() string {
	s := strings.ToLower(rand.Text()[:16])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// Hire adds a person and returns the first password, which its owner has to replace at the first sign-in.
func (d *Door) Hire(ctx context.Context, p store.Person, by store.Actor) (string, error) {
	if err := Check(&p); err != nil {
		return "", err
	}
	password := FirstPassword()
	p.Fresh = true
	if err := d.Add(ctx, p, password, by); err != nil {
		return "", err
	}
	return password, nil
}

// Change replaces what is kept of a person who works here. Their sessions end, so that no page goes on with the
// roles of before.
func (d *Door) Change(ctx context.Context, p store.Person, by store.Actor) error {
	if err := Check(&p); err != nil {
		return err
	}
	return d.o.Store.ChangePerson(ctx, p, d.o.Now(), by)
}

// Leave ends a person's work here at once; Return begins it again, as it was.
func (d *Door) Leave(ctx context.Context, login string, by store.Actor) error {
	return d.employ(ctx, login, d.o.Now(), by)
}

// Return lets a person who has left work here again.
func (d *Door) Return(ctx context.Context, login string, by store.Actor) error {
	return d.employ(ctx, login, time.Time{}, by)
}

func (d *Door) employ(ctx context.Context, login string, left time.Time, by store.Actor) error {
	p, err := d.o.Store.Person(ctx, login)
	if err != nil {
		return err
	}
	if login == by.Login {
		return civic.Refuse(civic.Forbidden, "login", "people.self")
	}
	p.Left = left
	return d.o.Store.ChangePerson(ctx, p, d.o.Now(), by)
}

// Reset gives a person a new first password and returns it.
func (d *Door) Reset(ctx context.Context, login string, by store.Actor) (string, error) {
	if login == by.Login {
		return "", civic.Refuse(civic.Forbidden, "password", "people.own")
	}
	password := FirstPassword()
	if err := d.SetPassword(ctx, login, password, by); err != nil {
		return "", err
	}
	return password, nil
}

// Replace lets a person replace the own password, who proves it with the present one. Every session ends; the token
// of a new one is returned. Tries count with those of the sign-in.
func (d *Door) Replace(ctx context.Context, login, present, next string) (token string, err error) {
	if present == next {
		return "", civic.Refuse(civic.Invalid, "next", "people.password.same")
	}
	hash, err := d.o.Cost.Hash(next)
	if err != nil {
		return "", err
	}
	if _, err := d.prove(ctx, login, present); err != nil {
		return "", err
	}
	if err := d.o.Store.SetPassword(ctx, login, hash, d.o.Now(), store.Actor{Login: login}); err != nil {
		return "", err
	}
	return d.start(ctx, login)
}

// People returns everyone by login.
func (d *Door) People(ctx context.Context) ([]store.Person, error) { return d.o.Store.People(ctx) }

// Lookup returns a person by login.
func (d *Door) Lookup(ctx context.Context, login string) (store.Person, error) {
	return d.o.Store.Person(ctx, login)
}

// SignedIn returns the open sessions by login.
func (d *Door) SignedIn(ctx context.Context) (map[string][]store.Session, error) {
	list, err := d.o.Store.OpenSessions(ctx, d.o.Now())
	out := map[string][]store.Session{}
	for _, s := range list {
		out[s.Login] = append(out[s.Login], s)
	}
	return out, err
}

// Expel ends every session of a person, or of everybody but the actor where login is empty.
func (d *Door) Expel(ctx context.Context, login string, by store.Actor) (int, error) {
	return d.o.Store.EndSessions(ctx, login, d.o.Now(), by)
}
