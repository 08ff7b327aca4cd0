package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"doorstep/assets/locale"
	"doorstep/kiosk/agent"
	"doorstep/sync/civic"
)

type exportFlags struct {
	To   string `arg:"" name:"dir" help:"Folder to write into; it must be there." type:"existingdir"`
	Rest bool   `help:"Leave out what an earlier export wrote anywhere: to go on with a second stick." xor:"extent"`
	All  bool   `help:"Write everything that is still kept, also what central confirmed: for a central that lost it." xor:"extent"`
	Lang string `help:"Language of the messages." enum:"zh,en" default:"zh"`
}

type importFlags struct {
	From string `arg:"" name:"dir" help:"Folder to read." type:"existingdir"`
	Lang string `help:"Language of the messages." enum:"zh,en" default:"zh"`
}

// Run writes a bundle, saying after each file how far it is.
func (e *exportFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	extent := agent.ExportOwed
	switch {
	case e.Rest:
		extent = agent.ExportRest
	case e.All:
		extent = agent.ExportAll
	}
	say := func(key string, args ...any) { _, _ = fmt.Fprintln(stdout, locale.T(e.Lang, key, args...)) }
	sum, err := agent.Export(ctx, f.options(log), e.To, extent, func(s agent.Exported) {
		say("bundle.writing", s.Files, s.Entries, megabytes(s.Bytes))
	})
	if sum.Removed > 0 {
		say("bundle.removed", sum.Removed)
	}
	if sum.Lost > 0 {
		say("bundle.lost", sum.Lost)
	}
	if err != nil {
		return err
	}
	say("bundle.written", sum.Files, sum.Entries, megabytes(sum.Bytes))
	return nil
}

// Run takes a bundle in. Files that are refused are named, and then are the error.
func (i *importFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	say := func(key string, args ...any) { _, _ = fmt.Fprintln(stdout, locale.T(i.Lang, key, args...)) }
	sum, err := agent.Import(ctx, f.options(log), i.From, func(s agent.Imported) {
		say("bundle.reading", s.Files, s.Editions)
	})
	for _, r := range sum.Refused {
		say("bundle.refused", r.Name, locale.Error(i.Lang, r.Err))
	}
	if sum.Elsewhere > 0 {
		say("bundle.others", sum.Elsewhere)
	}
	if sum.More > 0 {
		say("bundle.more", sum.More)
	}
	if sum.Missing {
		say("bundle.missing.down")
	}
	if sum.Waiting {
		say("bundle.waiting")
	}
	if sum.Forked != "" {
		say("link.forked")
	}
	if err != nil {
		return err
	}
	say("bundle.received", sum.Files, sum.Held, sum.Outcomes, sum.Statuses, sum.Editions)
	switch {
	case len(sum.Refused) > 0:
		return civic.Refuse(civic.Untrusted, "bundle", "bundle.partly")
	case sum.Files == 0:
		return civic.Refuse(civic.NotFound, "bundle", "bundle.none")
	}
	return nil
}

// megabytes says a size with one decimal.
func megabytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }
