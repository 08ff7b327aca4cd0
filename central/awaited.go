package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"doorstep/assets/locale"
	"doorstep/central/casework"
	"doorstep/central/server"
	"doorstep/sync/civic"
)

type awaitedFlags struct {
	Code string `arg:"" optional:"" help:"Tracking code of one case."`
	Max  int    `help:"At most this many." default:"1000"`
	Lang string `help:"Language of the list." enum:"zh,en" default:"zh" env:"DOORSTEP_LANG"`
}

// Run lists the papers that have not arrived: of a case, or of all. Another process may serve meanwhile.
func (a *awaitedFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	var code civic.TrackingCode
	if a.Code != "" {
		var err error
		if code, err = civic.ParseTrackingCode(a.Code); err != nil {
			return err
		}
	}
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	list, err := s.Awaited(ctx, code, a.Max)
	if err != nil {
		return err
	}
	return say(stdout, awaitedTable(a.Lang, list))
}

// awaitedTable sets the papers as a table of text, one line each.
func awaitedTable(lang locale.Lang, list []casework.Awaited) string {
	if len(list) == 0 {
		return locale.T(lang, "awaited.none") + "\n"
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, a := range list {
		how := fmt.Sprintf("%d%%", a.Have*100/a.Size)
		if !a.Lost.IsZero() {
			how = locale.T(lang, "awaited.lost", minute(a.Lost))
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\n", a.Code, minute(a.Received), a.Digest, a.Have, a.Size, how)
	}
	_ = w.Flush() // into memory
	return locale.T(lang, "awaited.head") + "\n" + b.String()
}

func minute(at time.Time) string { return at.In(civic.China).Format("2006-01-02 15:04") }
