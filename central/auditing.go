package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"doorstep/central/audit"
	"doorstep/central/server"
)

type auditFlags struct {
	Verify verifyFlags `cmd:"" help:"Walk the whole chain and hold it against signed heads; fails naming the first entry that does not follow."`
	Head   headFlags   `cmd:"" help:"Write the signed end of the chain, to be kept where the database's keepers cannot write."`
}

type verifyFlags struct {
	Head []string `help:"File of a signed head; several may be given. Without one, those that central kept are used." type:"existingfile"`
}

type headFlags struct {
	Out string `help:"New file to write; without one it is printed." type:"path"`
}

// Run verifies the audit.
func (v *verifyFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	head, held, err := s.VerifyAudit(ctx, v.Head, nil)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "entries %d\ndigest %s\nheads %d\n", head.N, head.Digest, held)
	return err
}

// Run writes the signed head.
func (h *headFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	text, err := s.ExportHead(ctx)
	if err != nil {
		return err
	}
	if h.Out != "" {
		return audit.Write(h.Out, text)
	}
	_, err = stdout.Write(text)
	return err
}
