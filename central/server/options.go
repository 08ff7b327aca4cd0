// Package server is central as a process: it opens the keys and the stores, wires intake, casework, bulletin and
// fleet to the terminals' endpoint, the console and the tracking page, and runs all of it until its context ends.
// It decides nothing about services or cases.
package server

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"time"
)

// Options say where central keeps its things and where it listens.
type Options struct {
	// Dir holds keys, database, vault key and papers. The vault's key and the keys are apart from the database so
	// that a backup of the one does not open the other.
	Dir string
	// Terminals, Console and Track are the addresses to listen on, host:port.
	Terminals string
	Console   string
	Track     string
	// Public is the address at which terminals reach central from outside, host:port, as enrolment codes name it;
	// empty means Terminals.
	Public string
	// TrackURL is the beginning of the link in the QR, as https://track.example or a bare host.
	TrackURL string
	// Authority is who receives applications, as printed at the top of a receipt.
	Authority string
	// Contact is the telephone for questions.
	Contact string
	// Heads is the folder into which the signed head of the audit goes each day; empty means heads in Dir. It is to
	// be copied where whoever can write the database cannot.
	Heads string
	// Metrics is the loopback address at which a Prometheus may read figures, host:port; empty: none.
	Metrics string
	// SecureCookies says that the console is reached by https.
	SecureCookies bool
	Clock         func() time.Time
	Logger        *slog.Logger
}

// DefaultOptions returns the options of a central that serves one machine.
func DefaultOptions() Options {
	return Options{
		Dir: "central-data", Terminals: "127.0.0.1:8600", Console: "127.0.0.1:8601", Track: "127.0.0.1:8602",
		Clock: time.Now, Logger: slog.Default(),
	}
}

func (o *Options) validate() error {
	if o.Dir == "" || o.Clock == nil || o.Logger == nil {
		return errors.New("server: directory, clock and logger are needed")
	}
	if o.Public == "" {
		o.Public = o.Terminals
	}
	if _, _, err := net.SplitHostPort(o.Public); err != nil {
		return errors.New("server: the public address must be host:port")
	}
	if o.TrackURL == "" {
		o.TrackURL = "http://" + o.Track
	}
	return nil
}

// site is how the public pages are reached, from what stands in the QR: a bare host is behind https.
func (o *Options) site() string {
	if strings.Contains(o.TrackURL, "://") {
		return strings.TrimRight(o.TrackURL, "/")
	}
	return "https://" + o.TrackURL
}
