// Command faults does to Doorstep what the field does, and tells what was lost: it runs the tests and trials of each
// kind of fault, counts from what they print how often each was tried and how many applications were lost or doubled,
// and prints one row a fault. It ends with an error if a row fails, or was not tried, or if anything was lost or doubled.
//
// A test prints its figures in lines of "figures key=value ...". Of these, tried, lost and doubled are columns; the
// others are shown as they are, numbers added up over the lines of a row. A row without lost and doubled counts no
// applications: what it holds is in its words. A row without tried counts the tests and subtests that ran.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type flags struct {
	Quick  bool   `help:"A part of them, in under three minutes."`
	Report string `help:"File that the table is written to, as Markdown." default:".demo/faults.md" type:"path"`
	Bin    string `help:"Folder of the programs." default:"bin" type:"path"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var f flags
	parser, err := kong.New(&f, kong.Name("faults"), kong.Writers(stdout, stderr),
		kong.Description("What the field does to Doorstep, and what is lost by it."))
	if err != nil {
		panic("bug: faults: " + err.Error())
	}
	if _, err := parser.Parse(args); err != nil {
		parser.Errorf("%s", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	s := newSuite(f, stdout)
	s.run(ctx)
	if err := ctx.Err(); err != nil {
		parser.Errorf("interrupted")
		return 1
	}
	took := time.Since(began).Round(time.Second)
	if err := write(f.Report, func(w io.Writer) { s.markdown(w, took) }); err != nil {
		parser.Errorf("%s", err)
		return 1
	}
	tell(stdout, "\n%s, %d cores, %v; the table: %s\n", runtime.Version(), runtime.NumCPU(), took, f.Report)
	ok := s.judge(stdout)
	tell(stdout, "lost %d doubled %d\n", s.lost(), s.doubled())
	if !ok {
		return 1
	}
	return 0
}

func write(path string, body func(io.Writer)) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make a folder for the table: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	body(file)
	if err := file.Close(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// tell writes to whoever looks on; that nobody can read it does not end the run.
func tell(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
