// Command kiosk is the terminal agent: it serves the pages of a service point's machine, takes applications in with
// the line up or down, and keeps central in step.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"doorstep/assets/locale"
	"doorstep/kiosk/agent"
	"doorstep/sync/civic"
)

type flags struct {
	Dir string `help:"Folder of the terminal's key and store." default:"kiosk-data" type:"path" env:"DOORSTEP_DIR"`

	Run     runFlags     `cmd:"" help:"Serve the pages and keep the line."`
	Enrol   enrolFlags   `cmd:"" help:"Join the fleet of a central with a code made there."`
	Recover recoverFlags `cmd:"" help:"Read what a dead terminal's disk still holds, for central recover; needs no key and changes nothing there."`
	Status  statusFlags  `cmd:"" help:"Count what is kept here, and list what was saved without its receipt being shown."`
}

type runFlags struct {
	Listen    string   `help:"Loopback address of the pages." default:"127.0.0.1:8580" env:"DOORSTEP_LISTEN"`
	PxPerMM   float64  `help:"Resolution of the panel; 0 is the 21.5 inch panel." env:"DOORSTEP_PX_PER_MM"`
	Face      []string `help:"What this machine shows, its own first: resident, lobby." default:"resident" env:"DOORSTEP_FACE"`
	LobbyInch float64  `help:"Diagonal of the lobby's screen in inches; 0 is 55." env:"DOORSTEP_LOBBY_INCH"`
	Viewing   float64  `help:"From how far the lobby's screen is read, in millimetres; 0 is 3000." env:"DOORSTEP_VIEWING"`
	PrintDir  string   `help:"Put receipts as PDF into this folder instead of a printer; for demonstrations: it leaves papers on the disk." type:"path" env:"DOORSTEP_PRINT_DIR"`
	Paper     string   `help:"Paper of the printer." default:"a4" env:"DOORSTEP_PAPER"`
}

type enrolFlags struct {
	Code string `arg:"" help:"The code, in quotes."`
}

type statusFlags struct {
	JSON bool `help:"For programs." name:"json"`
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
	if err := command.Run(&f, slog.New(slog.NewTextHandler(stderr, nil))); err != nil {
		parser.Errorf("%s (%s)", locale.Error(locale.Chinese, err), err)
		return 1
	}
	return 0
}

func (f *flags) options(log *slog.Logger) agent.Options {
	o := agent.DefaultOptions()
	o.Dir, o.Logger = f.Dir, log
	o.Listen, o.PxPerMM, o.PrintDir, o.Paper = f.Run.Listen, f.Run.PxPerMM, f.Run.PrintDir, f.Run.Paper
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
	w, err := agent.Enrol(ctx, f.options(log), e.Code)
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
	var b strings.Builder
	fmt.Fprintf(&b, "terminal %05d\n", t.Terminal)
	for _, state := range []civic.EntryState{civic.Kept, civic.Held, civic.Settled, civic.DamagedEntry, civic.Purged} {
		fmt.Fprintf(&b, "%-8s %d\n", state, t.Entries[state])
	}
	fmt.Fprintf(&b, "saved, receipt not shown: %d\n", len(t.Unshown))
	for _, u := range t.Unshown {
		fmt.Fprintf(&b, "  %s  %s  %s  %s\n", u.Code, u.Taken.Format(time.DateTime), u.Kind, u.State)
	}
	_, err = io.WriteString(stdout, b.String())
	return err
}
