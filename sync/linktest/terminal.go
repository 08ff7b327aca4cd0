package linktest

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Terminal is a terminal's store in memory: uplink's Journal, Papers, Shelf, Statuses and Site.
type Terminal struct {
	Key *seal.Signer

	mu       sync.Mutex // guards all below
	head     wire.Head
	entries  []wire.Entry
	ids      []civic.EntryID
	held     wire.CustodyBody
	settled  map[uint64]civic.Outcome
	changed  chan struct{}
	papers   []civic.Paper
	content  map[civic.Digest][]byte
	sent     map[civic.Digest]bool
	lost     map[civic.Digest]bool
	shelf    map[string]civic.Edition
	cursor   civic.Cursor
	applied  int
	statuses map[civic.TrackingCode]wire.Status
	seen     uint64
	place    wire.Welcome
	clock    time.Time
	recalls  int
	missing  *wire.Missing
}

// NewTerminal returns a terminal with a key and nothing else; it has no place yet.
func NewTerminal() *Terminal {
	return &Terminal{
		Key: must(seal.GenerateSigner()), settled: map[uint64]civic.Outcome{}, changed: make(chan struct{}),
		content: map[civic.Digest][]byte{}, sent: map[civic.Digest]bool{}, lost: map[civic.Digest]bool{}, shelf: map[string]civic.Edition{},
		statuses: map[civic.TrackingCode]wire.Status{},
	}
}

// TakeIn files an entry with papers of the given sizes and returns its id.
func (t *Terminal) TakeIn(papers ...int) civic.EntryID { return t.TakeInSealed(random(200), papers...) }

// TakeInSealed files an entry with a sealed packet and papers of the given sizes and returns its id.
func (t *Terminal) TakeInSealed(sealed []byte, papers ...int) civic.EntryID {
	id := NewID()
	t.File(&civic.Entry{Kind: civic.EntryApplication, ID: id, Sealed: sealed}, papers...)
	return id
}

// File appends an entry, with papers of the given sizes, and returns the digest of what was signed.
func (t *Terminal) File(e *civic.Entry, papers ...int) civic.Digest {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.Terminal = t.place.Number
	if e.Code == 0 {
		e.Code = civic.NewTrackingCode(t.place.Number, uint32(len(t.entries)+1))
	}
	for _, size := range papers {
		b := random(size)
		p := civic.Paper{Digest: civic.DigestOf(b), Size: int64(size)}
		e.Papers = append(e.Papers, p)
		t.content[p.Digest] = b
		t.papers = append(t.papers, p)
	}
	body := must(wire.SignEntry(t.Key, e))
	t.chain(body, e.ID)
	close(t.changed)
	t.changed = make(chan struct{})
	return body.Digest()
}

func (t *Terminal) chain(body wire.Signed, id civic.EntryID) {
	position := must(wire.SignPosition(t.Key, civic.Position{
		Generation: t.head.Generation, Seq: t.head.Seq + 1, Prev: t.head.Digest, Entry: body.Digest(),
	}))
	t.head.Seq++
	t.head.Digest = position.Digest()
	t.entries, t.ids = append(t.entries, wire.Entry{Body: body, Position: position}), append(t.ids, id)
}

func random(n int) []byte {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic("bug: linktest: random: " + err.Error())
	}
	return b
}

// Spoil breaks the signature of the entry with a seq, as a failing disk would.
func (t *Terminal) Spoil(seq uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := &t.entries[seq-1]
	e.Body.Signature = bytes.Clone(e.Body.Signature)
	e.Body.Signature[20] ^= 1
}

// Head implements uplink.Journal.
func (t *Terminal) Head(context.Context) (wire.Head, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.head, nil
}

// After implements uplink.Journal.
func (t *Terminal) After(_ context.Context, seq uint64, most int) ([]wire.Entry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seq >= uint64(len(t.entries)) {
		return nil, nil
	}
	list := t.entries[seq:]
	return append([]wire.Entry(nil), list[:min(most, len(list))]...), nil
}

