// Package staff lets people into the console: passwords, sign-in with a bound on tries, sessions that end when
// idle and in any case, and who is hired, changed and let go (hire.go).
//
// [Door] answers who holds a session token. What a role may do is decided where it is done.
package staff

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Store is what the door asks of central's store.
type Store interface {
	store.Staff
	store.Sessions
	store.Throttle
}

// Options says what a door works with.
type Options struct {
	Store Store
	Now   func() time.Time
	Idle  time.Duration // a session ends when unused this long
	Life  time.Duration // and in any case after this long
	Cost  Cost          // of a password's hash
}

// DefaultOptions returns the limits of a working day at a shared desk.
func DefaultOptions() Options {
	return Options{Now: time.Now, Idle: 30 * time.Minute, Life: 10 * time.Hour, Cost: DefaultCost}
}

// Door lets people in.
type Door struct {
	o     Options
	hands chan struct{} // one word for each password being checked
}

// checks bounds how many passwords are checked at once: each takes 64 MiB, and anyone may ask.
const checks = 4

// New makes a door.
func New(o Options) (*Door, error) {
	if o.Store == nil || o.Now == nil || o.Idle <= 0 || o.Life < o.Idle || o.Cost.Time == 0 || o.Cost.Threads == 0 {
		return nil, errors.New("staff: store, clock, limits and cost are needed")
	}
	return &Door{o: o, hands: make(chan struct{}, checks)}, nil
}

// signIns bounds the guessing of one login's password.
var signIns = store.Bound{Name: "sign-in", Max: 5, Per: 15 * time.Minute}

// SignIn checks a password and starts a session. Its token is for the browser's cookie alone. An unknown login, a
// wrong password and someone who has left are the same civic.Forbidden, after the same work; too many tries are
// civic.Limited, also with the right password.
func (d *Door) SignIn(ctx context.Context, login, password string) (token string, p store.Person, err error) {
	if p, err = d.prove(ctx, login, password); err != nil {
		return "", store.Person{}, err
	}
	token, err = d.start(ctx, login)
	return token, p, err
}

// prove checks a password of somebody who works here, within the bound on tries.
func (d *Door) prove(ctx context.Context, login, password string) (store.Person, error) {
	if err := d.o.Store.Try(ctx, signIns, login, d.o.Now()); err != nil {
		return store.Person{}, err
	}
	p, err := d.o.Store.Person(ctx, login)
	if err != nil && !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return store.Person{}, err
	}
	right, err := d.matches(ctx, p.Hash, password)
	if err != nil {
		return store.Person{}, err
	}
	if !right || !p.Left.IsZero() {
		return store.Person{}, civic.Refuse(civic.Forbidden, "password", "staff.wrong")
	}
	return p, d.o.Store.Forgive(ctx, signIns, login)
}

// start begins a session of a person and returns its token.
func (d *Door) start(ctx context.Context, login string) (string, error) {
	var raw [32]byte
	rand.Read(raw[:])
	token := base64.RawURLEncoding.EncodeToString(raw[:])
	now := d.o.Now()
	return token, d.o.Store.StartSession(ctx, store.Session{
		Token: civic.DigestOf([]byte(token)), Login: login, Made: now, Idle: now.Add(d.o.Idle), Ends: now.Add(d.o.Life),
	})
}

func (d *Door) matches(ctx context.Context, hash, password string) (bool, error) {
	select {
	case d.hands <- struct{}{}:
		defer func() { <-d.hands }()
		return d.o.Cost.Matches(hash, password), nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// Person returns who holds a token, and keeps the session alive; civic.NotFound where it has ended.
func (d *Door) Person(ctx context.Context, token string) (store.Person, error) {
	return d.o.Store.Session(ctx, civic.DigestOf([]byte(token)), d.o.Now(), d.o.Idle)
}

// SignOut ends a session.
func (d *Door) SignOut(ctx context.Context, token string) error {
	return d.o.Store.EndSession(ctx, civic.DigestOf([]byte(token)))
}

// Add adds a person with a first password.
func (d *Door) Add(ctx context.Context, p store.Person, password string, by store.Actor) error {
	hash, err := d.o.Cost.Hash(password)
	if err != nil {
		return err
	}
	p.Hash, p.Since = hash, d.o.Now()
	return d.o.Store.AddPerson(ctx, p, by)
}

// SetPassword replaces a password and ends the person's sessions.
func (d *Door) SetPassword(ctx context.Context, login, password string, by store.Actor) error {
	hash, err := d.o.Cost.Hash(password)
	if err != nil {
		return err
	}
	return d.o.Store.SetPassword(ctx, login, hash, d.o.Now(), by)
}
