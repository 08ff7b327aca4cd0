package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"doorstep/assets/locale"
	"doorstep/central/bulletin"
	"doorstep/central/server"
	"doorstep/sync/civic"
)

type catalogueFlags struct {
	Export exportFlags `cmd:"" help:"Write every published service into an XLSX file."`
	Import importFlags `cmd:"" help:"Publish the services of an XLSX file: all of them or, with one mistake, none."`
}

type exportFlags struct {
	File string `arg:"" help:"File to write; it must not be there." type:"path"`
}

type importFlags struct {
	File   string `arg:"" help:"File to read." type:"existingfile"`
	DryRun bool   `help:"Only say what would change."`
}

// Run writes the workbook. A file that is there is not replaced.
func (e *exportFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	file, err := os.OpenFile(e.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("create workbook: %w", err)
	}
	n, err := s.ExportCatalogue(ctx, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(e.File))
	}
	_, err = fmt.Fprintln(stdout, locale.T(locale.Chinese, "catalogue.exported", n, filepath.Base(e.File)))
	return err
}

// Run plans the import, says what it would do, and does it unless it is a dry run.
func (i *importFlags) Run(ctx context.Context, f *flags, stdout io.Writer, log *slog.Logger) error {
	s, err := server.Open(ctx, f.options(log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	file, err := os.ReadFile(i.File)
	if err != nil {
		return fmt.Errorf("read workbook: %w", err)
	}
	plan, err := s.PlanCatalogue(ctx, file, progress(log, "catalogue is read and checked"))
	if err != nil {
		return err
	}
	if err := tellPlan(stdout, plan); err != nil || i.DryRun {
		return err
	}
	if err := s.ImportCatalogue(ctx, plan, progress(log, "catalogue is published")); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, locale.T(locale.Chinese, "catalogue.imported", len(plan.Changes)))
	return err
}

// progress tells now and then how far a long step is.
func progress(log *slog.Logger, step string) func(int) {
	return func(done int) {
		if done > 0 && done%1000 == 0 {
			log.Info("catalogue", "step", step, "done", done)
		}
	}
}

// tellPlan prints what a workbook would do. Mistakes are all printed, and then are the error.
func tellPlan(w io.Writer, plan *bulletin.Plan) error {
	for _, fault := range plan.Book.Faults {
		_, err := fmt.Fprintf(w, "%s %s %s\n", fault, fault.Column, locale.Error(locale.Chinese, fault.Err))
		if err != nil {
			return err
		}
	}
	if plan.Faulty() {
		if plan.Book.More > 0 {
			_, _ = fmt.Fprintln(w, locale.T(locale.Chinese, "import.more", plan.Book.More))
		}
		return civic.Refuse(civic.Invalid, "file", "workbook.faulty")
	}
	counts := map[bulletin.ChangeKind]int{}
	for _, c := range plan.Changes {
		counts[c.Kind]++
		if _, err := fmt.Fprintf(w, "%s %s %s\n", c.ID, locale.T(locale.Chinese, "import.kind."+string(c.Kind)), c.Name); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, locale.T(locale.Chinese, "catalogue.planned",
		counts[bulletin.ChangeNew], counts[bulletin.ChangeText], counts[bulletin.ChangeAgain], plan.Unchanged, plan.Absent))
	return err
}
