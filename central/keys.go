package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"doorstep/central/server"
	"doorstep/sync/civic"
)

type keysFlags struct {
	List    keyListFlags    `cmd:"" help:"List the keys, and whether terminals can have them."`
	Rotate  keyRotateFlags  `cmd:"" help:"Make a new sign or seal key; the old one goes on verifying and opening. Needs root.key in the key folder."`
	Backup  keyBackupFlags  `cmd:"" help:"Encrypt the keys that a restore needs to offline holders, each of whom can open the copy alone. The root key is not in it."`
	Drill   keyDrillFlags   `cmd:"" help:"Prove with a holder's identity that a copy opens what terminals seal now; leaves nothing behind."`
	Restore keyRestoreFlags `cmd:"" help:"Put the keys of a copy into the folder of a central that has none."`
}

type keyListFlags struct{}

type keyRotateFlags struct {
	Kind string `arg:"" enum:"sign,seal" help:"sign or seal."`
}

type keyBackupFlags struct {
	Out     string   `arg:"" help:"New file to write." type:"path"`
	To      []string `help:"A holder's recipient, as age-keygen prints it: age1... or age1pq1...; may be repeated." xor:"to"`
	Holders string   `help:"File of recipients, a line each." type:"existingfile" xor:"to"`
}

type keyDrillFlags struct {
	Backup   string `arg:"" help:"The copy." type:"existingfile"`
	Identity string `required:"" help:"File of the holder's identity, as age-keygen wrote it." type:"existingfile"`
}

type keyRestoreFlags struct {
	Backup   string `arg:"" help:"The copy." type:"existingfile"`
	Identity string `required:"" help:"File of the holder's identity." type:"existingfile"`
}

// Run lists the keys.
func (*keyListFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	list, err := s.Keys(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b server.KeyState) int {
		return cmp.Or(cmp.Compare(b.Kind, a.Kind), b.From.Compare(a.From))
	})
	var b strings.Builder
	for _, k := range list {
		use := "in use"
		if !k.Until.IsZero() {
			use = "kept for what was made before " + k.Until.Format(time.DateTime)
		}
		told := "published"
		if !k.Published {
			told = "NOT PUBLISHED: terminals do not have it; central publishes it while it runs and root.key is in the key folder"
		}
		fmt.Fprintf(&b, "%s %s since %s, %s, %s\n", k.Kind, k.ID, k.From.Format(time.DateTime), use, told)
	}
	_, err = io.WriteString(stdout, b.String())
	return err
}

// Run makes a key.
func (r *keyRotateFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	id, err := s.Rotate(ctx, r.Kind)
	if err != nil {
		return err
	}
	next := "sealed to it"
	if r.Kind == server.RotateSign {
		next = "verified by it"
	}
	_, err = fmt.Fprintf(stdout, "%s %s\nCentral takes it up within seconds if it runs, or at its next start, and tells terminals. What they send or get\n"+
		"is %s as soon as they have the new list; until then the old key serves, and it stays for what was made with it.\n"+
		"Make a new copy now: central keys backup. Copies made before do not have this key.\n", r.Kind, id, next)
	return err
}

// Run writes a copy.
func (k *keyBackupFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	holders, err := k.holders()
	if err != nil {
		return err
	}
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	about, err := s.BackUpKeys(ctx, k.Out, holders)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d keys, to %d holders, in %s\nAny one holder can open it. The root key is not in it and stays where you keep it.\n"+
		"Prove it with a holder: central keys drill %s --identity FILE\n", len(about.Files), len(holders), k.Out, k.Out)
	return err
}

func (k *keyBackupFlags) holders() ([]age.Recipient, error) {
	text := strings.Join(k.To, "\n")
	if k.Holders != "" {
		b, err := os.ReadFile(k.Holders)
		if err != nil {
			return nil, fmt.Errorf("read holders: %w", err)
		}
		text = string(b)
	}
	if strings.TrimSpace(text) == "" {
		return nil, civic.Refuse(civic.Missing, "holder", "keys.holders")
	}
	list, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, &civic.Error{Code: civic.Invalid, Field: "holder", Key: "keys.recipient", Err: err}
	}
	return list, nil
}

func identities(file string) ([]age.Identity, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	defer func() { _ = f.Close() }() // read only
	list, err := age.ParseIdentities(f)
	if err != nil {
		// The cause may quote a line of the file.
		return nil, civic.Refuse(civic.Invalid, "holder", "keys.identity")
	}
	return list, nil
}

// errDrill fails the command when the copy lacks what terminals use now.
var errDrill = errors.New("the copy is not enough to go on with: make a new one")

// Run proves a copy.
func (k *keyDrillFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	holder, err := identities(k.Identity)
	if err != nil {
		return err
	}
	backup, err := os.ReadFile(k.Backup)
	if err != nil {
		return fmt.Errorf("read the copy: %w", err)
	}
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	p, err := s.DrillKeys(ctx, backup, holder)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "opened with this holder's identity: %d keys, copied %s\n", len(p.Files), p.Made.Format(time.DateTime))
	for _, id := range p.Opened {
		fmt.Fprintf(&b, "seal %s: opened what was sealed just now to the key that terminals hold\n", id)
	}
	for _, id := range p.Signed {
		fmt.Fprintf(&b, "sign %s: is the key that terminals verify by\n", id)
	}
	if p.Vault {
		b.WriteString("vault: opened the database\n")
	}
	for _, id := range p.Missing {
		fmt.Fprintf(&b, "MISSING %s: made after the copy\n", id)
	}
	b.WriteString("what was unpacked for this has been removed\n")
	if _, err := io.WriteString(stdout, b.String()); err != nil {
		return err
	}
	if !p.Whole() {
		return errDrill
	}
	_, err = fmt.Fprintln(stdout, "proved: central can go on with this copy, the database, the papers and the root key")
	return err
}

// Run restores keys.
func (k *keyRestoreFlags) Run(f *flags, stdout io.Writer) error {
	holder, err := identities(k.Identity)
	if err != nil {
		return err
	}
	backup, err := os.Open(k.Backup)
	if err != nil {
		return fmt.Errorf("read the copy: %w", err)
	}
	defer func() { _ = backup.Close() }() // read only
	about, err := server.RestoreKeys(f.Dir, backup, holder)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d keys of %s are back. Put the database and the papers beside them before central is started.\n",
		len(about.Files), about.Made.Format(time.DateTime))
	return err
}
