// Command kiosk is the terminal agent: it serves the pages of a service point's machine, takes applications in with
// the line up or down, and keeps central in step.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"doorstep/assets/locale"
	"doorstep/kiosk/agent"
)

type flags struct {
	Dir string `help:"Folder of the terminal's key and store." default:"kiosk-data" type:"path" env:"DOORSTEP_DIR"`

	Run     runFlags     `cmd:"" help:"Serve the pages and keep the line."`
	Enrol   enrolFlags   `cmd:"" help:"Join the fleet of a central with a code made there."`
	Status  statusFlags  `cmd:"" help:"Say what is kept here, what waits, since when and why, and what to do."`
	Doctor  doctorFlags  `cmd:"" help:"Try the disk, the store and the line, and say what to do; exit code 1 if somebody must see to something."`
	Export  exportFlags  `cmd:"" help:"Write what central does not have yet into a folder, as that of a USB stick."`
	Import  importFlags  `cmd:"" help:"Take what central wrote into a folder for this terminal."`
	Recover recoverFlags `cmd:"" help:"Read what a dead terminal's disk still holds, for central recover; needs no key and changes nothing there."`
}

type runFlags struct {
	Listen    string   `help:"Loopback address of the pages." default:"127.0.0.1:8580" env:"DOORSTEP_LISTEN"`
	Metrics   string   `help:"Loopback address at which a Prometheus may read figures; none if empty." env:"DOORSTEP_METRICS"`
	PxPerMM   float64  `help:"Resolution of the panel; 0 is the 21.5 inch panel." env:"DOORSTEP_PX_PER_MM"`
	Face      []string `help:"What this machine shows, its own first: resident, lobby." default:"resident" env:"DOORSTEP_FACE"`
	LobbyInch float64  `help:"Diagonal of the lobby's screen in inches; 0 is 55." env:"DOORSTEP_LOBBY_INCH"`
	Viewing   float64  `help:"From how far the lobby's screen is read, in millimetres; 0 is 3000." env:"DOORSTEP_VIEWING"`
	PrintDir  string   `help:"Put receipts as PDF into this folder instead of a printer; for demonstrations: it leaves papers on the disk." type:"path" env:"DOORSTEP_PRINT_DIR"`
	Paper     string   `help:"Paper of the printer." default:"a4" env:"DOORSTEP_PAPER"`
}

type enrolFlags struct {
	Code   string `arg:"" help:"The code, in quotes."`
	NewKey bool   `help:"Make a new key: this machine is a copy of another, or central was replaced by one with other keys."`
}

type statusFlags struct {
	JSON bool   `help:"For programs." name:"json"`
	Lang string `help:"Language: zh or en." enum:"zh,en" default:"zh" env:"DOORSTEP_LANG"`
}

type doctorFlags struct {
	Lang string `help:"Language: zh or en." enum:"zh,en" default:"zh" env:"DOORSTEP_LANG"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var f flags
	parser, err := kong.New(&f, kong.Name("kiosk"), kong.Writers(stdout, stderr),
		kong.Description("The terminal agent of Doorstep."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(stdout, (*io.Writer)(nil)))
	if err != nil {
		panic("bug: kiosk: " + err.Error())
	}
	command, err := parser.Parse(args)
	if err != nil {
		parser.Errorf("%s", err)
		return 2
	}
	if err := command.Run(&f, slog.New(slog.NewTextHandler(stderr, nil))); errors.Is(err, errSeeTo) {
		return 1
	} else if err != nil {
		parser.Errorf("%s (%s)", locale.Error(locale.Chinese, err), err)
		return 1
	}
	return 0
}

func (f *flags) options(log *slog.Logger) agent.Options {
	o := agent.DefaultOptions()
	o.Dir, o.Logger = f.Dir, log
	o.Listen, o.PxPerMM, o.PrintDir, o.Paper = f.Run.Listen, f.Run.PxPerMM, f.Run.PrintDir, f.Run.Paper
	o.Metrics = f.Run.Metrics
	o.Faces, o.LobbyInch, o.Viewing = f.Run.Face, f.Run.LobbyInch, f.Run.Viewing
	return o
}

// Run serves until a signal.
func (*runFlags) Run(ctx context.Context, f *flags, log *slog.Logger) error {
	// A terminal is a small machine with a browser beside this program: collect at half of what Go does by itself,
	// unless whoever runs it says otherwise.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	a, err := agent.New(ctx, f.options(log))
	if err != nil {
		return err
	}
	// Not the address that opens the pages: it holds this boot's token, and logs are read by many.
	log.Info("terminal serves", "listen", f.Run.Listen)
	return a.Run(ctx)
}

// Run joins the fleet.
func (e *enrolFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	o := f.options(log)
	o.NewKey = e.NewKey
	w, err := agent.Enrol(ctx, o, e.Code)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "terminal %05d at %s\n", w.Number, w.PointName)
	return err
}

// Run prints the status; the agent may run or not.
func (s *statusFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	t, err := agent.Tell(ctx, f.options(log))
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(stdout).Encode(t)
	}
	_, err = io.WriteString(stdout, t.Report(s.Lang, time.Now()))
	return err
}

// errSeeTo ends kiosk doctor with another exit code where somebody must see to something; the words are printed.
var errSeeTo = errors.New("somebody must see to this terminal")

// Run examines the terminal; the agent may run or not.
func (d *doctorFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	list, err := agent.Examine(ctx, f.options(log), d.Lang)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, agent.Lines(d.Lang, list)); err != nil {
		return err
	}
	for _, a := range list {
		if !a.Good {
			return errSeeTo
		}
	}
	return nil
}
