package boltstore

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"doorstep/sync/civic"
)

// mending makes the two copies agree, in the order of open's steps. Each step leaves files from which the next start
// could begin again.
type mending struct {
	s      *Store
	found  *survey
	report Report
	rows   map[civic.EntryID]*row // the latest of both copies
	id     identity
}

// maxAside bounds how many damaged files are kept for a person to look at.
const maxAside = 8

// clear removes files that were being written when the program ended.
func (m *mending) clear() error {
	for _, dir := range []string{"", dirJournal, dirPapers} {
		if m.s.opts.Frozen && dir == dirPapers {
			continue // they are still on the disk that takes no writes
		}
		names, err := os.ReadDir(m.s.path(dir))
		if err != nil {
			return err
		}
		for _, e := range names {
			if strings.HasSuffix(e.Name(), tmpSuffix) {
				if err := m.s.disk.remove("mend:clear", filepath.Join(m.s.path(dir), e.Name())); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// aside keeps a second name for a damaged file that is about to be replaced, and lets the oldest of them go. A file
// system without links keeps none.
func (m *mending) aside(path string) error {
	dir := m.s.path(dirDamaged)
	name := fmt.Sprintf("%s.damaged-%s", filepath.Base(path), time.Now().UTC().Format("20060102T150405.000000000"))
	if err := m.s.disk.at("mend:aside"); err != nil {
		return err
	}
	if err := os.Link(path, filepath.Join(dir, name)); err != nil {
		m.s.opts.Logger.Warn("damaged file not kept", "file", filepath.Base(path), "error", err)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	slices.SortFunc(names, func(a, b os.DirEntry) int {
		_, x, _ := strings.Cut(a.Name(), ".damaged-")
		_, y, _ := strings.Cut(b.Name(), ".damaged-")
		return cmp.Compare(x, y)
	})
	for len(names) > maxAside {
		if err := m.s.disk.remove("mend:aside:remove", filepath.Join(dir, names[0].Name())); err != nil {
			return err
		}
		names = names[1:]
	}
	return nil
}

// mendJournal cuts off a torn end, writes segments with damaged places again from their valid records, and opens the
// last one.
func (m *mending) mendJournal() error {
	j := m.s.journal
	list := m.found.journal.segments
	var places, torn int64
	for i := range list {
		seg := &list[i]
		last := i == len(list)-1
		if seg.damaged > 0 || (seg.torn > 0 && !last) || seg.end < int64(fileHeader) {
			places += int64(max(seg.damaged, 1))
			if err := m.rewrite(seg); err != nil {
				return err
			}
			continue
		}
		torn += seg.torn
	}
	m.report.add(FoundDamaged, places)
	m.report.add(FoundTorn, torn)
	if len(list) == 0 {
		return j.rotate()
	}
	last := list[len(list)-1]
	if err := j.resume(last.number, last.end); err != nil {
		return err
	}
	if last.torn == 0 {
		return nil
	}
	if err := m.s.disk.truncate("mend:truncate", j.f, last.end); err != nil {
		return err
	}
	return m.s.disk.sync("mend:truncate:sync", j.f)
}

// rewrite replaces a damaged segment by its valid records.
func (m *mending) rewrite(seg *segment) error {
	path := m.s.journal.path(seg.number)
	b, err := os.ReadFile(path)
	if err != nil {
		b = nil
	}
	out := header()
	for _, r := range readRecords(b).records {
		out = appendRecord(out, r.kind, r.payload)
	}
	if err := m.aside(path); err != nil {
		return err
	}
	if err := m.s.disk.replace("mend:segment", path, out); err != nil {
		return err
	}
	seg.damaged, seg.torn, seg.end = 0, 0, int64(len(out))
	return nil
}

// join finds the latest row of each entry, and which entries' bytes are lost.
func (m *mending) join() error {
	v := m.found
	m.rows = map[civic.EntryID]*row{}
	for id, r := range v.state.rows {
		m.rows[id] = r
	}
	for id, r := range v.journal.rows {
		if r.later(m.rows[id]) {
			m.rows[id] = r
		}
	}
	m.holdRows(laterCustody(v.journal.custody, v.state.custody))
	var lost int64
	for id, r := range m.rows {
		if r.state() != civic.Kept || v.journal.has[id] || v.bodySound(r) {
			continue
		}
		worse := *r
		worse.Rev, worse.Damaged = r.Rev+1, true
		m.rows[id] = &worse
		lost++
	}
	m.report.add(FoundLost, lost)
	return m.identify()
}

// holdRows believes central's stored custody over a row that does not know of it: its change was not synced.
func (m *mending) holdRows(c *custodyRow) {
	if c == nil {
		return
	}
	for id, r := range m.rows {
		if r.state() != civic.Kept || r.Gen != c.Body.Through.Generation || r.Seq > c.Body.Through.Seq {
			continue
		}
		held := *r
		held.Rev, held.Held = r.Rev+1, c.Body.Time
		m.rows[id] = &held
	}
}

// identify decides who the terminal is and whether its chain can go on.
func (m *mending) identify() error {
	v := m.found
	fromState := v.state.place()
	for _, i := range []*identity{fromState, v.journal.identity, v.identity, m.guess()} {
		if i == nil {
			continue
		}
		lost := max(m.id.Lost, i.Lost)
		if i.Generation > m.id.Generation {
			m.id = *i
		}
		m.id.Lost = lost
	}
	nothing := len(v.journal.segments) == 0 && len(m.rows) == 0 && v.state.condition != sound && fromState == nil
	m.report.New = nothing && v.identity == nil && v.state.condition == missing
	if nothing && v.identity != nil && m.id.Generation > m.id.Lost {
		m.id.Lost = m.id.Generation
		m.report.note(FoundAllLost, 1)
	}
	if v.identity == nil && !m.report.New {
		m.report.note(FoundIdentity, 1)
	}
	if !m.report.New && len(v.journal.segments) == 0 {
		m.report.note(FoundNoJournal, int64(len(v.state.rows)))
	}
	switch v.state.condition {
	case missing:
		if !m.report.New {
			m.report.note(FoundNoState, int64(len(v.journal.rows)))
		}
	case damaged:
		m.report.note(FoundBadState, int64(len(v.state.rows)))
		m.s.opts.Logger.Error("state file damaged", "error", v.state.why)
	case sound:
	}
	m.s.identity = m.id
	return nil
}

// guess takes from the entries what no file says any more. The point stays unknown until central is heard.
func (m *mending) guess() *identity {
	i := &identity{}
	for _, r := range m.rows {
		if r.Gen >= i.Generation && r.Kind == civic.EntryApplication {
			i.Generation, i.Number = r.Gen, r.Code.Terminal()
		}
	}
	if i.Generation == 0 {
		return nil
	}
	return i
}
