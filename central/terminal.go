package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"doorstep/central/server"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

type terminalFlags struct {
	List   terminalListFlags   `cmd:"" help:"List the terminals, what each is told to do, and how those ended that are no more."`
	Rotate terminalRotateFlags `cmd:"" help:"Change a terminal's key: it makes one when it is next heard and takes it up at its next start."`
	Move   terminalMoveFlags   `cmd:"" help:"Move a terminal: it sends everything first, and serves at the new place from its next start."`
	Retire terminalRetireFlags `cmd:"" help:"Retire a terminal: it begins nothing new, sends everything, and ends."`
	Drop   terminalDropFlags   `cmd:"" help:"Take an order back that a terminal has not begun."`
	Revoke terminalRevokeFlags `cmd:"" help:"End the use of a terminal's key at once. What comes from it later waits for release; nothing is lost."`
}

type numberArg struct {
	Number uint32 `arg:"" help:"Number of the terminal."`
}

type terminalListFlags struct{}

type terminalRotateFlags struct{ numberArg }

type terminalMoveFlags struct {
	numberArg
	Point   string `required:"" help:"Key of the service point it goes to."`
	Name    string `required:"" help:"Its name as printed."`
	Address string `help:"Its address."`
	Area    string `required:"" help:"Its area code, as 440113."`
}

type terminalRetireFlags struct{ numberArg }

type terminalDropFlags struct{ numberArg }

type terminalRevokeFlags struct {
	numberArg
	Reason string `required:"" help:"Why, for the audit and for others."`
}

type releaseFlags struct {
	Entry string `arg:"" help:"Id of the entry, in hexadecimal."`
}

type recoverFlags struct {
	Folder string `arg:"" help:"Folder that kiosk recover wrote." type:"existingdir"`
}

// with opens central and finds the terminal that has the number now.
func (n numberArg) with(ctx context.Context, f *flags, log *slog.Logger, do func(s *server.Server, key civic.KeyID) error) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	list, err := s.Fleet().Terminals(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Number == n.Number {
			return do(s, t.Key)
		}
	}
	return civic.Refuse(civic.NotFound, "terminal", "terminal.unknown")
}

// Run lists the terminals.
func (*terminalListFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	list, err := s.Fleet().Terminals(ctx)
	if err != nil {
		return err
	}
	orders, err := s.Fleet().Orders(ctx)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, t := range list {
		fmt.Fprintf(&b, "%05d %s %s: %s\n", t.Number, t.Place.Point, t.Place.Name, standing(&t, orders))
	}
	_, err = io.WriteString(stdout, b.String())
	return err
}

// standing says in words how a terminal stands.
func standing(t *store.Terminal, orders []store.Order) string {
	switch at := t.Revoked.Format(time.DateTime); t.Ended {
	case store.Revoked:
		return strings.TrimSpace("revoked " + at + " " + t.Reason)
	case store.Retired:
		return "retired " + at + ", it had sent everything"
	case store.Replaced:
		return "replaced " + at + ", the terminal has a new key and number"
	}
	for _, o := range orders {
		switch {
		case o.Next == t.Key:
			return "waits for the terminal's next start"
		case o.Terminal == t.Key && o.Next != civic.KeyID{}:
			return "ordered to " + string(o.Task) + ": ready, takes effect at its next start; it may be switched off now"
		case o.Terminal == t.Key:
			return "ordered to " + string(o.Task) + ": " + waits(o.Task)
		}
	}
	if t.Seen.IsZero() {
		return "never heard"
	}
	return "serves, last heard " + t.Seen.Format(time.DateTime)
}

// waits says what an order waits for.
func waits(task store.Task) string {
	if task == store.Rotate {
		return "waits until it is heard"
	}
	return "waits until it is heard and has sent everything; leave it on, with its line"
}

// Run orders a new key.
func (r *terminalRotateFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	return r.with(ctx, f, log, func(s *server.Server, key civic.KeyID) error {
		if err := s.Fleet().Rotate(ctx, key, store.System()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(stdout, "It makes a new key when it is next heard and takes it up at its next start; residents notice nothing. The old key\n"+
			"serves until the new one has proved itself. See central terminal list.")
		return err
	})
}

// Run orders a move.
func (m *terminalMoveFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	return m.with(ctx, f, log, func(s *server.Server, key civic.KeyID) error {
		to := store.Place{Point: m.Point, Name: m.Name, Address: m.Address, Area: m.Area}
		if err := s.Fleet().Move(ctx, key, to, store.System()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(stdout, "Leave it on, with its line, until central terminal list says that it may be switched off: it sends everything first.\n"+
			"Then carry it over; when it is started there it has a new key and number and gets what is published there.")
		return err
	})
}

// Run orders to retire.
func (r *terminalRetireFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	return r.with(ctx, f, log, func(s *server.Server, key civic.KeyID) error {
		if err := s.Fleet().Retire(ctx, key, store.System()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(stdout, "It begins nothing new, sends everything, and ends. Leave it on until central terminal list says retired.\n"+
			"One that is dead cannot: recover its disk (kiosk recover), and revoke it.")
		return err
	})
}

// Run takes an order back.
func (d *terminalDropFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	return d.with(ctx, f, log, func(s *server.Server, key civic.KeyID) error {
		if err := s.Fleet().Drop(ctx, key, store.System()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(stdout, "No order waits for it any more.")
		return err
	})
}

// Run ends the use of a key.
func (r *terminalRevokeFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	return r.with(ctx, f, log, func(s *server.Server, key civic.KeyID) error {
		if err := s.Fleet().Revoke(ctx, key, r.Reason, store.System()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(stdout, "It holds no session any more and begins nothing new once it hears of this. What it took in and had not sent stays on\n"+
			"its disk: read it with kiosk recover, take it with central recover, and release it in the console, one by one.")
		return err
	})
}

// Run releases an entry.
func (r *releaseFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	id, err := civic.ParseEntryID(r.Entry)
	if err != nil {
		return civic.Refuse(civic.NotFound, "entry", "entry.unknown")
	}
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := s.Release(ctx, id); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "It is opened within seconds while central runs, or at its next start.")
	return err
}

// Run takes what was read off a disk.
func (r *recoverFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	sum, broken := s.Recover(ctx, r.Folder)
	_, err = fmt.Fprintf(stdout, "entries taken %d, held already %d, not of our terminals %d\npapers taken %d, absent %d\n"+
		"They are opened within seconds while central runs, or at its next start. What a revoked key signed waits in the\n"+
		"console for release. Giving the same folder again changes nothing.\n",
		sum.Fresh, sum.Held, sum.Strange, sum.Papers, sum.Absent)
	if broken != nil {
		return broken
	}
	return err
}
