package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"doorstep/kiosk/boltstore/boltfile"
	"doorstep/sync/civic"
)

// survey is what both copies hold, read before anything is changed.
type survey struct {
	identity *identity
	journal  journalCopy
	state    stateCopy
	shelf    shelfCopy
	stubs    content // of the list of purged entries
}

// takeSurvey reads all files and changes none. Files of a later version end it with Unsupported.
func takeSurvey(s *Store) (*survey, error) {
	v := &survey{}
	id, newer, err := readIdentity(s.path(fileIdentity))
	if err != nil {
		return nil, err
	}
	v.identity = id
	if v.journal, err = readJournal(s.journal); err != nil {
		return nil, err
	}
	if b, err := os.ReadFile(s.path(filePurged)); err == nil {
		v.stubs = readRecords(b)
		v.journal.addStubs(v.stubs)
	}
	v.state = readState(s.path(fileBolt))
	v.shelf = readShelf(s.path(fileShelf))
	if newer || v.journal.newer || v.stubs.newer || v.state.newer || v.shelf.newer {
		return nil, civic.Refuse(civic.Unsupported, "store", "store.newer")
	}
	return v, nil
}

// journalCopy is what the journal holds of each entry.
type journalCopy struct {
	rows     map[civic.EntryID]*row
	has      map[civic.EntryID]bool // the entry's bytes are here
	undone   map[uint64]bool
	custody  *custodyRow
	identity *identity
	segments []segment
	lastN    uint64
	newer    bool
}

// segment is one segment as found.
type segment struct {
	number  uint64
	damaged int
	torn    int64
	end     int64
}

func readJournal(j *journal) (journalCopy, error) {
	c := journalCopy{rows: map[civic.EntryID]*row{}, has: map[civic.EntryID]bool{}, undone: map[uint64]bool{}}
	list, err := j.segments()
	if err != nil {
		return c, err
	}
	var entries []*row
	for _, n := range list {
		b, err := os.ReadFile(j.path(n))
		found := readRecords(b)
		if err != nil {
			found.damaged = 1
		}
		seg := segment{number: n, damaged: found.damaged, torn: found.torn, end: found.end}
		c.newer = c.newer || found.newer
		for _, r := range found.records {
			if !c.read(r, &entries) {
				seg.damaged++
			}
		}
		c.segments = append(c.segments, seg)
	}
	for _, r := range entries {
		if !c.undone[r.N] {
			c.has[r.ID] = true
			c.addRow(r)
		}
	}
	return c, nil
}

// read takes in one record; false means that its content is none.
func (c *journalCopy) read(r record, entries *[]*row) bool {
	switch r.kind {
	case recordEntry:
		var e entryRecord
		if decode(r.payload, &e) != nil {
			return false
		}
		*entries = append(*entries, &e.Row)
		c.lastN = max(c.lastN, e.Row.N)
	case recordRow:
		v := new(row)
		if decode(r.payload, v) != nil {
			return false
		}
		c.addRow(v)
	case recordCustody:
		v := new(custodyRow)
		if decode(r.payload, v) != nil {
			return false
		}
		c.custody = laterCustody(c.custody, v)
	case recordIdentity:
		v := new(identity)
		if decode(r.payload, v) != nil {
			return false
		}
		c.identity = v
	case recordUndone:
		var u undone
		if decode(r.payload, &u) != nil {
			return false
		}
		for _, n := range u.N {
			c.undone[n] = true
		}
	}
	return true
}

func (c *journalCopy) addRow(r *row) {
	// Of two rows of one revision the later record is true: the earlier one was never committed.
	if old := c.rows[r.ID]; old == nil || r.Rev >= old.Rev {
		c.rows[r.ID] = r
	}
	c.lastN = max(c.lastN, r.N)
}

// addStubs takes in the rows of purged entries.
func (c *journalCopy) addStubs(stubs content) {
	for _, r := range stubs.records {
		v := new(row)
		if r.kind == recordRow && decode(r.payload, v) == nil {
			c.addRow(v)
		}
	}
}

// laterCustody returns whichever says more. What was found of a central that was put back says less, and is later.
func laterCustody(old, c *custodyRow) *custodyRow {
	switch {
	case old == nil:
		return c
	case c == nil || c.Recalls < old.Recalls:
		return old
	case c.Recalls > old.Recalls || !old.signed() || newer(c.Body, old.Body):
		return c
	}
	return old
}

// condition is how the bbolt file was found.
type condition int

const (
	missing condition = iota
	damaged
	sound
)

// stateCopy is what the bbolt file holds.
type stateCopy struct {
	condition condition
	newer     bool
	why       error // of the damage
	rows      map[civic.EntryID]*row
	bodies    map[civic.EntryID][]byte
	receipts  map[civic.EntryID][]byte
	meta      map[string][]byte
	statuses  map[civic.TrackingCode]statusRow
	editions  map[string]*shelfRow
	custody   *custodyRow
}

