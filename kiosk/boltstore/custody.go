package boltstore

import (
	"context"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// custodyRow is central's last signed custody, and what it says. After a Recall it is what central was found to hold,
// unsigned, until the next custody. Of two rows the one after more recalls is true.
type custodyRow struct {
	Signed  wire.Signed      `cbor:"1,keyasint"`
	Body    wire.CustodyBody `cbor:"2,keyasint"`
	Recalls uint64           `cbor:"3,keyasint,omitempty"`
}

// signed reports whether central's signature is there.
func (c *custodyRow) signed() bool { return len(c.Signed.Payload) > 0 }

// settledRow tells through which seq every outcome is stored.
type settledRow struct {
	Gen uint32 `cbor:"1,keyasint"`
	Seq uint64 `cbor:"2,keyasint"`
}

func getCustody(tx *bolt.Tx) (*custodyRow, error) {
	var c custodyRow
	ok, err := metaBucket.load(tx, keyCustody, &c)
	if err != nil || !ok {
		return nil, err
	}
	return &c, nil
}

// heldThrough returns the seq through which central holds a generation.
func heldThrough(tx *bolt.Tx, gen uint32) (uint64, error) {
	c, err := getCustody(tx)
	if err != nil || c == nil || c.Body.Through.Generation != gen {
		return 0, err
	}
	return c.Body.Through.Seq, nil
}

// Custody returns central's last signed custody; ok is false before the first.
func (s *Store) Custody(ctx context.Context) (signed wire.Signed, body wire.CustodyBody, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return signed, body, false, err
	}
	err = s.view(func(tx *bolt.Tx) error {
		c, err := getCustody(tx)
		if c != nil && c.signed() {
			signed, body, ok = c.Signed, c.Body, true
		}
		return err
	})
	return signed, body, ok, err
}

// Hold stores central's signed custody: every entry through its seq becomes held. An older custody than the one
// stored changes nothing. One that names a place which this journal does not have, or has with other content, is
// wire.CodeForked and changes nothing: central holds another chain under this key, and to believe it would call
// entries held that are only here.
func (j Journal) Hold(ctx context.Context, signed wire.Signed, c wire.CustodyBody) error {
	s := j.s
	return s.commit(ctx, 4096, func(b *batch) error {
		old, err := getCustody(b.tx)
		if err != nil {
			return err
		}
		if c.Through.Generation < b.head.Generation || (old != nil && old.signed() && !newer(c, old.Body)) {
			return nil
		}
		if err := continues(b, c.Through); err != nil {
			return err
		}
		from := uint64(0)
		if old != nil && old.Body.Through.Generation == c.Through.Generation {
			from = old.Body.Through.Seq
		}
		if err := b.holdRows(from, c); err != nil {
			return err
		}
		next := &custodyRow{Signed: signed, Body: c}
		if old != nil {
			next.Recalls = old.Recalls
		}
		return b.setCustody(next)
	})
}

// newer reports whether a custody says more than the one stored. One of another store does: central was replaced.
func newer(c, old wire.CustodyBody) bool {
	return c.Store != old.Store || c.Through.Generation > old.Through.Generation ||
		(c.Through.Generation == old.Through.Generation && (c.Through.Seq > old.Through.Seq || c.Safe > old.Safe))
}

// continues refuses a place that is not on this chain.
func continues(b *batch, h wire.Head) error {
	forked := &civic.Error{Code: wire.CodeForked, Field: "journal", Key: "store.forked"}
	switch {
	case h.Generation != b.head.Generation || h.Seq > b.head.Seq:
		return forked
	case h.Seq == b.head.Seq && h.Digest != b.head.Digest:
		return forked
	}
	r, err := rowAt(b.tx, h.Generation, h.Seq)
	if err != nil {
		return err
	}
	if r != nil {
		if r.Place != h.Digest {
			return forked
		}
		return nil
	}
	// The row is lost; the one after it says what it was.
	next, err := rowAt(b.tx, h.Generation, h.Seq+1)
	if err != nil {
		return err
	}
	if next != nil && next.Prev != h.Digest {
		return forked
	}
	return nil
}

// holdRows makes rows held, after from and through c.
func (b *batch) holdRows(from uint64, c wire.CustodyBody) error {
	var list []*row
	err := orderBucket.each(b.tx, orderKey(c.Through.Generation, from+1), func(_, id []byte) (bool, error) {
		r, err := getRow(b.tx, civic.EntryID(id))
		if err != nil || r == nil {
			return true, err
		}
		if r.Gen != c.Through.Generation || r.Seq > c.Through.Seq {
			return false, nil
		}
		list = append(list, r)
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Held != 0 {
			continue
		}
		held := *r
		held.Held = c.Time
		// What a copy lost after central got it is no loss.
		held.Damaged = r.Damaged && r.Voided
		if err := b.changeRow(r, &held); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) setCustody(c *custodyRow) error {
	payload, err := encode(c)
	if err != nil {
		return err
	}
	b.records = appendRecord(b.records, recordCustody, payload)
	b.custody = c
	b.touched++
	return metaBucket.put(b.tx, keyCustody, payload)
}

// Settled returns the seq through which every outcome is stored.
func (j Journal) Settled(ctx context.Context) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	var r settledRow
	head := j.s.headNow()
	err := j.s.view(func(tx *bolt.Tx) error {
		_, err := metaBucket.load(tx, keySettled, &r)
		return err
	})
	if r.Gen != head.Generation {
		return 0, err
	}
	return r.Seq, err
}

// Settle stores an outcome. One for an unknown or already settled entry changes nothing, and neither does one that
// came before the signed custody: only that makes an entry held (promise P6), and central tells the outcome again.
func (j Journal) Settle(ctx context.Context, o wire.Outcome) error {
	return j.s.commit(ctx, 512, func(b *batch) error {
		before, err := getRow(b.tx, o.Entry)
		if err != nil {
			return err
		}
		if before != nil && before.state() == civic.Held {
			r := *before
			r.Outcome = o.Outcome
			if err := b.changeRow(before, &r); err != nil {
				return err
			}
		}
		return b.settleThrough()
	})
}

// settleThrough moves the mark over every entry that has its outcome, or needs none.
func (b *batch) settleThrough() error {
	var mark settledRow
	if _, err := metaBucket.load(b.tx, keySettled, &mark); err != nil {
		return err
	}
	if mark.Gen != b.head.Generation {
		mark = settledRow{Gen: b.head.Generation}
	}
	start := mark.Seq
	for mark.Seq < b.head.Seq {
		r, err := rowAt(b.tx, mark.Gen, mark.Seq+1)
		if err != nil {
			return err
		}
		if r == nil || (r.Outcome == "" && r.Purged == 0) {
			break
		}
		mark.Seq++
	}
	if mark.Seq == start {
		return nil
	}
	b.touched++
	return metaBucket.save(b.tx, keySettled, mark)
}
