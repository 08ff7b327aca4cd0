package simulate

import (
	"context"
	"fmt"
	"maps"

	"doorstep/sync/civic"
)

// inStep reports whether the terminal has delivered all that its disk holds and has all that was published for it.
func (m *machine) inStep() bool {
	r := m.running.Load()
	if r == nil {
		return false
	}
	ctx := context.Background()
	head, _ := r.disk.Head(ctx)
	settled, _ := r.disk.Settled(ctx)
	cursor, _ := r.disk.Cursor(ctx)
	papers, sent := r.disk.Papers()
	s := r.uplink.State()
	return s.Up && s.Reason == "" && s.Caught && settled == head.Seq && r.disk.Held() == head.Seq && sent == len(papers) &&
		m.nothingFor(cursor) && uint64(len(m.central.Journal(m.key, head.Generation))) == head.Seq
}

// nothingFor reports whether central has no edition within the terminal's scope beyond a cursor, and knows the cursor.
func (m *machine) nothingFor(cursor civic.Cursor) bool {
	t, err := m.central.Terminal(context.Background(), m.key)
	if err != nil {
		return false
	}
	part, err := m.central.Editions(context.Background(), t, cursor, 1)
	return err == nil && !part.Refill && len(part.List) == 0
}

func (m *machine) report() string {
	r := m.running.Load()
	if r == nil {
		return "it is off"
	}
	ctx := context.Background()
	head, _ := r.disk.Head(ctx)
	settled, _ := r.disk.Settled(ctx)
	cursor, _ := r.disk.Cursor(ctx)
	papers, sent := r.disk.Papers()
	return fmt.Sprintf("generation %d, %d in its journal and %d at central, held %d, settled %d, %d of %d papers, cursor %d of %d, %+v",
		head.Generation, head.Seq, len(m.central.Journal(m.key, head.Generation)), r.disk.Held(), settled, sent, len(papers),
		cursor.N, m.central.Cursor().N, r.uplink.State())
}

// check holds what came of the run against what was put in.
func (f *fleet) check() {
	type name struct {
		id     civic.EntryID
		digest civic.Digest
	}
	came := map[name][]civic.Outcome{}
	for _, r := range f.central.Records() {
		came[name{r.Entry, r.Digest}] = append(came[name{r.Entry, r.Digest}], r.Outcome)
		if r.Outcome.Aside() {
			f.result.Aside++
		} else {
			f.result.Cases++
		}
	}
	for i, a := range f.filed {
		want := civic.OutcomeCase
		if a.aside {
			want = civic.OutcomeUnreadable
		}
		got := came[name{a.id, a.digest}]
		delete(came, name{a.id, a.digest})
		switch {
		case len(got) == 0:
			f.result.Lost++
		case len(got) > 1:
			f.result.Doubled += len(got) - 1
		}
		if len(got) != 1 || got[0] != want {
			f.wrong("application %d became %v, want one %s", i, got, want)
		}
	}
	for range came {
		f.wrong("a case that nobody filed")
	}
	f.result.TakenIn, f.result.Editions = len(f.filed), len(f.central.Feed())
	for _, m := range f.machines {
		m.checkShelf()
		m.checkOutcomes()
		m.checkPapers()
	}
}

// checkShelf is that the terminal has the last revision of each item within its scope, and nothing else.
func (m *machine) checkShelf() {
	place := m.disk.Place()
	want := map[string]uint32{}
	for _, e := range m.central.Feed() {
		name := string(e.Kind) + "/" + e.ID
		if !e.Scope.Covers(place.Area, place.Point, m.disk.Key.ID) {
			continue
		}
		if want[name] = e.Rev; e.Tombstone {
			delete(want, name)
		}
	}
	if got := m.disk.Shelf(); !maps.Equal(got, want) {
		m.wrong("terminal %d has %v, want %v", m.n, got, want)
	}
}

// checkOutcomes is that the terminal was told what became of each entry.
func (m *machine) checkOutcomes() {
	told := m.disk.Outcomes()
	for _, r := range m.central.Records() {
		if o, ok := told[r.Entry]; ok && o != r.Outcome {
			m.wrong("terminal %d was told %s of an entry that became %s", m.n, o, r.Outcome)
		}
	}
}

// checkPapers is that central has every paper of the terminal whole.
func (m *machine) checkPapers() {
	papers, _ := m.disk.Papers()
	for _, p := range papers {
		if m.central.Paper(p.Digest) == nil {
			m.result.MissingPapers++
			m.wrong("a paper of terminal %d is missing", m.n)
		}
	}
}
