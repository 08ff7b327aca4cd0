package store

import (
	"context"
	"slices"
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
	// SetPassword replaces the hash and ends the person's sessions.
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

// Sessions keeps who is signed in.
type Sessions interface {
	// StartSession keeps a session and writes the sign-in into the audit.
	StartSession(ctx context.Context, s Session) error
	// Session returns the session and its person, and moves its idle end to idle after now. One that is unknown,
	// idle too long, past its end, or of someone who has left is civic.NotFound.
	Session(ctx context.Context, token civic.Digest, now time.Time, idle time.Duration) (Person, error)
	// EndSession forgets a session; an unknown one is no error.
	EndSession(ctx context.Context, token civic.Digest) error
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
