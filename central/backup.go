package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"doorstep/central/server"
)

type backupFlags struct {
	Folder string `arg:"" help:"New folder to write; it must not be there." type:"path"`
}

type restoreFlags struct {
	Backup string `arg:"" help:"Folder that central backup wrote." type:"existingdir"`
	Keys   string `help:"Folder of central's keys, which no backup holds; those in the folder of central if empty." type:"existingdir"`
}

// Run writes a verified backup and prints what is in it.
func (b *backupFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	m, err := server.Backup(ctx, f.options(log), b.Folder)
	if err != nil {
		return err
	}
	return tellBackup(stdout, m)
}

// Run restores central into an empty place and says what follows from it.
func (r *restoreFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	m, err := server.Restore(ctx, f.options(log), r.Backup, r.Keys)
	if err != nil {
		return err
	}
	if err := tellBackup(stdout, m); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, "restored: terminals send again what they keep; what is lost is listed in the console, at terminals, what was lost")
	return err
}

func tellBackup(stdout io.Writer, m server.Manifest) error {
	_, err := fmt.Fprintf(stdout, "taken %s\njournals %d\npapers %d\nbytes %d\n", m.Taken.Format(time.RFC3339), m.Journals, m.Papers, m.Bytes)
	return err
}
