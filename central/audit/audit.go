// Package audit keeps the end of the audit's chain outside the database and holds the chain against it.
//
// Inside the database each entry is bound to the one before, so that a change shows; who can write the database could
// yet write the whole chain anew. A [Head] that left it before, signed by central, tells that too: [Keeper] writes one
// each day into a folder that is to be copied elsewhere (promise P12), and [Verify] holds the chain against every head
// it is given.
package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// Store is what is asked of central's store.
type Store interface {
	store.Search
	// Record appends an entry; see store.Audit.
	Record(ctx context.Context, e store.AuditEntry) error
}

// firstLine begins the file of a head; the number is the version of its form.
const firstLine = "doorstep audit head 1"

// Export writes into the audit that its head leaves, verifies the whole chain and returns the signed head as the text
// of a file. The lines before the payload are for people; only payload and signature count.
func Export(ctx context.Context, s Store, key *seal.Signer, by store.Actor, now time.Time) ([]byte, store.AuditHead, error) {
	if err := s.Record(ctx, store.AuditEntry{At: now, Actor: by, Action: store.ActExport, Subject: "head"}); err != nil {
		return nil, store.AuditHead{}, err
	}
	head, err := s.WalkAudit(ctx, nil, nil)
	if err != nil {
		return nil, head, err
	}
	signed, err := store.SignHead(key, head)
	if err != nil {
		return nil, head, err
	}
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, "%s\nstore %s\nentries %d\ndigest %s\ntime %s\npayload %s\nsignature %s\n", firstLine,
		head.Store, head.N, head.Digest, now.In(civic.China).Format(time.RFC3339), b64(signed.Payload), b64(signed.Signature)), head, nil
}

// Read reads the file of a head that one of central's keys signed.
func Read(file []byte, keys []ed25519.PublicKey) (store.AuditHead, error) {
	lines := strings.Split(strings.ReplaceAll(string(file), "\r\n", "\n"), "\n")
	if lines[0] != firstLine {
		return store.AuditHead{}, civic.Refuse(civic.Unsupported, "head", "head.unreadable")
	}
	var s wire.Signed
	var errs []error
	for _, line := range lines {
		name, value, _ := strings.Cut(line, " ")
		var err error
		switch name {
		case "payload":
			s.Payload, err = base64.StdEncoding.DecodeString(value)
		case "signature":
			s.Signature, err = base64.StdEncoding.DecodeString(value)
		}
		errs = append(errs, err)
	}
	if errors.Join(errs...) != nil || len(s.Payload) == 0 {
		return store.AuditHead{}, civic.Refuse(civic.Damaged, "head", "head.unreadable")
	}
	for _, key := range keys {
		if head, err := store.OpenHead(key, s); err == nil {
			return head, nil
		}
	}
	return store.AuditHead{}, civic.Refuse(civic.Untrusted, "head", "head.untrusted")
}

// Verify walks the whole chain and holds it against heads that left it before. civic.Damaged names, in Args, the
// first entry that does not follow; a chain that ends before a head or has another digest there is civic.Damaged too.
func Verify(ctx context.Context, s store.Search, heads []store.AuditHead, tell func(n, of uint64)) (store.AuditHead, error) {
	slices.SortFunc(heads, func(a, b store.AuditHead) int { return bytes.Compare(number(a.N), number(b.N)) })
	at := 0
	end, err := s.WalkAudit(ctx, tell, func(e *store.AuditEntry) error {
		for ; at < len(heads) && heads[at].N == e.N; at++ {
			if heads[at].Digest != e.Digest {
				return civic.Refuse(civic.Damaged, "audit", "head.other", e.N)
			}
		}
		return nil
	})
	if err != nil {
		return end, err
	}
	for _, h := range heads {
		switch {
		case h.Store != end.Store:
			return end, civic.Refuse(civic.Untrusted, "head", "head.store")
		case h.N > end.N:
			return end, civic.Refuse(civic.Damaged, "audit", "head.short", end.N, h.N)
		}
	}
	return end, nil
}

func number(n uint64) []byte { return fmt.Appendf(nil, "%020d", n) }

// Keeper writes a head each day.
type Keeper struct {
	Store  Store
	Key    *seal.Signer
	Folder string
	Now    func() time.Time
	Every  time.Duration // between two looks whether today's head is there
	Failed func(error)   // a head could not be written: somebody must act
}

// Run writes the head of each day, of this one at once if it is not there, until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(k.Every)
	defer tick.Stop()
	for {
		if err := k.Today(ctx); err != nil && ctx.Err() == nil {
			k.Failed(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Today writes the head of this day unless it is there. A file once written is never replaced.
func (k *Keeper) Today(ctx context.Context) error {
	now := k.Now()
	path := filepath.Join(k.Folder, "audit-"+civic.DateOf(now).String()+".head")
	if _, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(k.Folder, 0o700); err != nil {
		return fmt.Errorf("keep audit head: %w", err)
	}
	text, _, err := Export(ctx, k.Store, k.Key, store.System(), now)
	if err != nil {
		return fmt.Errorf("keep audit head: %w", err)
	}
	return Write(path, text)
}

// Write puts a head into a new file, synced with its folder.
func Write(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("keep audit head: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep audit head: %w", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("keep audit head: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
