package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Taken is one thing taken in, ready to be made durable. Nothing in it can be read at the terminal.
type Taken struct {
	Entry   civic.Entry
	Papers  [][]byte  // ciphertexts in the order of Entry.Papers
	Receipt []byte    // the receipt locked under the secret on the paper; nil for an entry that has none
	At      time.Time // when it was filed, by the terminal's evidence
}

// TakeIn makes t durable in the order of promise P1 and returns only after that: papers synced, the entry signed,
// chained, appended to the journal and synced, which is the commit point, and the bbolt transaction committed. A
// second call with the same entry changes nothing and succeeds, so that a desk that did not hear the answer may ask
// again; the same id with other content is a Conflict. A full disk is Full with the key store.full.
//
// After an error nothing is taken in, with one exception: where the journal has the entry and bbolt failed, the
// entry is kept and carried over later. It is then listed by Unshown until its receipt has been shown.
func (s *Store) TakeIn(ctx context.Context, t Taken) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.opts.Frozen {
		return civic.Refuse(civic.Unavailable, "", "store.frozen")
	}
	e, err := s.sign(&t)
	if err != nil {
		return err
	}
	done, err := s.claim(ctx, t.Entry.ID)
	if err != nil {
		return err
	}
	defer done()
	if err := s.writePapers(&t); err != nil {
		s.dropPapers(&t)
		err = refuse("write paper", err)
		s.met(err)
		return err
	}
	var seated bool
	err = s.commit(ctx, len(t.Entry.Sealed)+len(t.Receipt)+1024, func(b *batch) error {
		before, err := getRow(b.tx, t.Entry.ID)
		switch {
		case err != nil:
			return err
		case before != nil && before.Digest == e.Row.Digest:
			seated = true
			return nil
		case before != nil:
			seated = true
			return civic.Refuse(civic.Conflict, "entry", "store.conflict")
		}
		if err := b.seat(s.opts.Signer, &e.Row); err != nil {
			return err
		}
		b.papers = b.papers || len(t.Papers) > 0
		b.after = append(b.after, s.raiseOutgoing)
		return b.addEntry(e)
	})
	if err != nil && !seated && !s.committed(t.Entry.ID) {
		s.dropPapers(&t)
	}
	return err
}

// sign makes the journal's record of t, without its place.
func (s *Store) sign(t *Taken) (*entryRecord, error) {
	if len(t.Papers) != len(t.Entry.Papers) {
		return nil, civic.Refuse(civic.Invalid, "papers", "store.papers")
	}
	r := row{
		ID: t.Entry.ID, Rev: 1, Kind: t.Entry.Kind, Code: t.Entry.Code, Sealed: civic.DigestOf(t.Entry.Sealed),
		Taken: millis(t.At), Receipt: t.Receipt != nil, Size: int64(len(t.Entry.Sealed)),
	}
	for i, p := range t.Entry.Papers {
		if int64(len(t.Papers[i])) != p.Size || civic.DigestOf(t.Papers[i]) != p.Digest {
			return nil, civic.Refuse(civic.Invalid, "papers", "store.papers")
		}
		r.Papers = append(r.Papers, paperRow{Digest: p.Digest, Size: p.Size})
		r.Size += p.Size
	}
	body, err := wire.SignEntry(s.opts.Signer, &t.Entry)
	if err != nil {
		return nil, err
	}
	// Read back as central will read it: a bit that flips in memory here would make an entry that nobody ever takes, and
	// that everything behind it waits for.
	if _, err := wire.OpenEntry(s.opts.Signer.Public(), body); err != nil {
		return nil, fmt.Errorf("read back what was signed: %w", err)
	}
	r.Digest = body.Digest()
	return &entryRecord{Row: r, Body: body, Receipt: t.Receipt}, nil
}

// claim waits until no other call takes in the same entry: one that fails would remove the other's papers.
func (s *Store) claim(ctx context.Context, id civic.EntryID) (done func(), err error) {
	for {
		s.mu.Lock()
		c, taken := s.busy[id]
		if !taken {
			s.busy[id] = make(chan struct{})
		}
		s.mu.Unlock()
		if !taken {
			return func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				close(s.busy[id])
				delete(s.busy, id)
			}, nil
		}
		select {
		case <-c:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// committed reports whether the journal has an entry that bbolt may not have yet. An answer that cannot be had is
// yes: papers too many are harmless.
func (s *Store) committed(id civic.EntryID) bool {
	yes := true
	err := s.exclusive(func() error {
		yes = false
		for _, o := range s.owed {
			for _, e := range o.entries {
				yes = yes || e.Row.ID == id
			}
		}
		return nil
	})
	return yes || err != nil
}

// exclusive calls do with the turn, changing nothing by itself.
func (s *Store) exclusive(do func() error) error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return civic.Refuse(civic.Unavailable, "", "store.closed")
	}
	return guard(do)
}

// seat gives r the next place in the journal and the next number.
func (b *batch) seat(key *seal.Signer, r *row) error {
	b.nextN++
	r.N = b.nextN
	return b.place(key, r)
}

// place signs the position after the head for r and makes it the head.
func (b *batch) place(key *seal.Signer, r *row) error {
	p := civic.Position{Generation: b.head.Generation, Seq: b.head.Seq + 1, Prev: b.head.Digest, Entry: r.Digest}
	signed, err := wire.SignPosition(key, p)
	if err != nil {
		return err
	}
	if _, err := wire.OpenPosition(key.Public(), signed); err != nil {
		return fmt.Errorf("read back what was signed: %w", err)
	}
	r.chain(p, signed)
	b.head = wire.Head{Generation: p.Generation, Seq: p.Seq, Digest: r.Place}
	return nil
}

func (s *Store) paperPath(d civic.Digest) string {
	return filepath.Join(s.path(dirPapers), d.String())
}

// writePapers syncs each ciphertext under its name. The names become durable with the turn.
func (s *Store) writePapers(t *Taken) error {
	for i, p := range t.Entry.Papers {
		if err := s.disk.write("paper", s.paperPath(p.Digest), t.Papers[i]); err != nil {
			return err
		}
	}
	return nil
}

// dropPapers gives the room back that a refused entry took.
func (s *Store) dropPapers(t *Taken) {
	for _, p := range t.Entry.Papers {
		if err := os.Remove(s.paperPath(p.Digest)); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.opts.Logger.Warn("paper of a refused entry remains", "error", err)
		}
	}
}