// Hold implements uplink.Journal.
func (t *Terminal) Hold(_ context.Context, _ wire.Signed, c wire.CustodyBody) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.Through.Seq > t.held.Through.Seq {
		t.held = c
	}
	return nil
}

// Held returns the seq in custody.
func (t *Terminal) Held() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.held.Through.Seq
}

// Journal returns the ids taken in, in order.
func (t *Terminal) Journal() []civic.EntryID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]civic.EntryID(nil), t.ids...)
}

// Settled implements uplink.Journal.
func (t *Terminal) Settled(context.Context) (uint64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var n uint64
	for t.settled[n+1] != "" {
		n++
	}
	return n, nil
}

// Settle implements uplink.Journal.
func (t *Terminal) Settle(_ context.Context, o wire.Outcome) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.Seq >= 1 && o.Seq <= uint64(len(t.ids)) && t.ids[o.Seq-1] == o.Entry && t.settled[o.Seq] == "" {
		t.settled[o.Seq] = o.Outcome
	}
	return nil
}

// Changed implements uplink.Journal.
func (t *Terminal) Changed() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changed
}

// Unsent implements uplink.Papers.
func (t *Terminal) Unsent(_ context.Context, most int) ([]civic.Paper, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.owed(most, func(d civic.Digest) bool { return !t.lost[d] }), nil
}

// owed returns papers of held entries that central does not have whole.
func (t *Terminal) owed(most int, which func(civic.Digest) bool) (list []civic.Paper) {
	for i := uint64(0); i < t.held.Through.Seq && i < uint64(len(t.entries)); i++ {
		e := must(wire.ReadEntry(t.entries[i].Body))
		for _, p := range e.Papers {
			if !t.sent[p.Digest] && which(p.Digest) && len(list) < most {
				list = append(list, p)
			}
		}
	}
	return list
}

// Lost implements uplink.Papers.
func (t *Terminal) Lost(_ context.Context, most int) (list []civic.Digest, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lost) == 0 {
		return nil, nil
	}
	for _, p := range t.owed(most, func(d civic.Digest) bool { return t.lost[d] }) {
		list = append(list, p.Digest)
	}
	return list, nil
}

// Open implements uplink.Papers.
func (t *Terminal) Open(_ context.Context, d civic.Digest) (io.ReadSeekCloser, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.content[d]
	if !ok {
		t.lost[d] = true
		return nil, civic.Refuse(civic.NotFound, "paper", "link.not-found")
	}
	return file{bytes.NewReader(b)}, nil
}

type file struct{ *bytes.Reader }

// Close does nothing.
func (file) Close() error { return nil }

// Sent implements uplink.Papers.
func (t *Terminal) Sent(_ context.Context, d civic.Digest) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent[d] = true
	return nil
}

// Again implements uplink.Papers.
func (t *Terminal) Again(_ context.Context, list []civic.Digest) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, d := range list {
		delete(t.sent, d)
	}
	return nil
}

// Lack loses the content of a paper, as a failing disk would. It is found lost when it is opened.
func (t *Terminal) Lack(d civic.Digest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.content, d)
}

// Papers returns the papers taken in, and how many central has whole.
func (t *Terminal) Papers() (list []civic.Paper, sent int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]civic.Paper(nil), t.papers...), len(t.sent)
}

// Cursor implements uplink.Shelf.
func (t *Terminal) Cursor(context.Context) (civic.Cursor, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cursor, nil
}

// Apply implements uplink.Shelf.
func (t *Terminal) Apply(_ context.Context, editions []wire.Edition, cursor civic.Cursor) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(editions, cursor)
	return nil
}

// Replace implements uplink.Shelf.
func (t *Terminal) Replace(_ context.Context, editions []wire.Edition, cursor civic.Cursor) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.shelf)
	t.put(editions, cursor)
	return nil
}

