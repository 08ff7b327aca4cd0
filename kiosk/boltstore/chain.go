package boltstore

import (
	"context"
	"crypto/rand"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Journal is the store as the uplink drains it.
type Journal struct{ s *Store }

// Journal returns the queue of what was taken in.
func (s *Store) Journal() Journal { return Journal{s} }

// Changed is closed when there may be something new to send, and replaced by the next call.
func (j Journal) Changed() <-chan struct{} {
	j.s.mu.Lock()
	defer j.s.mu.Unlock()
	return j.s.outgoing.wait()
}

// Head returns the place of the last entry of the present generation.
func (j Journal) Head(ctx context.Context) (wire.Head, error) {
	return j.s.headNow(), ctx.Err()
}

// After returns entries of the present generation after seq, oldest first, at most max. An entry whose bytes are
// lost is replaced by a void, signed and chained in its place, with everything after it chained again: central
// holds nothing after seq, or it would not be asked for.
func (j Journal) After(ctx context.Context, seq uint64, max int) ([]wire.Entry, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		list, gap, err := j.s.after(seq, max)
		if err != nil || len(list) > 0 || gap == 0 {
			return list, err
		}
		if j.s.opts.Frozen {
			return nil, civic.Refuse(civic.Unavailable, "", "store.frozen")
		}
		if err := j.s.voidGap(ctx, gap); err != nil {
			return nil, err
		}
	}
}

// after reads entries up to the first that is not there, whose seq it returns.
func (s *Store) after(seq uint64, max int) (list []wire.Entry, gap uint64, err error) {
	head := s.headNow()
	err = s.view(func(tx *bolt.Tx) error {
		for seq++; seq <= head.Seq && len(list) < max; seq++ {
			r, err := rowAt(tx, head.Generation, seq)
			if err != nil {
				return err
			}
			if r != nil && r.state() == civic.Purged {
				continue
			}
			body, ok := s.body(tx, r)
			if !ok {
				gap = seq
				return nil
			}
			list = append(list, wire.Entry{Body: body, Position: r.Position})
		}
		return nil
	})
	return list, gap, err
}

// body returns the signed entry of a row from whichever copy can be read.
func (s *Store) body(tx *bolt.Tx, r *row) (body wire.Signed, ok bool) {
	if r == nil {
		return body, false
	}
	ok, err := bodiesBucket.load(tx, r.ID[:], &body)
	if err == nil && ok && body.Digest() == r.Digest {
		return body, true
	}
	e := s.journal.find(r.ID)
	if e == nil || e.Body.Digest() != r.Digest {
		return body, false
	}
	return e.Body, true
}

// voidGap puts a void where nothing can be sent.
func (s *Store) voidGap(ctx context.Context, seq uint64) error {
	number := s.who().Number
	return s.commit(ctx, 4096, func(b *batch) error {
		gen := b.head.Generation
		r, err := rowAt(b.tx, gen, seq)
		if err != nil {
			return err
		}
		if _, ok := s.body(b.tx, r); ok || seq > b.head.Seq {
			// Someone was here before, or the entry was being taken in: the head moves before bbolt shows it.
			return nil
		}
		s.opts.Logger.Error("entry unreadable, void sent in its place", "seq", seq)
		if b.head.Digest, err = s.placeBefore(b.tx, gen, seq, r); err != nil {
			return err
		}
		last := b.head.Seq
		b.head.Seq = seq - 1
		if r == nil {
			r = &row{}
		}
		// Those after it are read before any is moved onto another's place.
		var rest []*row
		for n := seq + 1; n <= last; n++ {
			next, err := rowAt(b.tx, gen, n)
			if err != nil {
				return err
			}
			if next != nil {
				rest = append(rest, next)
			}
		}
		if err := s.void(b, r, number); err != nil {
			return err
		}
		for _, next := range rest {
			if err := b.move(s, next); err != nil {
				return err
			}
		}
		return nil
	})
}

// placeBefore returns the digest that the position at seq continues.
func (s *Store) placeBefore(tx *bolt.Tx, gen uint32, seq uint64, r *row) (civic.Digest, error) {
	if seq == 1 {
		return civic.Digest{}, nil
	}
	before, err := rowAt(tx, gen, seq-1)
	if err != nil {
		return civic.Digest{}, err
	}
	custody, err := getCustody(tx)
	switch {
	case err != nil:
		return civic.Digest{}, err
	case before != nil:
		return before.Place, nil
	case custody != nil && custody.Body.Through.Generation == gen && custody.Body.Through.Seq == seq-1:
		return custody.Body.Through.Digest, nil
	case r != nil:
		return r.Prev, nil
	}
	return civic.Digest{}, &civic.Error{Code: wire.CodeForked, Field: "journal", Key: "store.generation"}
}

// void plans a void that stands for r, after the head. r is a zero row where nothing is known of what was lost.
func (s *Store) void(b *batch, r *row, number uint32) error {
	evidence, err := lastSync(b.tx)
	if err != nil {
		return err
	}
	clock := s.opts.Clock()
	evidence.Wall, evidence.Boot, evidence.Mono = clock.Wall, clock.Boot, clock.Mono
	e := civic.Entry{Kind: civic.EntryVoid, Terminal: number, Code: r.Code, Evidence: evidence, Voids: r.Digest}
	if _, err := rand.Read(e.ID[:]); err != nil {
		return err
	}
	at, _ := evidence.FiledAt()
	record, err := s.sign(&Taken{Entry: e, At: at})
	if err != nil {
		return err
	}
	if r.ID != (civic.EntryID{}) {
		lost := *r
		lost.Damaged, lost.Voided = true, true
		if err := b.changeRow(r, &lost); err != nil {
			return err
		}
	}
	if err := b.seat(s.opts.Signer, &record.Row); err != nil {
		return err
	}
	return b.addEntry(record)
}
