package agent

import (
	"context"
	"errors"
	"fmt"
	"os"

	"doorstep/kiosk/desk"
	"doorstep/sync/identity"
	"doorstep/sync/link"
	"doorstep/sync/wire"
)

// Enrol gives this machine a place in the fleet of the central that a code names. It may be asked again with the
// same code when an answer was lost.
func Enrol(ctx context.Context, opts Options, text string) (w wire.Welcome, err error) {
	if err := opts.validate(); err != nil {
		return w, err
	}
	code, err := identity.ParseCode(text)
	if err != nil {
		return w, err
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return w, fmt.Errorf("make the terminal's folder: %w", err)
	}
	take := identity.EnrolTerminal
	if opts.NewKey {
		take = identity.RenewTerminal
	}
	t, err := take(keyFile(opts.Dir), code, opts.Clock())
	if err != nil {
		return w, err
	}
	clock, err := desk.OpenClock(opts.Clock)
	if err != nil {
		return w, err
	}
	s, err := openStore(opts, t, clock)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	u, err := newUplink(opts, t, identity.NewKeyring(t.Root), s, clock, nil)
	if err != nil {
		return w, err
	}
	conn, err := link.Dial(ctx, code.Address)
	if err != nil {
		return w, err
	}
	defer func() { _ = conn.Close() }()
	if w, err = u.Enrol(ctx, conn, code.Secret); err != nil {
		return w, err
	}
	return w, reopen(opts.Dir)
}
