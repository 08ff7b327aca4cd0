package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"doorstep/assets/locale"
	"doorstep/central/casework"
	"doorstep/central/server"
	"doorstep/sync/civic"
)

type retentionFlags struct {
	Execute bool   `help:"Erase what is due. What is under a legal hold stays."`
	Lang    string `help:"Language of the report." enum:"zh,en" default:"zh" env:"DOORSTEP_LANG"`
}

// progressEvery is after how many cases the progress is said again.
const progressEvery = 100

// Run shows how the terms stand and, where asked to, erases what is due and shows them again.
func (r *retentionFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	kept, err := s.Kept(ctx)
	if err != nil {
		return err
	}
	due := 0
	for i := range kept {
		due += kept[i].Due()
	}
	if err := say(stdout, retentionTable(r.Lang, kept)); err != nil {
		return err
	}
	switch {
	case due == 0 && r.Execute:
		// A run that was cut off after its last case may have left files of papers.
		if err := s.Expire(ctx, func(int) {}); err != nil {
			return err
		}
		return say(stdout, locale.T(r.Lang, "retention.none")+"\n")
	case due == 0:
		return say(stdout, locale.T(r.Lang, "retention.none")+"\n")
	case !r.Execute:
		return say(stdout, locale.Count(r.Lang, "retention.due", due)+"\n"+locale.T(r.Lang, "retention.backups")+"\n")
	}
	return r.execute(ctx, s, stdout, due)
}

func (r *retentionFlags) execute(ctx context.Context, s *server.Server, stdout io.Writer, due int) error {
	erased := 0
	err := s.Expire(ctx, func(n int) {
		if erased = n; n%progressEvery == 0 {
			// A report that cannot be written is no reason to stop what the law asks for.
			_ = say(stdout, locale.T(r.Lang, "retention.progress", n, due)+"\n")
		}
	})
	if said := say(stdout, locale.Count(r.Lang, "retention.erased", erased)+"\n"+locale.T(r.Lang, "retention.backups")+"\n"); err == nil {
		err = said
	}
	return err
}

func say(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

// retentionTable sets the terms as a table of text, one line each.
func retentionTable(lang locale.Lang, kept []casework.Kept) string {
	t := func(key string, args ...any) string { return locale.T(lang, "retention."+key, args...) }
	rows := [][]string{{t("col.class"), t("col.term"), t("col.kept"), t("col.erased"), t("col.due"), t("col.held"), t("col.oldest"), t("col.bytes")}}
	var grounds []string
	for i := range kept {
		k := &kept[i]
		name, term := k.Term.Class, t("forever")
		if k.Known {
			name = t("class." + k.Term.Class)
			grounds = append(grounds, t("ground", name, ground(lang, k.Term)))
		} else {
			grounds = append(grounds, t("unknown", name))
		}
		if k.Term.Years != civic.Forever {
			term = locale.Count(lang, "retention.years", k.Term.Years)
		}
		oldest, bytes := "", ""
		if !k.All.Oldest.IsZero() {
			oldest = civic.DateOf(k.All.Oldest).String()
		}
		if k.Due() > 0 {
			bytes = bytesIn(lang, k.Over.Bytes)
		}
		rows = append(rows, []string{
			name, term, strconv.Itoa(k.All.Cases), strconv.Itoa(k.All.Erased), strconv.Itoa(k.Due()), strconv.Itoa(k.All.Held), oldest, bytes,
		})
	}
	return columns(rows) + "\n" + strings.Join(grounds, "\n") + "\n\n"
}

// ground says what a term rests on, and where its length is a choice of this product.
func ground(lang locale.Lang, term civic.Term) string {
	key := "retention.ours"
	if term.Duty {
		key = "retention.duty"
	}
	return locale.T(lang, key, term.Law)
}

func bytesIn(lang locale.Lang, n int64) string {
	if n >= 1<<20 {
		return locale.T(lang, "size.mb", strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64))
	}
	return locale.T(lang, "size.kb", max(1, n>>10))
}

// columns sets rows under each other. Han characters take two places, as terminals draw them.
func columns(rows [][]string) string {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], places(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", wide[i]-places(cell)+2)
		}
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
	}
	return b.String()
}

// places counts the columns that a text takes on a terminal.
func places(s string) int {
	n := 0
	for _, r := range s {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}
