// Command story runs a whole Doorstep on one machine: a central and one terminal on embedded defaults. Without
// flags it is the demonstration, which goes on until Ctrl-C and starts again where it left off. With --story it plays
// a resident's way from the touch screen with the line cut to the decision on the phone, in a real browser, checks
// every step from outside, and prints one JSON line a step.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"doorstep/deploy/fleet"
)

type flags struct {
	Story bool   `help:"Play the story by itself and end."`
	Dir   string `help:"Folder of the demonstration." default:".demo" type:"path"`
	Bin   string `help:"Folder of the programs." default:"bin" type:"path"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var f flags
	parser, err := kong.New(&f, kong.Name("demo"), kong.Writers(stdout, stderr),
		kong.Description("Doorstep on one machine: central and a terminal."))
	if err != nil {
		panic("bug: story: " + err.Error())
	}
	if _, err := parser.Parse(args); err != nil {
		parser.Errorf("%s", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if f.Story {
		err = story(ctx, f, stdout)
	} else {
		err = demo(ctx, f, stdout)
	}
	if err != nil {
		parser.Errorf("%s", err)
		return 1
	}
	return 0
}

// demo runs the demonstration until ctx ends.
func demo(ctx context.Context, f flags, out io.Writer) (err error) {
	s := newSite(f.Dir, f.Bin, fleet.Ports{
		Terminals: "127.0.0.1:8600", Console: "127.0.0.1:8601", Track: "127.0.0.1:8602", Pages: "127.0.0.1:8580",
	})
	defer func() { err = errors.Join(err, s.Stop()) }()
	if err := s.up(ctx); err != nil {
		return err
	}
	page, err := s.OpenURL()
	if err != nil {
		return err
	}
	hall, err := os.ReadFile(s.Path("kiosk", "open-url-lobby"))
	if err != nil {
		return fmt.Errorf("find the lobby's page: %w", err)
	}
	if err := s.announce(out, page, strings.TrimSpace(string(hall))); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// announce says where everything is.
func (s *site) announce(out io.Writer, page, hall string) error {
	var b strings.Builder
	fmt.Fprintf(&b, `
Doorstep is running. Ctrl-C stops it; ./deploy/demo goes on where it left off.

  the terminal's touch screen   %s
  the screen in the lobby       %s
  the console for staff         http://%s/
  the tracking page for phones  http://%s/   (opened by the QR on a receipt; notices at /notices)
  receipts "printed" as PDF     %s
  logs                          %s

  who        password           what
`, page, hall, s.Ports.Console, s.Ports.Track, s.Print, s.Path("log"))
	for _, p := range people {
		fmt.Fprintf(&b, "  %-10s %-18s %s\n", p.Login, s.passwords[p.Login], p.what)
	}
	fmt.Fprintf(&b, "\nThe terminal's window is 1080x1920: chromium --window-size=1080,1920 --app='%s'\n", page)
	_, err := io.WriteString(out, b.String())
	return err
}

// story plays the outcome in a folder of its own.
func story(ctx context.Context, f flags, out io.Writer) (err error) {
	dir := filepath.Join(f.Dir, "story")
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear the last story: %w", err)
	}
	p, err := fleet.FreePorts()
	if err != nil {
		return err
	}
	t := &teller{site: newSite(dir, f.Bin, p), out: out, efforts: map[string]effort{}}
	defer func() { err = errors.Join(err, t.close()) }()
	return t.tell(ctx)
}