// readState reads the file through read calls only. A damaged file gives what can be saved of it.
func readState(path string) stateCopy {
	c := emptyState(missing)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || (err == nil && len(b) == 0) {
		return c
	}
	if err == nil {
		c = emptyState(sound)
		err = boltfile.Inspect(b, c.visit)
	}
	if err == nil && c.meta[string(keySchema)] == nil {
		err = errors.New("no schema version")
	}
	if err != nil {
		c = emptyState(damaged)
		c.why = err
		boltfile.Salvage(b, c.rescue)
	}
	var version uint32
	if v := c.meta[string(keySchema)]; v != nil && decode(v, &version) == nil {
		c.newer = version > schema
	}
	return c
}

func emptyState(c condition) stateCopy {
	return stateCopy{
		condition: c, rows: map[civic.EntryID]*row{}, bodies: map[civic.EntryID][]byte{},
		receipts: map[civic.EntryID][]byte{}, meta: map[string][]byte{},
		statuses: map[civic.TrackingCode]statusRow{}, editions: map[string]*shelfRow{},
	}
}

// visit takes in one value of a sound tree; a value that fails its checksum makes the file a damaged one.
func (c *stateCopy) visit(name string, key, value []byte) error {
	for _, k := range buckets {
		if k.name != name {
			continue
		}
		payload, err := k.payload(key, value)
		if err != nil {
			return err
		}
		return c.add(k, key, payload)
	}
	return nil // a bucket of a later version
}

// rescue takes in one value from a loose page, if its checksum holds under any tag.
func (c *stateCopy) rescue(key, value []byte) {
	for _, k := range buckets {
		if len(value) < valueHeader || value[1] != k.tag {
			continue
		}
		if payload, err := k.payload(key, value); err == nil {
			_ = c.add(k, key, payload) // what does not decode is as good as not found
		}
	}
}

// add takes in one value. Of several versions of a thing the latest stays.
func (c *stateCopy) add(k bucket, key, payload []byte) error {
	switch k {
	case entriesBucket:
		r := new(row)
		if err := decode(payload, r); err != nil || !bytes.Equal(r.ID[:], key) {
			return fmt.Errorf("row unreadable: %w", errors.Join(err, civic.Refuse(civic.Damaged, k.name, "store.damaged")))
		}
		if r.later(c.rows[r.ID]) {
			c.rows[r.ID] = r
		}
	case bodiesBucket, receiptsBucket:
		if len(key) != len(civic.EntryID{}) {
			return civic.Refuse(civic.Damaged, k.name, "store.damaged")
		}
		if k == bodiesBucket {
			c.bodies[civic.EntryID(key)] = payload
		} else {
			c.receipts[civic.EntryID(key)] = payload
		}
	case metaBucket:
		return c.addMeta(string(key), payload)
	case statusesBucket:
		var r statusRow
		if err := decode(payload, &r); err != nil {
			return err
		}
		if r.Status.N >= c.statuses[r.Status.Code].Status.N {
			c.statuses[r.Status.Code] = r
		}
	case editionsBucket:
		r := new(shelfRow)
		if err := decode(payload, r); err != nil {
			return err
		}
		// A revision off the shelf was on it before.
		if old := c.editions[string(key)]; old == nil || r.Gone != 0 {
			c.editions[string(key)] = r
		}
	}
	return nil
}

func (c *stateCopy) addMeta(key string, payload []byte) error {
	switch key {
	case string(keyCustody):
		v := new(custodyRow)
		if err := decode(payload, v); err != nil {
			return err
		}
		c.custody = laterCustody(c.custody, v)
	case string(keyPlace):
		var v, old identity
		if err := decode(payload, &v); err != nil {
			return err
		}
		if b := c.meta[key]; b != nil && decode(b, &old) == nil && old.Generation > v.Generation {
			return nil
		}
	case string(keySync):
		var v, old syncRow
		if err := decode(payload, &v); err != nil {
			return err
		}
		if b := c.meta[key]; b != nil && decode(b, &old) == nil && old.Time > v.Time {
			return nil
		}
	}
	c.meta[key] = payload
	return nil
}

// place returns who bbolt says the terminal is, nil if it does not.
func (c *stateCopy) place() *identity {
	v := new(identity)
	if b := c.meta[string(keyPlace)]; b == nil || decode(b, v) != nil {
		return nil
	}
	return v
}

// seatOf is the place of a row in the chain, as a map key.
func seatOf(r *row) [12]byte {
	var b [12]byte
	binary.BigEndian.PutUint32(b[:], r.Gen)
	binary.BigEndian.PutUint64(b[4:], r.Seq)
	return b
}
