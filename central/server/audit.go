package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorstep/central/audit"
	"doorstep/central/store"
)

// headsEvery is how often central looks whether the head of the day has left the database.
const headsEvery = 10 * time.Minute

// heads is the folder into which a signed head goes each day.
func (s *Server) heads() string {
	if s.opts.Heads != "" {
		return s.opts.Heads
	}
	return filepath.Join(s.opts.Dir, "heads")
}

func (s *Server) keeper() *audit.Keeper {
	return &audit.Keeper{
		Store: s.store, Key: s.keys.Sign, Folder: s.heads(), Now: s.opts.Clock, Every: headsEvery,
		Failed: func(err error) { s.opts.Logger.Error("the head of the audit did not leave the database", "error", err) },
	}
}

// ExportHead returns the signed end of the audit's chain as the text of a file.
func (s *Server) ExportHead(ctx context.Context) ([]byte, error) {
	text, _, err := audit.Export(ctx, s.store, s.keys.Sign, store.System(), s.opts.Clock())
	return text, err
}

// VerifyAudit walks the audit's whole chain and holds it against the heads in files, or where none is named against
// those that central kept itself. It returns the end of the chain and how many heads it was held against.
func (s *Server) VerifyAudit(ctx context.Context, files []string, tell func(n, of uint64)) (store.AuditHead, int, error) {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob(filepath.Join(s.heads(), "audit-*.head")); err != nil {
			return store.AuditHead{}, 0, err
		}
	}
	var heads []store.AuditHead
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return store.AuditHead{}, 0, fmt.Errorf("read head: %w", err)
		}
		head, err := audit.Read(text, s.keys.SignKeys())
		if err != nil {
			return store.AuditHead{}, 0, fmt.Errorf("%s: %w", name, err)
		}
		heads = append(heads, head)
	}
	end, err := audit.Verify(ctx, s.store, heads, tell)
	return end, len(heads), err
}
