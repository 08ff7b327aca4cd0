package boltstore

import (
	"context"
	"slices"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Former returns the number and generation of this terminal until now, zero before its first enrolment. A generation
// whose chain was lost counts: the next has to be later.
func (j Journal) Former(ctx context.Context) (number, generation uint32, err error) {
	i := j.s.who()
	return i.Number, max(i.Generation, i.Lost), ctx.Err()
}

// Recall compares the stored custody with the central that has this store id and holds the journal through held. It
// reports whether that is another central, or one that holds less than it signed for, and then in one transaction
// keeps as if it had never been sent what that central may not hold: entries after held, chained again after it in
// the order they were taken in, entries of other generations, and every paper. Outcomes and the numbers of statuses
// begin anew, and what was purged here is listed for central (Missing). A held of generation 0 is that of an
// enrolment: everything kept is to be sent again, also to the central that had it, since one put back to an image says
// nothing of it; the enrolment itself chains it. A held that is not on this chain is wire.CodeForked.
func (j Journal) Recall(ctx context.Context, store civic.EntryID, held wire.Head) (found bool, err error) {
	s := j.s
	err = s.commit(ctx, 4096, func(b *batch) error {
		r := recall{s: s, b: b, store: store, held: held}
		if found, err = r.needed(); err != nil || !found {
			return err
		}
		b.touched++
		b.after = append(b.after, s.raiseOutgoing)
		return r.do()
	})
	return found, err
}

// recall is one taking back.
type recall struct {
	s     *Store
	b     *batch
	store civic.EntryID
	held  wire.Head
	old   *custodyRow // never nil once needed
	stubs []byte      // for the list of purged entries
}

// needed reports whether central is another or holds less, and whether what it holds is on this chain.
func (r *recall) needed() (bool, error) {
	var err error
	if r.old, err = getCustody(r.b.tx); err != nil {
		return false, err
	}
	if r.held.Generation != 0 && r.held.Generation != r.b.head.Generation {
		return false, nil // enrolled meanwhile: the next session speaks of the new generation
	}
	if r.old == nil {
		return r.foreignStatuses()
	}
	if r.held.Generation == 0 {
		return true, nil
	}
	through := r.old.Body.Through
	if r.old.Body.Store == r.store && (r.held.Generation != through.Generation || r.held.Seq >= through.Seq) {
		return false, nil
	}
	return true, continues(r.b, r.held)
}

// foreignStatuses reports whether a terminal that central never held anything of has statuses of another central.
func (r *recall) foreignStatuses() (bool, error) {
	var cursor wire.Cursor
	var seen uint64
	if _, err := metaBucket.load(r.b.tx, keyCursor, &cursor); err != nil {
		return false, err
	}
	if _, err := metaBucket.load(r.b.tx, keySeen, &seen); err != nil {
		return false, err
	}
	r.old = new(custodyRow)
	r.old.Body.Store = cursor.Store
	return seen > 0 && cursor.Store != (civic.EntryID{}) && cursor.Store != r.store, nil
}

func (r *recall) do() error {
	var rows []*row
	if err := eachRow(r.b.tx, func(x *row) error { rows = append(rows, x); return nil }); err != nil {
		return err
	}
	slices.SortFunc(rows, func(x, y *row) int { return int(int64(x.N) - int64(y.N)) })
	m := wire.Missing{Store: r.old.Body.Store}
	var moved []*row
	if r.held.Generation != 0 {
		r.b.head = r.held
	}
	for _, x := range rows {
		again, err := r.one(x, &m)
		if err != nil {
			return err
		}
		if again != nil {
			moved = append(moved, again)
		}
	}
	for _, x := range moved { // one that left a place late may have taken it from who came there before
		if err := putOrder(r.b.tx, x); err != nil {
			return err
		}
	}
	if len(r.stubs) > 0 {
		if err := r.s.appendStubs(r.stubs); err != nil {
			return err
		}
	}
	if err := r.statuses(&m); err != nil {
		return err
	}
	if err := r.settled(); err != nil {
		return err
	}
	if err := metaBucket.save(r.b.tx, keyMissing, m); err != nil {
		return err
	}
	r.b.sync = true
	body := wire.CustodyBody{Store: r.store, Terminal: r.old.Body.Terminal, Through: r.held}
	return r.b.setCustody(&custodyRow{Body: body, Recalls: r.old.Recalls + 1})
}

// one takes one entry back, and returns its row if it got another place.
func (r *recall) one(x *row, m *wire.Missing) (moved *row, err error) {
	inHeld := r.held.Generation != 0 && x.Gen == r.held.Generation && x.Seq <= r.held.Seq
	switch {
	case x.Purged != 0:
		if inHeld {
			return nil, nil
		}
		enlist(m, x)
		return nil, r.unseat(x)
	case x.Damaged && x.Voided:
		return nil, nil
	case x.Damaged && r.held.Generation != 0 && !inHeld:
		return nil, r.s.void(r.b, x, r.s.who().Number)
	case x.Damaged:
		return nil, nil
	}
	c := *x
	c.Papers = slices.Clone(x.Papers)
	for i := range c.Papers {
		c.Papers[i].Sent = false
	}
	if inHeld {
		if c.Held == 0 {
			c.Held = r.b.now
		}
		return nil, r.b.changeRow(x, &c)
	}
	c.Held, c.Outcome = 0, ""
	if r.held.Generation != 0 {
		if err := r.b.place(r.s.opts.Signer, &c); err != nil {
			return nil, err
		}
		moved = &c
	}
	return moved, r.b.changeRow(x, &c)
}

// enlist notes an entry that central had and this terminal has no bytes of. Of too many the newest stay listed.
func enlist(m *wire.Missing, x *row) {
	if len(m.Entries) == wire.MaxMissing {
		m.Entries = m.Entries[1:]
		m.More++
	}
	m.Entries = append(m.Entries, wire.MissingEntry{ID: x.ID, Digest: x.Digest, Kind: x.Kind, Code: x.Code, Taken: x.Taken})
}

// unseat takes a purged entry off the chain, where others go on now.
func (r *recall) unseat(x *row) error {
	if r.held.Generation == 0 || x.Gen != r.held.Generation {
		return nil
	}
	c := *x
	c.Seq, c.Voided = 0, true
	if err := r.b.changeRow(x, &c); err != nil {
		return err
	}
	payload, err := encode(c)
	r.stubs = appendRecord(r.stubs, recordRow, payload)
	return err
}

// statuses lists the last number of each code and makes every later status newer than those stored.
func (r *recall) statuses(m *wire.Missing) error {
	var rows []statusRow
	err := statusesBucket.each(r.b.tx, nil, func(_, payload []byte) (bool, error) {
		var v statusRow
		if err := decode(payload, &v); err != nil {
			return false, err
		}
		if v.Status.N != 0 {
			rows = append(rows, v)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, v := range rows {
		m.Statuses = append(m.Statuses, wire.MissingStatus{Code: v.Status.Code, N: v.Status.N})
		v.Status.N = 0
		key := v.Status.Code.Bytes()
		if err := statusesBucket.save(r.b.tx, key[:], v); err != nil {
			return err
		}
	}
	slices.SortFunc(m.Statuses, func(x, y wire.MissingStatus) int { return int(int64(y.N) - int64(x.N)) })
	m.Statuses = m.Statuses[:min(len(m.Statuses), wire.MaxMissing)]
	return metaBucket.save(r.b.tx, keySeen, uint64(0))
}

// settled moves the mark back to what central holds.
func (r *recall) settled() error {
	var mark settledRow
	if _, err := metaBucket.load(r.b.tx, keySettled, &mark); err != nil {
		return err
	}
	mark.Seq = min(mark.Seq, r.held.Seq)
	return metaBucket.save(r.b.tx, keySettled, mark)
}

// Missing returns what central had and nobody has bytes of, nil when there is nothing to tell.
func (j Journal) Missing(ctx context.Context) (*wire.Missing, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var m wire.Missing
	var ok bool
	err := j.s.view(func(tx *bolt.Tx) (err error) {
		ok, err = metaBucket.load(tx, keyMissing, &m)
		return err
	})
	if err != nil || !ok || len(m.Entries)+len(m.Statuses) == 0 {
		return nil, err
	}
	return &m, nil
}

// Told records that central has listed what is missing.
func (j Journal) Told(ctx context.Context, store civic.EntryID) error {
	return j.s.commit(ctx, 64, func(b *batch) error {
		var m wire.Missing
		if ok, err := metaBucket.load(b.tx, keyMissing, &m); err != nil || !ok || m.Store != store {
			return err
		}
		b.touched++
		return metaBucket.delete(b.tx, keyMissing)
	})
}
