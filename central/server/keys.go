package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"doorstep/central/escrow"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/identity"
)

// ErrKeys ends Run when the key folder has changed: central is to be opened again, with the keys that are there now.
var ErrKeys = errors.New("the key folder has changed")

// followKeys looks for keys that another process has put into the folder. Central publishes a key only once it can use
// it itself: a terminal that sealed to a key which this process had not read would be told that nothing opens its entry.
func (s *Server) followKeys(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		same, err := s.keys.Current()
		if err != nil {
			s.opts.Logger.Error("key folder not watched", "error", err)
			continue
		}
		if !same {
			return ErrKeys
		}
	}
}

// publishKeys publishes the list of keys, by the process that serves alone; see followKeys. The root key may be away
// as long as nothing has changed; where something has, central serves on with the list that terminals hold.
func (s *Server) publishKeys(ctx context.Context) error {
	err := s.bulletin.PublishKeys(ctx, s.keys)
	if errors.Is(err, &civic.Error{Code: civic.Unavailable}) {
		s.opts.Logger.Error("keys not published: put root.key into the key folder until they are", "error", err)
		return nil
	}
	return err
}

// seedKeys publishes the first list of a new central.
func (s *Server) seedKeys(ctx context.Context) error {
	_, err := s.bulletin.Keys(ctx)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return s.bulletin.PublishKeys(ctx, s.keys)
	}
	return err
}

// KeyState is one of central's keys.
type KeyState struct {
	Kind      string // sign or seal
	ID        string
	From      time.Time
	Until     time.Time // when the next took its place; zero while it is in use
	Published bool      // terminals can have it
}

// Keys lists central's keys, those in use first.
func (s *Server) Keys(ctx context.Context) ([]KeyState, error) {
	published, err := s.publishedKeys(ctx)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, k := range append(published.Sign, published.Seal...) {
		have[k.ID] = true
	}
	now := s.keys.Keys()
	var list []KeyState
	for kind, keys := range map[string][]identity.Key{"sign": now.Sign, "seal": now.Seal} {
		for _, k := range keys {
			list = append(list, KeyState{Kind: kind, ID: k.ID, From: k.From, Until: k.Until, Published: have[k.ID]})
		}
	}
	return list, nil
}

func (s *Server) publishedKeys(ctx context.Context) (k identity.CentralKeys, err error) {
	p, err := s.store.Current(ctx, civic.EditionKeys, identity.KeysID)
	if err != nil {
		return k, err
	}
	if err := json.Unmarshal(p.Body, &k); err != nil {
		return k, fmt.Errorf("read published keys: %w", err)
	}
	return k, nil
}

// The kinds of keys that Rotate changes.
const (
	RotateSign = "sign"
	RotateSeal = "seal"
)

// Rotate makes a new key of a kind and returns its id. The old one stays: to verify, and to open what terminals seal
// until they have the new list. The process that serves takes the new key up and publishes it within seconds, or at its
// next start; for that the root key has to be in the folder, so that without it nothing is begun.
func (s *Server) Rotate(ctx context.Context, kind string) (civic.KeyID, error) {
	if s.keys.Root == nil {
		return civic.KeyID{}, civic.Refuse(civic.Unavailable, "key", "keys.rootless")
	}
	now := s.opts.Clock()
	add, id := s.keys.AddSign, func() civic.KeyID { return s.keys.Sign.ID }
	if kind == RotateSeal {
		add, id = s.keys.AddSeal, func() civic.KeyID { return s.keys.Seal.ID }
	}
	if err := add(now); err != nil {
		return civic.KeyID{}, err
	}
	return id(), s.recordKeys(ctx, id().String(), "rotate "+kind)
}

func (s *Server) recordKeys(ctx context.Context, subject, detail string) error {
	return s.store.Record(ctx, store.AuditEntry{At: s.opts.Clock(), Actor: store.System(), Action: store.ActKeys, Subject: subject, Detail: detail})
}

func (s *Server) keyFolder() string { return filepath.Join(s.opts.Dir, "keys") }

// BackUpKeys writes a copy of the keys that a restore needs to a new file, which any of the holders can open.
func (s *Server) BackUpKeys(ctx context.Context, path string, holders []age.Recipient) (a escrow.About, err error) {
	id, err := s.store.ID(ctx)
	if err != nil {
		return a, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return a, fmt.Errorf("write the copy: %w", err)
	}
	if a, err = escrow.Seal(f, s.keyFolder(), holders, id, s.opts.Clock()); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return a, errors.Join(err, os.Remove(path))
	}
	return a, s.recordKeys(ctx, filepath.Base(path), fmt.Sprintf("backup to %d holders", len(holders)))
}

// DrillKeys proves that a holder can bring the keys back: see escrow.Drill.
func (s *Server) DrillKeys(ctx context.Context, backup []byte, holder []age.Identity) (escrow.Proof, error) {
	published, err := s.publishedKeys(ctx)
	if err != nil {
		return escrow.Proof{}, err
	}
	p, err := escrow.Drill(bytes.NewReader(backup), holder, escrow.Now{
		Root: identity.FingerprintOf(s.keys.RootKey), Keys: published,
		Data: func(v *store.Vault) error {
			// Opened beside ours, with the copy's key: a database refuses a vault that is not its own.
			db, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(s.opts.Dir, "central.db"), Vault: v})
			if err != nil {
				return err
			}
			return db.Close()
		},
	})
	if err != nil {
		return p, err
	}
	result := "drill passed"
	if !p.Whole() {
		result = "drill: the copy is older than the keys"
	}
	return p, s.recordKeys(ctx, p.Made.Format(time.RFC3339), result)
}

// RestoreKeys puts the keys of a copy into the folder of a central that has none.
func RestoreKeys(dir string, backup io.Reader, holder []age.Identity) (escrow.About, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return escrow.About{}, fmt.Errorf("make central's folder: %w", err)
	}
	return escrow.Open(backup, holder, filepath.Join(dir, "keys"))
}