func (t *Terminal) put(editions []wire.Edition, cursor civic.Cursor) {
	for _, f := range editions {
		e := must(wire.ReadEdition(f.Edition))
		if name := string(e.Kind) + "/" + e.ID; e.Tombstone {
			delete(t.shelf, name)
		} else {
			t.shelf[name] = *e
		}
	}
	t.cursor = cursor
	t.applied++
}

// Shelf returns the revision of each item stored.
func (t *Terminal) Shelf() map[string]uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := map[string]uint32{}
	for name, e := range t.shelf {
		list[name] = e.Rev
	}
	return list
}

// Seen implements uplink.Statuses.
func (t *Terminal) Seen(context.Context) (uint64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen, nil
}

// Put implements uplink.Statuses.
func (t *Terminal) Put(_ context.Context, list []wire.Status) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range list {
		if s.N >= t.statuses[s.Code].N {
			t.statuses[s.Code] = s
		}
		t.seen = max(t.seen, s.N)
	}
	return nil
}

// Status returns the number of the last status of a case.
func (t *Terminal) Status(code civic.TrackingCode) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.statuses[code].N
}

// Enrolled implements uplink.Site: a new generation chains what central does not hold again.
func (t *Terminal) Enrolled(_ context.Context, w wire.Welcome) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.place = w
	if w.Generation == t.head.Generation {
		return nil
	}
	entries, ids := t.entries, t.ids
	t.entries, t.ids, t.held = nil, nil, wire.CustodyBody{Store: t.held.Store}
	t.settled = map[uint64]civic.Outcome{}
	t.head = wire.Head{Generation: w.Generation}
	for i, e := range entries {
		t.chain(e.Body, ids[i])
	}
	return nil
}

// Place returns what central gave.
func (t *Terminal) Place() wire.Welcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.place
}

// Synchronised implements uplink.Site.
func (t *Terminal) Synchronised(_ context.Context, central time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clock = central
	return nil
}

// Clock returns central's time as last stored.
func (t *Terminal) Clock() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

// Telemetry implements uplink.Site.
func (t *Terminal) Telemetry(context.Context) (wire.Telemetry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return wire.Telemetry{Queue: uint64(len(t.entries)) - t.held.Through.Seq}, nil
}

// Copy returns a terminal as an image of its disk would restore it, with the same key.
func (t *Terminal) Copy() *Terminal {
	t.mu.Lock()
	defer t.mu.Unlock()
	return &Terminal{
		Key: t.Key, head: t.head, held: t.held, cursor: t.cursor, applied: t.applied, seen: t.seen, place: t.place, clock: t.clock,
		changed: make(chan struct{}), entries: slices.Clone(t.entries), ids: slices.Clone(t.ids), papers: slices.Clone(t.papers),
		settled: maps.Clone(t.settled), content: maps.Clone(t.content), sent: maps.Clone(t.sent), lost: maps.Clone(t.lost), shelf: maps.Clone(t.shelf),
		statuses: maps.Clone(t.statuses),
	}
}

// Recover chains what another disk of the same terminal holds and this one does not, as the operator's tool does with
// the disk of a dead machine. It returns how many entries that were.
func (t *Terminal) Recover(from *Terminal) int {
	dead := from.Copy()
	t.mu.Lock()
	defer t.mu.Unlock()
	var n int
	for i, id := range dead.ids {
		if slices.Contains(t.ids, id) {
			continue
		}
		n++
		t.chain(dead.entries[i].Body, id)
		for _, p := range must(wire.ReadEntry(dead.entries[i].Body)).Papers {
			t.content[p.Digest] = dead.content[p.Digest]
			t.papers = append(t.papers, p)
		}
	}
	return n
}

// Outcomes returns what became of each entry, by id, as far as the terminal knows.
func (t *Terminal) Outcomes() map[civic.EntryID]civic.Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := map[civic.EntryID]civic.Outcome{}
	for seq, o := range t.settled {
		list[t.ids[seq-1]] = o
	}
	return list
}
