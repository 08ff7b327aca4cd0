package desktest

import (
	"context"
	"errors"
	"sync"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// Memory is a desk.Store in memory. A test reaches into it to be central, the line or a full disk.
type Memory struct {
	mu       sync.Mutex // guards everything below
	taken    []desk.Taken
	kept     map[civic.EntryID]*desk.Kept
	editions map[key][]civic.Edition // by kind and id, the current one last
	n        uint64                  // of the last edition
	statuses map[civic.TrackingCode][]byte
	changed  chan struct{}
	free     int64
	sync     civic.Evidence
	fail     error // TakeIn's next answer, after it has done its work
}

type key struct {
	kind civic.EditionKind
	id   string
}

var _ desk.Store = (*Memory)(nil)

// NewMemory returns an empty store on a large disk.
func NewMemory() *Memory {
	return &Memory{
		kept: map[civic.EntryID]*desk.Kept{}, editions: map[key][]civic.Edition{},
		statuses: map[civic.TrackingCode][]byte{}, changed: make(chan struct{}), free: 1 << 40,
	}
}

// TakeIn keeps t, once.
func (m *Memory) TakeIn(ctx context.Context, t desk.Taken) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept[t.Entry.ID] == nil {
		m.taken = append(m.taken, t)
		m.kept[t.Entry.ID] = &desk.Kept{
			ID: t.Entry.ID, Kind: t.Entry.Kind, Code: t.Entry.Code, State: civic.Kept,
			Sealed: civic.DigestOf(t.Entry.Sealed), Taken: t.At, Receipt: t.Receipt,
		}
	}
	err := m.fail
	m.fail = nil
	return err
}

// Shown records that a receipt was shown.
func (m *Memory) Shown(_ context.Context, id civic.EntryID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.kept[id]
	if k == nil {
		return civic.Refuse(civic.NotFound, "", "entry.unknown")
	}
	k.Shown = true
	return nil
}

// Copy counts one more print.
func (m *Memory) Copy(_ context.Context, id civic.EntryID) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.kept[id]
	if k == nil {
		return 0, civic.Refuse(civic.NotFound, "", "entry.unknown")
	}
	k.Copies++
	return k.Copies, nil
}

// Unshown lists what was saved and not shown.
func (m *Memory) Unshown(context.Context) ([]desk.Kept, error) {
	return m.list(func(k *desk.Kept) bool { return !k.Shown }), nil
}

// Kept lists the entries about a code.
func (m *Memory) Kept(_ context.Context, code civic.TrackingCode) ([]desk.Kept, error) {
	return m.list(func(k *desk.Kept) bool { return k.Code == code }), nil
}

func (m *Memory) list(want func(*desk.Kept) bool) []desk.Kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []desk.Kept
	for _, t := range m.taken {
		if k := m.kept[t.Entry.ID]; want(k) {
			out = append(out, *k)
		}
	}
	return out
}

// Status returns what SetStatus stored.
func (m *Memory) Status(_ context.Context, code civic.TrackingCode) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.statuses[code], nil
}

// Queue counts what central does not hold.
func (m *Memory) Queue(context.Context) (int, error) {
	return len(m.list(func(k *desk.Kept) bool { return k.State == civic.Kept })), nil
}

// Free returns what SetFree set; less than nothing is a disk that does not answer.
func (m *Memory) Free(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.free < 0 {
		return 0, errors.New("input/output error")
	}
	return m.free, nil
}

// LastSync returns what SetSync stored.
func (m *Memory) LastSync(context.Context) (civic.Evidence, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sync, nil
}

// Editions returns the current edition of every item of a kind.
func (m *Memory) Editions(_ context.Context, kind civic.EditionKind) ([]civic.Edition, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []civic.Edition
	for k, all := range m.editions {
		if e := all[len(all)-1]; k.kind == kind && !e.Tombstone {
			out = append(out, e)
		}
	}
	return out, nil
}

// Changed is closed by the next Publish.
func (m *Memory) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// Publish puts the next revision of an item on the shelf; a nil body takes it off.
func (m *Memory) Publish(kind civic.EditionKind, id string, body []byte) {
	m.PublishFor(kind, id, body, time.Time{}, time.Time{})
}

// PublishFor publishes what is shown from a time until another.
func (m *Memory) PublishFor(kind civic.EditionKind, id string, body []byte, from, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := key{kind, id}
	m.n++
	m.editions[k] = append(m.editions[k], civic.Edition{
		N: m.n, Kind: kind, ID: id, Rev: uint32(len(m.editions[k]) + 1), From: from, Until: until, Body: body,
		Tombstone: body == nil,
	})
	close(m.changed)
	m.changed = make(chan struct{})
}

// Hold is central's signed custody of everything kept.
func (m *Memory) Hold(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.kept {
		if k.State == civic.Kept {
			k.State, k.Held = civic.Held, at
		}
	}
}

// SetStatus stores a locked status for a code.
func (m *Memory) SetStatus(code civic.TrackingCode, locked []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statuses[code] = locked
}

// SetFree sets the room on the disk.
func (m *Memory) SetFree(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = n
}

// SetSync sets what the terminal knows of central's clock.
func (m *Memory) SetSync(e civic.Evidence) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sync = e
}

// FailOnce makes the next TakeIn do its work and answer err all the same, as a disk does that syncs and then fails
// to say so.
func (m *Memory) FailOnce(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Taken returns everything taken in, oldest first.
func (m *Memory) Taken() []desk.Taken {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]desk.Taken(nil), m.taken...)
}
