// Command central is the server behind the terminals: it publishes to them, takes custody of what they took in,
// gives it to departments and answers residents.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"doorstep/assets/locale"
	"doorstep/central/server"
	"doorstep/central/staff"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

type flags struct {
	Dir       string `help:"Folder of keys, database and papers." default:"central-data" type:"path" env:"DOORSTEP_DIR"`
	Terminals string `help:"Address that terminals reach." default:"127.0.0.1:8600" env:"DOORSTEP_TERMINALS"`
	Public    string `help:"The same as seen from outside, host:port." env:"DOORSTEP_PUBLIC"`
	Heads     string `help:"Folder of the signed heads of the audit, one a day; heads in the folder of the database if empty." type:"path" env:"DOORSTEP_HEADS"`

	Run    runFlags    `cmd:"" help:"Serve terminals, staff and phones."`
	Invite inviteFlags `cmd:"" help:"Make a code with which one machine may join the fleet within a day."`
	Person personFlags `cmd:"" help:"Add a member of staff; the first password is printed once."`

	Retention retentionFlags `cmd:"" help:"Show what is kept how long and what is due to be erased; erase it with --execute."`
	Samples   sampleFlags    `cmd:"" help:"For demonstrations: publish a sample notice of every kind through three members of staff."`
	Awaited   awaitedFlags   `cmd:"" help:"List the papers of cases that are still on the way, by digest, and how much of each has come."`
	Catalogue catalogueFlags `cmd:"" help:"Take the catalogue out as XLSX, or in."`
	Backup    backupFlags    `cmd:"" help:"Write a verified copy of database and papers while central runs; terminals may then purge what it covers."`
	Restore   restoreFlags   `cmd:"" help:"Make a central of a backup in an empty place; terminals then send again what they keep."`
	Terminal  terminalFlags  `cmd:"" help:"List the terminals; change a key, move, retire or revoke one."`
	Recover   recoverFlags   `cmd:"" help:"Take what kiosk recover read off the disk of a terminal that can send no more."`
	Release   releaseFlags   `cmd:"" help:"Have an entry opened that was set aside, as the console does."`
	Keys      keysFlags      `cmd:"" help:"List and change central's keys; back them up to holders and prove that the copy serves."`
	Audit     auditFlags     `cmd:"" help:"Verify the audit, or let its signed head leave the database."`

	Export bundleExportFlags `cmd:"" help:"Write what terminals without a line are to have into a folder, as that of a USB stick."`
	Import bundleImportFlags `cmd:"" help:"Take what terminals wrote into a folder."`
}

type runFlags struct {
	Console   string `help:"Address of the console." default:"127.0.0.1:8601" env:"DOORSTEP_CONSOLE"`
	Track     string `help:"Address of the tracking page." default:"127.0.0.1:8602" env:"DOORSTEP_TRACK"`
	TrackURL  string `help:"Beginning of the link in the QR, as track.example." env:"DOORSTEP_TRACK_URL"`
	Authority string `help:"Who receives applications, as printed." default:"广州市番禺区政务服务中心" env:"DOORSTEP_AUTHORITY"`
	Contact   string `help:"Telephone for questions." default:"12345" env:"DOORSTEP_CONTACT"`
	Metrics   string `help:"Loopback address at which a Prometheus may read figures; none if empty." env:"DOORSTEP_METRICS"`
	Secure    bool   `help:"The console is reached by https." env:"DOORSTEP_SECURE"`
}

type inviteFlags struct {
	Point   string `required:"" help:"Key of the service point, as hualong."`
	Name    string `required:"" help:"Its name as printed."`
	Address string `help:"Its address."`
	Area    string `required:"" help:"Its area code, as 440113."`
}

type personFlags struct {
	Login      string   `arg:"" help:"Name to sign in with."`
	Name       string   `required:"" help:"Name as shown."`
	Roles      []string `required:"" name:"role" help:"clerk, publisher, network, secrecy, supervisor, operator, admin, auditor or staff."`
	Department string   `help:"Department of a clerk."`
	Point      string   `help:"Service point of staff."`
	Lasting    bool     `help:"The password may stay: for accounts that no person signs in with."`
}

type sampleFlags struct {
	Publisher string `required:"" help:"Login of a publisher."`
	Network   string `required:"" help:"Login of a member of the network office."`
	Secrecy   string `required:"" help:"Login of a member of the secrecy office."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var f flags
	parser, err := kong.New(&f, kong.Name("central"), kong.Writers(stdout, stderr),
		kong.Description("The server behind the terminals of Doorstep."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(stdout, (*io.Writer)(nil)))
	if err != nil {
		panic("bug: central: " + err.Error())
	}
	command, err := parser.Parse(args)
	if err != nil {
		parser.Errorf("%s", err)
		return 2
	}
	if err := command.Run(&f, slog.New(slog.NewTextHandler(stderr, nil))); err != nil {
		parser.Errorf("%s (%s)", locale.Error(locale.Chinese, err), err)
		return 1
	}
	return 0
}

func (f *flags) options(log *slog.Logger) server.Options {
	o := server.DefaultOptions()
	o.Dir, o.Terminals, o.Public, o.Logger = f.Dir, f.Terminals, f.Public, log
	o.Console, o.Track, o.TrackURL, o.SecureCookies = f.Run.Console, f.Run.Track, f.Run.TrackURL, f.Run.Secure
	o.Heads, o.Metrics = f.Heads, f.Run.Metrics
	o.Authority, o.Contact = f.Run.Authority, f.Run.Contact
	return o
}

// Run serves until a signal. When the keys have been changed it opens again with those that are there now: terminals
// come back by themselves.
func (*runFlags) Run(ctx context.Context, f *flags, _ io.Writer, log *slog.Logger) error {
	for {
		s, err := server.New(ctx, f.options(log))
		if err != nil {
			return err
		}
		log.Info("central serves", "terminals", f.Terminals, "console", f.Run.Console, "track", f.Run.Track)
		if err := s.Run(ctx); !errors.Is(err, server.ErrKeys) {
			return err
		}
		log.Info("the key folder has changed: central opens again")
	}
}

// Run prints a code.
func (i *inviteFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	code, err := s.Invite(ctx, store.Place{Point: i.Point, Name: i.Name, Address: i.Address, Area: i.Area})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, code)
	return err
}

// Run adds a person and prints the first password.
func (p *personFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	person := store.Person{Login: p.Login, Name: p.Name, Department: p.Department, Point: p.Point, Since: time.Now(), Fresh: !p.Lasting}
	for _, r := range p.Roles {
		person.Roles = append(person.Roles, civic.Role(r))
	}
	password := staff.FirstPassword()
	if err := s.AddPerson(ctx, person, password); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, password)
	return err
}

// Run publishes the sample notices and prints how many were new.
func (p *sampleFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	n, err := s.Samples(ctx, p.Publisher, p.Network, p.Secrecy)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, n)
	return err
}
