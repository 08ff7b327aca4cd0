package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Ports are the addresses of one site.
type Ports struct {
	Terminals string // where the terminal reaches central
	Console   string
	Track     string
	Pages     string // of the terminal
}

// FreePorts returns addresses that nobody listens on now.
func FreePorts() (Ports, error) {
	var free [4]string
	for i := range free {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return Ports{}, fmt.Errorf("find a free port: %w", err)
		}
		defer func() { _ = ln.Close() }()
		free[i] = ln.Addr().String()
	}
	return Ports{free[0], free[1], free[2], free[3]}, nil
}

// Site is a central and a terminal as processes, with everything they keep under one folder.
type Site struct {
	Dir   string // of everything
	Bin   string // of the programs
	Ports Ports
	Print string   // folder in place of a printer; empty for none
	Faces string   // of the terminal, its own first; empty for the resident's alone
	Env   []string // added to the terminal's environment

	Central *Process
	Kiosk   *Process
}

// Path returns a path in the site's folder.
func (s *Site) Path(parts ...string) string {
	return filepath.Join(append([]string{s.Dir}, parts...)...)
}

// Up starts central and the terminal, and before that, the first time, enrols the terminal.
func (s *Site) Up(ctx context.Context) error {
	if err := s.StartCentral(ctx, s.Ports.Terminals); err != nil {
		return err
	}
	if err := s.Enrol(ctx); err != nil {
		return err
	}
	return s.StartKiosk(ctx)
}

// StartCentral starts central with the terminals' listener at an address, which need not be the one that the
// terminal knows: then the line is cut while staff and phones are served, or another program stands between.
func (s *Site) StartCentral(ctx context.Context, terminals string) error {
	if err := os.MkdirAll(s.Path("log"), 0o700); err != nil {
		return fmt.Errorf("make the site's folder: %w", err)
	}
	var err error
	s.Central, err = Start(s.Path("log", "central.log"), nil, filepath.Join(s.Bin, "central"),
		"--dir", s.Path("central"), "--terminals", terminals, "--public", s.Ports.Terminals,
		"run", "--console", s.Ports.Console, "--track", s.Ports.Track, "--track-url", "http://"+s.Ports.Track)
	if err != nil {
		return err
	}
	return s.Central.Answers(ctx, s.Ports.Track)
}

// StartKiosk starts the terminal and waits for its pages.
func (s *Site) StartKiosk(ctx context.Context) error {
	if err := s.LaunchKiosk(); err != nil {
		return err
	}
	return s.Kiosk.Answers(ctx, s.Ports.Pages)
}

// LaunchKiosk starts the terminal without waiting for its pages.
func (s *Site) LaunchKiosk() error {
	args := []string{"--dir", s.Path("kiosk"), "run", "--listen", s.Ports.Pages}
	if s.Print != "" {
		args = append(args, "--print-dir", s.Print)
	}
	if s.Faces != "" {
		args = append(args, "--face", s.Faces)
	}
	var err error
	s.Kiosk, err = Start(s.Path("log", "kiosk.log"), s.Env, filepath.Join(s.Bin, "kiosk"), args...)
	return err
}

// Enrol joins the terminal to central the first time.
func (s *Site) Enrol(ctx context.Context) error {
	if _, err := os.Stat(s.Path("kiosk", "enrolled")); err == nil {
		return nil
	}
	code, err := s.Tool(ctx, "central", "--dir", s.Path("central"), "--public", s.Ports.Terminals, "invite",
		"--point", "hualong", "--name", "番禺区化龙镇党群服务中心", "--address", "广州市番禺区化龙镇龙源路", "--area", "440113")
	if err != nil {
		return err
	}
	if _, err := s.Tool(ctx, "kiosk", "--dir", s.Path("kiosk"), "enrol", code); err != nil {
		return err
	}
	return os.WriteFile(s.Path("kiosk", "enrolled"), nil, 0o600)
}

// Tool runs a program to its end and returns what it printed.
func (s *Site) Tool(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.Bin, name), args...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, complaint.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// OpenURL is the address that opens the terminal's pages in its present boot.
func (s *Site) OpenURL() (string, error) {
	b, err := os.ReadFile(s.Path("kiosk", "open-url"))
	if err != nil {
		return "", fmt.Errorf("find the terminal's pages: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// Stop stops the terminal, then central.
func (s *Site) Stop() error { return errors.Join(s.Kiosk.Stop(), s.Central.Stop()) }
