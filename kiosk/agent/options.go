// Package agent is the terminal as a process: it opens the key, the store and the desk, serves the pages and keeps
// the line to central, until its context ends. It is the only package of the terminal that knows all others, and it
// decides nothing about services.
package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"doorstep/kiosk/web"
	"doorstep/printing/receipt"
)

// Version names this program to the operator.
const Version = "0.1.0"

// Options say where a terminal keeps its things and what is attached to it.
type Options struct {
	// Dir holds the terminal's key and its store.
	Dir string
	// Listen is the loopback address of the pages, host:port.
	Listen string
	// Metrics is the loopback address at which a Prometheus may read figures, host:port; empty: none.
	Metrics string
	// PxPerMM is the panel's resolution in pixels per millimetre; 0 is the 21.5 inch panel of 1080x1920.
	PxPerMM float64
	// Faces are what this machine shows, its own first: resident, lobby. None is resident.
	Faces []string
	// LobbyInch is the diagonal of the lobby's screen, and Viewing from how far it is read, in millimetres; 0 is 55
	// inches and 3 m.
	LobbyInch, Viewing float64
	// PrintDir is a folder that stands in for a printer: receipts are put there as PDF. It leaves papers readable
	// on the disk, so it serves demonstrations only. Empty: no printer.
	PrintDir string
	// Paper is the paper of the printer: a4 or roll80.
	Paper  string
	Clock  func() time.Time
	Logger *slog.Logger
	// NewKey makes Enrol take a new key in place of the one there.
	NewKey bool
}

// DefaultOptions returns the options of a terminal without a printer.
func DefaultOptions() Options {
	return Options{Dir: "kiosk-data", Listen: "127.0.0.1:8580", Paper: "a4", Clock: time.Now, Logger: slog.Default()}
}

func (o *Options) validate() error {
	if o.Dir == "" || o.Clock == nil || o.Logger == nil {
		return errors.New("agent: directory, clock and logger are needed")
	}
	if o.LobbyInch < 0 || o.Viewing < 0 {
		return errors.New("agent: the lobby's screen and its distance cannot be less than nothing")
	}
	if _, err := web.ParseFaces(o.Faces); err != nil {
		return err
	}
	if o.Paper != "" {
		if _, err := receipt.ParsePaper(o.Paper); err != nil {
			return fmt.Errorf("agent: %w", err)
		}
	}
	return nil
}
