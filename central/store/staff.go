package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"doorstep/sync/civic"
)

// Actor is who does something, as the audit names them.
type Actor struct {
	Login string // of a member of staff; the terminal's number for what came from one; empty for the system
	Role  civic.Role
}

// System is the program itself, acting by a rule.
func System() Actor { return Actor{Role: civic.RoleSystem} }

// Staff keeps the people of the console.
type Staff interface {
	// AddPerson adds a person, from Since on; a login that exists is civic.Conflict. MayGrant decides about roles.
	AddPerson(ctx context.Context, p Person, by Actor) error
	// Person returns a person by login, also one who has left; civic.NotFound.
	Person(ctx context.Context, login string) (Person, error)
	// People returns everyone by login.
	People(ctx context.Context) ([]Person, error)
	// ChangePerson replaces name, department, point, roles and the day of leaving. MayGrant decides about roles;
	// taking the last admin away is civic.Forbidden. The sessions of the person end.
	ChangePerson(ctx context.Context, p Person, at time.Time, by Actor) error
	// SetPassword replaces the hash and ends the person's sessions. One that another person set is Fresh until its
	// owner replaces it.
	SetPassword(ctx context.Context, login, hash string, at time.Time, by Actor) error
}

// Person is a member of staff.
type Person struct {
	Login      string
	Name       string
	Hash       string // of the password, argon2id with its parameters; see package staff
	Roles      []civic.Role
	Department string
	Point      string
	Since      time.Time
	Left       time.Time // zero while the person works here
	Fresh      bool      // somebody else knows the password: its owner has to replace it before anything else
}

// Holds reports whether p works here and holds role.
func (p *Person) Holds(role civic.Role) bool {
	return p.Left.IsZero() && slices.Contains(p.Roles, role)
}

// MayGrant decides whether an actor may give a person these roles: no one grants to themselves, and no one holds
// two of the three steps of a notice.
func MayGrant(by Actor, p *Person, had []civic.Role) error {
	notice := 0
	for _, r := range p.Roles {
		if !slices.Contains(civic.StaffRoles(), r) {
			return civic.Refuse(civic.Invalid, "roles", "staff.role")
		}
		if r == civic.RolePublisher || r == civic.RoleNetwork || r == civic.RoleSecrecy {
			notice++
		}
		if by.Login == p.Login && by.Role != civic.RoleSystem && !slices.Contains(had, r) {
			return civic.Refuse(civic.Forbidden, "roles", "staff.self")
		}
	}
	if notice > 1 {
		return civic.Refuse(civic.Forbidden, "roles", "staff.notice")
	}
	return nil
}

// Changed names what a change of a person changed, as the audit keeps it: names of fields, the roles held now where
// they are others, and whether the person left or came back. It repeats no name.
func Changed(was, now *Person) string {
	var out []string
	note := func(is bool, what string) {
		if is {
			out = append(out, what)
		}
	}
	note(was.Left.IsZero() && !now.Left.IsZero(), "left")
	note(!was.Left.IsZero() && now.Left.IsZero(), "back")
	note(was.Name != now.Name, "name")
	note(was.Department != now.Department, "department "+now.Department)
	note(was.Point != now.Point, "point "+now.Point)
	if !slices.Equal(was.Roles, now.Roles) {
		roles := make([]string, len(now.Roles))
		for i, r := range now.Roles {
			roles[i] = string(r)
		}
		out = append(out, "roles "+strings.Join(roles, ","))
	}
	return strings.Join(out, "; ")
}

// Sessions keeps who is signed in.
type Sessions interface {
	// StartSession keeps a session and writes the sign-in into the audit.
	StartSession(ctx context.Context, s Session) error
	// Session returns the session and its person, and moves its idle end to idle after now. One that is unknown,
	// idle too long, past its end, or of someone who has left is civic.NotFound.
	Session(ctx context.Context, token civic.Digest, now time.Time, idle time.Duration) (Person, error)
	// EndSession forgets a session; an unknown one is no error.
	EndSession(ctx context.Context, token civic.Digest) error
	// OpenSessions returns the sessions that are alive at now, by login.
	OpenSessions(ctx context.Context, now time.Time) ([]Session, error)
	// EndSessions ends the sessions of a person, or of everybody but the actor where login is empty, writes that
	// into the audit, and returns how many there were.
	EndSessions(ctx context.Context, login string, at time.Time, by Actor) (int, error)
}

// Session is one sign-in. Token is the SHA-256 of what the browser holds.
type Session struct {
	Token civic.Digest
	Login string
	Made  time.Time
	Idle  time.Time // ends here unless it is used before
	Ends  time.Time // ends here in any case
}

// Throttle counts tries.
type Throttle interface {
	// Try counts one try of key under a bound and refuses it as civic.Limited when the bound's number was already
	// reached within its span. A refused try does not count.
	Try(ctx context.Context, b Bound, key string, now time.Time) error
	// Forgive forgets the tries of key.
	Forgive(ctx context.Context, b Bound, key string) error
}

// Bound is how many tries are allowed within a span.
type Bound struct {
	Name string
	Max  int
	Per  time.Duration
}
