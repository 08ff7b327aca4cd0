package boltstore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
)

// unsentPaper is one line of the unsent bucket.
type unsentPaper struct {
	entry  civic.EntryID
	digest civic.Digest
}

func (s *Store) unsent(tx *bolt.Tx, do func(unsentPaper) (bool, error)) error {
	return unsentBucket.each(tx, nil, func(_, v []byte) (bool, error) {
		if len(v) != len(civic.EntryID{})+len(civic.Digest{}) {
			return false, civic.Refuse(civic.Damaged, unsentBucket.name, "store.damaged")
		}
		return do(unsentPaper{civic.EntryID(v[:16]), civic.Digest(v[16:])})
	})
}

// Unsent returns papers of held entries that central does not have whole yet, oldest first, at most max. One whose
// file is lost is not among them: it would hold up the others.
func (s *Store) Unsent(ctx context.Context, max int) ([]civic.Paper, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []civic.Paper
	err := s.view(func(tx *bolt.Tx) error {
		return s.unsent(tx, func(u unsentPaper) (bool, error) {
			r, err := getRow(tx, u.entry)
			if err != nil || r == nil || r.Held == 0 {
				return true, err
			}
			for _, p := range r.Papers {
				if p.Digest == u.digest {
					list = append(list, civic.Paper{Digest: p.Digest, Size: p.Size})
					break
				}
			}
			return len(list) < max, nil
		})
	})
	return list, err
}

// Open opens a paper's ciphertext. The first time since the start it is read whole: a file that is not what its
// name says would be refused by central for ever, so it counts as lost and is Damaged here.
func (s *Store) Open(ctx context.Context, d civic.Digest) (io.ReadSeekCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(s.paperPath(d))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(s.losePaper(ctx, d), civic.Refuse(civic.NotFound, "paper", "store.paper"))
	}
	if err != nil {
		return nil, fmt.Errorf("open paper: %w", err)
	}
	if err := s.verifyPaper(f, d); err != nil {
		_ = f.Close()
		if errors.Is(err, &civic.Error{Code: civic.Damaged}) {
			err = errors.Join(s.losePaper(ctx, d), err)
		}
		return nil, err
	}
	return f, nil
}

func (s *Store) verifyPaper(f *os.File, d civic.Digest) error {
	s.mu.Lock()
	sound := s.sound[d]
	s.mu.Unlock()
	if sound {
		return nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read paper: %w", err)
	}
	if civic.Digest(h.Sum(nil)) != d {
		return civic.Refuse(civic.Damaged, "paper", "store.paper")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read paper: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sound[d] = true
	return nil
}

// Sent records that central has the paper whole.
func (s *Store) Sent(ctx context.Context, d civic.Digest) error {
	_, err := s.changePaper(ctx, d, func(p *paperRow) { p.Sent = true })
	return err
}

// Again records that central does not have papers that were sent: it was put back. Those that are kept are unsent again.
func (s *Store) Again(ctx context.Context, list []civic.Digest) error {
	lacks := func(p paperRow) bool { return p.Sent && !p.Lost && slices.Contains(list, p.Digest) }
	var found []civic.EntryID
	err := s.view(func(tx *bolt.Tx) error {
		return eachRow(tx, func(r *row) error {
			if r.Purged == 0 && slices.ContainsFunc(r.Papers, lacks) {
				found = append(found, r.ID)
			}
			return nil
		})
	})
	if err != nil || len(found) == 0 {
		return errors.Join(err, ctx.Err())
	}
	return s.commit(ctx, 512*len(found), func(b *batch) error {
		for _, id := range found {
			if err := b.changePapers(id, lacks, func(p *paperRow) { p.Sent = false }); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) losePaper(ctx context.Context, d civic.Digest) error {
	s.opts.Logger.Error("paper lost", "digest", d.String())
	list, err := s.changePaper(ctx, d, func(p *paperRow) { p.Lost = true })
	s.noteLosers(list...)
	return err
}

// noteLosers remembers entries that have lost papers, so that nobody looks through all for them.
func (s *Store) noteLosers(list ...civic.EntryID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range list {
		s.losers[id] = true
	}
}

// Lost returns papers of held entries that central does not have whole and whose file is lost, oldest first, at most
// max.
func (s *Store) Lost(ctx context.Context, max int) ([]civic.Digest, error) {
	s.mu.Lock()
	ids := slices.Collect(maps.Keys(s.losers))
	s.mu.Unlock()
	if err := ctx.Err(); err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []*row
	err := s.view(func(tx *bolt.Tx) error {
		for _, id := range ids {
			r, err := getRow(tx, id)
			if err != nil {
				return err
			}
			if r != nil && r.Held != 0 && !r.Damaged && r.Purged == 0 {
				rows = append(rows, r)
			}
		}
		return nil
	})
	slices.SortFunc(rows, func(x, y *row) int { return cmp.Compare(x.N, y.N) })
	var list []civic.Digest
	for _, r := range rows {
		for _, p := range r.Papers {
			if p.Lost && !p.Sent && len(list) < max {
				list = append(list, p.Digest)
			}
		}
	}
	return list, err
}

// changePaper changes what is known of an unsent paper, and returns its entries; another one is left as it is.
func (s *Store) changePaper(ctx context.Context, d civic.Digest, do func(*paperRow)) (list []civic.EntryID, err error) {
	err = s.commit(ctx, 512, func(b *batch) error {
		list = nil
		err := s.unsent(b.tx, func(u unsentPaper) (bool, error) {
			if u.digest == d {
				list = append(list, u.entry)
			}
			return true, nil
		})
		for _, id := range list {
			if err := b.changePapers(id, func(p paperRow) bool { return p.Digest == d }, do); err != nil {
				return err
			}
		}
		return err
	})
	return list, err
}

// changePapers changes some of an entry's papers.
func (b *batch) changePapers(id civic.EntryID, which func(paperRow) bool, do func(*paperRow)) error {
	before, err := getRow(b.tx, id)
	if err != nil || before == nil {
		return err
	}
	r := *before
	r.Papers = slices.Clone(before.Papers)
	for i := range r.Papers {
		if which(r.Papers[i]) {
			do(&r.Papers[i])
		}
	}
	return b.changeRow(before, &r)
}
