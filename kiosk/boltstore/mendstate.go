package boltstore

import (
	"cmp"
	"slices"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
)

// mendState opens bbolt, after making its file again if it was not sound, and stores what only the journal had.
func (m *mending) mendState() (err error) {
	s := m.s
	path := s.path(fileBolt)
	if m.found.state.condition != sound {
		if err := m.rebuild(path + tmpSuffix); err != nil {
			return err
		}
		if m.found.state.condition == damaged {
			if err := m.aside(path); err != nil {
				return err
			}
		}
		if err := s.disk.rename("mend:state:rename", path+tmpSuffix, path); err != nil {
			return err
		}
		if err := s.disk.syncDir("mend:state:dir", s.opts.Dir); err != nil {
			return err
		}
	}
	if s.db, err = openBolt(path); err != nil {
		return err
	}
	if m.found.state.condition == sound {
		return m.forward()
	}
	return nil
}

// forward stores in a sound bbolt file what the journal has and it has not.
func (m *mending) forward() error {
	var rows []*row
	bodies := map[civic.EntryID]bool{}
	var entries int64
	for id, r := range m.rows {
		b := m.found.state.rows[id]
		if b == nil {
			entries++
		}
		if r.later(b) {
			rows = append(rows, r)
		}
		if r.Purged == 0 && m.found.journal.has[id] && !m.found.bodySound(r) {
			bodies[id] = true
		}
	}
	m.report.add(FoundForward, entries)
	custody := m.found.journal.custody
	if custody == laterCustody(m.found.state.custody, custody) && custody != m.found.state.custody && custody != nil {
		if err := m.update(func(tx *bolt.Tx) error { return metaBucket.save(tx, keyCustody, custody) }); err != nil {
			return err
		}
	}
	if len(rows) == 0 && len(bodies) == 0 {
		return nil
	}
	return m.update(func(tx *bolt.Tx) error {
		for _, r := range rows {
			if err := putRow(tx, m.found.state.rows[r.ID], r); err != nil {
				return err
			}
		}
		return m.bodies(tx, bodies)
	})
}

func (m *mending) update(do func(tx *bolt.Tx) error) error {
	return guard(func() error {
		return m.s.db.Update(func(tx *bolt.Tx) error {
			if err := do(tx); err != nil {
				return err
			}
			return m.s.disk.at("mend:forward")
		})
	})
}

// bodies stores the bytes and receipts of entries from the journal.
func (m *mending) bodies(tx *bolt.Tx, want map[civic.EntryID]bool) error {
	var failed error
	err := m.s.journal.each(func(_ uint64, r record) bool {
		var e entryRecord
		if r.kind != recordEntry || decode(r.payload, &e) != nil || !want[e.Row.ID] || m.found.journal.undone[e.Row.N] {
			return true
		}
		if failed = bodiesBucket.save(tx, e.Row.ID[:], e.Body); failed == nil && e.Receipt != nil {
			failed = receiptsBucket.put(tx, e.Row.ID[:], e.Receipt)
		}
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// rebuild writes a new bbolt file from all that was found.
func (m *mending) rebuild(path string) error {
	if err := m.s.disk.remove("mend:state:remove", path); err != nil {
		return err
	}
	if err := m.s.disk.at("mend:state:write"); err != nil {
		return err
	}
	db, err := openBolt(path)
	if err != nil {
		return err
	}
	err = guard(func() error { return db.Update(m.refill) })
	if closed := db.Close(); err == nil {
		err = closed
	}
	return err
}

func (m *mending) refill(tx *bolt.Tx) error {
	v := m.found
	want := map[civic.EntryID]bool{}
	for id, r := range m.rows {
		if err := putRow(tx, nil, r); err != nil {
			return err
		}
		if r.Purged != 0 {
			continue
		}
		want[id] = v.journal.has[id]
		if b := v.state.bodies[id]; !want[id] && b != nil {
			if err := bodiesBucket.put(tx, id[:], b); err != nil {
				return err
			}
		}
		if b := v.state.receipts[id]; !want[id] && b != nil {
			if err := receiptsBucket.put(tx, id[:], b); err != nil {
				return err
			}
		}
	}
	if err := m.bodies(tx, want); err != nil {
		return err
	}
	for _, st := range v.state.statuses {
		if err := putStatus(tx, st); err != nil {
			return err
		}
	}
	return m.refillMeta(tx)
}

// refillMeta keeps what can be trusted from loose pages. Cursor, last status and settled mark begin again from zero:
// central sends what follows from them once more.
func (m *mending) refillMeta(tx *bolt.Tx) error {
	if custody := laterCustody(m.found.journal.custody, m.found.state.custody); custody != nil {
		if err := metaBucket.save(tx, keyCustody, custody); err != nil {
			return err
		}
	}
	if b := m.found.state.meta[string(keySync)]; b != nil {
		if err := metaBucket.put(tx, keySync, b); err != nil {
			return err
		}
	}
	return metaBucket.save(tx, keyPlace, m.id)
}

// fillJournal appends what the journal has not, and makes all of it durable.
func (m *mending) fillJournal() error {
	v := m.found
	var list []*row
	for id, r := range m.rows {
		j := v.journal.rows[id]
		if r.later(j) || (r.Purged == 0 && !v.journal.has[id] && v.bodySound(r)) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *row) int { return cmp.Compare(a.N, b.N) })
	var entries int64
	var out []byte
	for _, r := range list {
		kind, payload, err := m.recordOf(r)
		if err != nil {
			return err
		}
		if kind == recordEntry {
			entries++
		}
		if out = appendRecord(out, kind, payload); int64(len(out)) > m.s.opts.SegmentSize/2 {
			if err := m.s.journal.append(out, true, nil); err != nil {
				return err
			}
			out = nil
		}
	}
	m.report.add(FoundBack, entries)
	if c := v.state.custody; c != nil && c == laterCustody(v.journal.custody, c) && c != v.journal.custody {
		payload, err := encode(c)
		if err != nil {
			return err
		}
		out = appendRecord(out, recordCustody, payload)
	}
	if len(out) == 0 {
		return nil
	}
	return m.s.journal.append(out, true, nil)
}

// recordOf returns the record that brings the journal up to a row.
func (m *mending) recordOf(r *row) (recordType, []byte, error) {
	v := m.found
	if r.Purged != 0 || v.journal.has[r.ID] || !v.bodySound(r) {
		payload, err := encode(r)
		return recordRow, payload, err
	}
	e := entryRecord{Row: *r, Receipt: v.state.receipts[r.ID]}
	if err := decode(v.state.bodies[r.ID], &e.Body); err != nil {
		return 0, nil, err
	}
	payload, err := encode(e)
	return recordEntry, payload, err
}
