package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"doorstep/assets/locale"
	"doorstep/central/server"
	"doorstep/sync/civic"
)

type bundleExportFlags struct {
	To       string   `arg:"" name:"dir" help:"Folder to write into; it must be there." type:"existingdir"`
	Terminal []uint32 `help:"Number of a terminal to write for; several may be given. Without one, for every terminal that ever sent a bundle."`
	Rest     bool     `help:"Leave out what the last export wrote: to go on with a second stick."`
	Lang     string   `help:"Language of the messages." enum:"zh,en" default:"zh"`
}

type bundleImportFlags struct {
	From string `arg:"" name:"dir" help:"Folder to read." type:"existingdir"`
	Lang string `help:"Language of the messages." enum:"zh,en" default:"zh"`
}

// Run writes a bundle for each terminal, saying after each file how far it is.
func (e *bundleExportFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	say := func(key string, args ...any) { _, _ = fmt.Fprintln(stdout, locale.T(e.Lang, key, args...)) }
	n := 0
	err = s.ExportBundles(ctx, e.To, e.Terminal, e.Rest, func(x server.BundleExported) {
		if x.Done {
			n++
			say("bundle.sent", numbered(x.Terminal), x.Files, x.Outcomes, x.Statuses, x.Editions)
			return
		}
		say("bundle.sending", numbered(x.Terminal), x.Files, x.Editions)
	})
	if err == nil && n == 0 {
		err = civic.Refuse(civic.NotFound, "terminal", "bundle.nobody")
	}
	return err
}

// Run takes a bundle in. Files that are refused are named, and then are the error.
func (i *bundleImportFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	say := func(key string, args ...any) { _, _ = fmt.Fprintln(stdout, locale.T(i.Lang, key, args...)) }
	sum, err := s.ImportBundles(ctx, i.From, func(done, of int) { say("bundle.collecting", done, of) })
	for _, r := range sum.Refused {
		say("bundle.refused", r.Name, locale.Error(i.Lang, r.Err))
	}
	if sum.Elsewhere > 0 {
		say("bundle.others", sum.Elsewhere)
	}
	if sum.More > 0 {
		say("bundle.more", sum.More)
	}
	for _, t := range sum.Terminals {
		say("bundle.collected", numbered(t.Number), t.Entries, t.Held, t.Papers)
		if t.Missing {
			say("bundle.missing.up", numbered(t.Number))
		}
		if t.Refused != "" {
			say("bundle.stuck", numbered(t.Number), locale.T(i.Lang, "link."+string(t.Refused)))
		}
	}
	switch {
	case err != nil:
		return err
	case len(sum.Refused) > 0:
		return civic.Refuse(civic.Untrusted, "bundle", "bundle.partly")
	case len(sum.Terminals) == 0:
		return civic.Refuse(civic.NotFound, "bundle", "bundle.none")
	}
	return nil
}

func numbered(n uint32) string { return fmt.Sprintf("%05d", n) }
