package boltstore

import (
	"cmp"
	"context"
	"os"
	"slices"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// mendShelf restores the editions if bbolt was made again, and the file if it is not whole.
func (m *mending) mendShelf() error {
	v := m.found
	if v.state.condition != sound {
		if err := m.restoreShelf(); err != nil {
			return err
		}
		return m.s.writeShelf()
	}
	cursor, err := m.s.Cursor(context.Background())
	if err != nil {
		return err
	}
	if v.shelf.whole && civic.Cursor(v.shelf.cursor) == cursor {
		return m.s.openShelf(v.shelf.size, len(v.shelf.rows))
	}
	return m.s.writeShelf()
}

// restoreShelf takes the file's editions in their order, and where the file is not whole those from loose pages too.
// Without a whole file the cursor stays zero, and central fills the shelf anew.
func (m *mending) restoreShelf() error {
	v := m.found
	rows := v.shelf.rows
	if !v.shelf.whole {
		for _, r := range v.state.editions {
			rows = append(rows, r)
		}
		slices.SortStableFunc(rows, func(a, b *shelfRow) int { return cmp.Compare(a.N, b.N) })
	}
	m.report.add(FoundShelf, int64(len(rows)))
	return m.update(func(tx *bolt.Tx) error {
		for _, r := range rows {
			e, err := wire.ReadEdition(r.Edition.Edition)
			if err != nil {
				continue // written by a later central: it will come again
			}
			if r.Gone != 0 {
				err = editionsBucket.save(tx, revisionKey(e.Kind, e.ID, e.Rev), r)
			} else {
				err = putEdition(tx, e, r, m.s.now(tx).UnixMilli())
			}
			if err != nil {
				return err
			}
		}
		return metaBucket.save(tx, keyCursor, v.shelf.cursor)
	})
}

// mendIdentity saves the identity file where it does not say what is true.
func (m *mending) mendIdentity() error {
	if m.found.identity != nil && *m.found.identity == m.id {
		return nil
	}
	if err := m.update(func(tx *bolt.Tx) error { return metaBucket.save(tx, keyPlace, m.id) }); err != nil {
		return err
	}
	return m.s.saveIdentity(m.id)
}

// mendChain finds the head, and seats again what stands on another's place.
func (m *mending) mendChain() error {
	s := m.s
	s.nextN = m.found.journal.lastN
	s.head = wire.Head{Generation: m.id.chainGeneration()}
	seats := map[[12]byte]*row{}
	var clash []*row
	list := make([]*row, 0, len(m.rows))
	for _, r := range m.rows {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *row) int { return cmp.Compare(a.N, b.N) })
	for _, r := range list {
		s.nextN = max(s.nextN, r.N)
		if r.Voided || r.Gen != s.head.Generation {
			continue
		}
		if seats[seatOf(r)] != nil && r.owing() {
			clash = append(clash, r)
			continue
		}
		seats[seatOf(r)] = r
		if r.Seq > s.head.Seq {
			s.head.Seq, s.head.Digest = r.Seq, r.Place
		}
	}
	custody := laterCustody(m.found.journal.custody, m.found.state.custody)
	through := m.throughHeld(custody)
	m.report.add(FoundGap, m.gaps(seats, through))
	if len(clash) == 0 {
		return nil
	}
	return s.commit(context.Background(), 4096, func(b *batch) error {
		for _, r := range clash {
			if err := b.move(s, r); err != nil {
				return err
			}
			if err := orderBucket.put(b.tx, orderKey(r.Gen, r.Seq), r.ID[:]); err != nil {
				return err
			}
		}
		for _, r := range seats {
			if err := putOrder(b.tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// throughHeld returns the seq that central holds; a journal that lost its end goes on after what central has.
func (m *mending) throughHeld(custody *custodyRow) uint64 {
	h := &m.s.head
	if custody == nil || custody.Body.Through.Generation != h.Generation {
		return 0
	}
	if custody.Body.Through.Seq > h.Seq {
		*h = custody.Body.Through
	}
	return custody.Body.Through.Seq
}

// gaps counts places that central does not hold and of which nothing is known here.
func (m *mending) gaps(seats map[[12]byte]*row, held uint64) int64 {
	var n int64
	for seq := held + 1; seq <= m.s.head.Seq; seq++ {
		if seats[seatOf(&row{Gen: m.s.head.Generation, Seq: seq})] == nil {
			n++
		}
	}
	return n
}

// mendPapers marks unsent papers whose file is gone, so that they hold up nothing, and remembers where any are.
func (m *mending) mendPapers() error {
	var gone []civic.Digest
	for _, r := range m.rows {
		if r.Purged != 0 || r.Damaged {
			continue
		}
		for _, p := range r.Papers {
			if p.Lost {
				m.s.noteLosers(r.ID)
			}
			info, err := os.Stat(m.s.paperPath(p.Digest))
			if !p.Sent && !p.Lost && (err != nil || info.Size() != p.Size) {
				gone = append(gone, p.Digest)
			}
		}
	}
	m.report.add(FoundPapers, int64(len(gone)))
	for _, d := range gone {
		if err := m.s.losePaper(context.Background(), d); err != nil {
			return err
		}
	}
	return nil
}
