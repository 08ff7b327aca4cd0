package linktest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// Central is central's half in memory: hub's Registrar, Intake, Papers, Bulletin and Enquiry.
type Central struct {
	Root, Sign *seal.Signer
	Store      civic.EntryID
	Judge      Judge
	Rules      Rules

	mu         sync.Mutex // guards all below
	keys       wire.Signed
	terminals  map[civic.KeyID]hub.Terminal
	revoked    map[civic.KeyID]bool
	enrolments []hub.Enrolment
	used       map[string]civic.KeyID
	journals   map[place]*journal
	cases      map[civic.EntryID]civic.Digest // what each entry id came with first
	records    []Record                       // all that came of entries, in order
	outcomes   map[filing]civic.Outcome
	conflicts  int
	failing    error
	opened     bool // outcomes are known as soon as custody is taken
	papers     map[civic.Digest]*paper
	told       int // Lost came
	editions   []edition
	statuses   map[string][]wire.Status
	telemetry  map[civic.KeyID]wire.Telemetry
	seen       int
	signs      map[civic.KeyID]map[hub.Sign]int
	lost       []wire.Missing
}

// Judge decides what becomes of an entry at central; nil makes a case of each.
type Judge func(*civic.Entry) civic.Outcome

// Record is one case, or one thing set aside.
type Record struct {
	Entry   civic.EntryID
	Digest  civic.Digest
	Outcome civic.Outcome
}

// filing is what came: an id, and what was signed under it.
type filing struct {
	id     civic.EntryID
	digest civic.Digest
}

type place struct {
	key        civic.KeyID
	generation uint32
}

// journal is what central holds of one terminal's generation.
type journal struct {
	entries []wire.Entry
	ids     []civic.EntryID
	custody *wire.Signed
	head    wire.Head
	settled int // outcomes known, from the first
}

type paper struct {
	size  int64
	data  []byte
	whole bool
	lost  bool
}

type edition struct {
	frame wire.Edition
	civic civic.Edition
}

// NewCentral returns a central with keys of its own and nothing else.
func NewCentral() *Central {
	c := &Central{
		Root: must(seal.GenerateSigner()), Sign: must(seal.GenerateSigner()),
		terminals: map[civic.KeyID]hub.Terminal{}, revoked: map[civic.KeyID]bool{}, used: map[string]civic.KeyID{},
		journals: map[place]*journal{}, cases: map[civic.EntryID]civic.Digest{}, papers: map[civic.Digest]*paper{},
		statuses: map[string][]wire.Status{}, outcomes: map[filing]civic.Outcome{}, telemetry: map[civic.KeyID]wire.Telemetry{}, opened: true,
	}
	c.Store = NewID()
	c.PublishKeys(1)
	return c
}

// NewID draws an id.
func NewID() (id civic.EntryID) {
	if _, err := rand.Read(id[:]); err != nil {
		panic("bug: linktest: random: " + err.Error())
	}
	return id
}

// must is for what fails only by a bug of the test's own.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("bug: linktest: %v", err))
	}
	return v
}

// PublishKeys signs a list that names the sign key alone and puts it into the feed.
func (c *Central) PublishKeys(rev uint32) {
	keys := identity.CentralKeys{Root: c.Root.Public(), Sign: []identity.Key{{ID: c.Sign.ID.String(), Public: c.Sign.Public()}}}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := uint64(len(c.editions) + 1)
	c.keys = must(keys.SignEdition(c.Root, n, rev))
	c.append(civic.Edition{N: n, Kind: civic.EditionKeys, ID: identity.KeysID, Rev: rev}, c.keys)
}

// NewSign replaces the sign key and publishes a list without the old one.
func (c *Central) NewSign(rev uint32) {
	c.Sign = must(seal.GenerateSigner())
	c.PublishKeys(rev)
}

// SetKeys publishes a keys edition as it is.
func (c *Central) SetKeys(signed wire.Signed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys = signed
}

// Fail makes custody fail until it is nil again.
func (c *Central) Fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failing = err
}

// Admit makes a key the terminal of a number and generation at a point.
func (c *Central) Admit(t hub.Terminal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.terminals[t.Key] = t
}

// Revoke ends the use of a key.
func (c *Central) Revoke(key civic.KeyID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.revoked[key] = true
}

// Invite adds an enrolment.
func (c *Central) Invite(e hub.Enrolment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enrolments = append(c.enrolments, e)
}

// Terminal implements hub.Registrar.
func (c *Central) Terminal(_ context.Context, key civic.KeyID) (hub.Terminal, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.terminals[key]
	switch {
	case !ok:
		return t, civic.Refuse(wire.CodeUnknownKey, "key", "link.unknown-terminal")
	case c.revoked[key]:
		return t, civic.Refuse(wire.CodeRevoked, "key", "link.revoked")
	}
	return t, nil
}

// Enrolments implements hub.Registrar.
func (c *Central) Enrolments(context.Context, time.Time) ([]hub.Enrolment, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]hub.Enrolment(nil), c.enrolments...), nil
}

// Enrol implements hub.Registrar.
func (c *Central) Enrol(_ context.Context, id string, publicKey []byte, _ time.Time) (hub.Terminal, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := civic.KeyIDOf(publicKey)
	if by, ok := c.used[id]; ok {
		if by == key {
			return c.terminals[key], nil
		}
		return hub.Terminal{}, civic.Refuse(wire.CodeEnrolment, "code", "link.enrolment-invalid")
	}
	c.used[id] = key
	t := hub.Terminal{
		Key: key, PublicKey: publicKey, Number: uint32(len(c.used)), Generation: c.terminals[key].Generation + 1,
		Point: "point-" + id, PointName: "服务点 " + id, Area: "440113",
	}
	if known, ok := c.terminals[key]; ok {
		t.Point, t.PointName, t.Area = known.Point, known.PointName, known.Area
	}
	c.terminals[key] = t
	return t, nil
}

// Seen implements hub.Registrar.
func (c *Central) Seen(_ context.Context, key civic.KeyID, _ time.Time, t *wire.Telemetry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen++
	if t != nil {
		c.telemetry[key] = *t
	}
	return nil
}

// Sightings returns how often Seen was called.
func (c *Central) Sightings() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen
}

// Telemetry returns what a terminal last said of itself.
func (c *Central) Telemetry(key civic.KeyID) wire.Telemetry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.telemetry[key]
}

// journal returns the journal of a terminal's generation; the caller holds the lock.
func (c *Central) journal(t hub.Terminal) *journal {
	at := place{t.Key, t.Generation}
	if c.journals[at] == nil {
		c.journals[at] = &journal{head: wire.Head{Generation: t.Generation}}
	}
	return c.journals[at]
}

// Custody implements hub.Intake.
func (c *Central) Custody(_ context.Context, t hub.Terminal) (*wire.Signed, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.journal(t).custody, nil
}

// Take implements hub.Intake: all of a batch or nothing.
func (c *Central) Take(_ context.Context, t hub.Terminal, batch []wire.Entry, now time.Time) (*wire.Signed, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failing != nil {
		return nil, c.failing
	}
	j := c.journal(t)
	head := j.head
	var fresh []wire.Entry
	var ids []civic.EntryID
	var opened []*civic.Entry
	for _, e := range batch {
		p, entry, err := openEntry(t, e)
		switch {
		case err != nil:
			return nil, err
		case p.Generation != t.Generation:
			return nil, civic.Refuse(wire.CodeForked, "generation", "link.forked")
		case p.Seq <= j.head.Seq:
			continue
		case p.Seq != head.Seq+1 || p.Prev != head.Digest:
			return nil, civic.Refuse(wire.CodeForked, "position", "link.forked")
		}
		head = wire.Head{Generation: p.Generation, Seq: p.Seq, Digest: e.Position.Digest()}
		fresh, ids, opened = append(fresh, e), append(ids, entry.ID), append(opened, entry)
		for _, p := range entry.Papers {
			if c.papers[p.Digest] == nil {
				c.papers[p.Digest] = &paper{size: p.Size}
			}
		}
	}
	j.head, j.entries, j.ids = head, append(j.entries, fresh...), append(j.ids, ids...)
	for i, entry := range opened {
		c.open(entry, fresh[i].Body.Digest())
	}
	if c.opened {
		j.settled = len(j.ids)
	}
	signed, err := wire.SignCustody(c.Sign, wire.CustodyBody{Store: c.Store, Terminal: t.Key, Through: head, Time: now.UnixMilli()})
	j.custody = &signed
	return j.custody, err
}

func openEntry(t hub.Terminal, e wire.Entry) (civic.Position, *civic.Entry, error) {
	p, err := wire.OpenPosition(t.PublicKey, e.Position)
	if err != nil {
		return p, nil, err
	}
	entry, err := wire.OpenEntry(t.PublicKey, e.Body)
	if err == nil && p.Entry != e.Body.Digest() {
		err = civic.Refuse(civic.Untrusted, "position", "link.untrusted")
	}
	return p, entry, err
}

// Outcomes implements hub.Intake.
func (c *Central) Outcomes(_ context.Context, t hub.Terminal, after uint64, most int) ([]wire.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j := c.journal(t)
	var list []wire.Outcome
	for seq := after + 1; seq <= uint64(j.settled) && len(list) < most; seq++ {
		id := j.ids[seq-1]
		list = append(list, wire.Outcome{Entry: id, Seq: seq, Outcome: c.outcomes[filing{id, j.entries[seq-1].Body.Digest()}]})
	}
	return list, nil
}

// HoldOpening makes outcomes unknown until Open, as where opening runs behind custody.
func (c *Central) HoldOpening() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened = false
}

// Open settles everything held.
func (c *Central) Open() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opened = true
	for _, j := range c.journals {
		j.settled = len(j.ids)
	}
}

// open makes a case of an entry or sets it aside, once for an id and what came under it.
func (c *Central) open(e *civic.Entry, d civic.Digest) {
	if _, known := c.outcomes[filing{e.ID, d}]; known && !c.Rules.OpenTwice {
		return
	}
	outcome := civic.OutcomeCase
	if c.Judge != nil {
		outcome = c.Judge(e)
	}
	if first, ok := c.cases[e.ID]; !ok {
		c.cases[e.ID] = d
	} else if first != d {
		c.conflicts++
		outcome = civic.OutcomeConflict
	}
	c.outcomes[filing{e.ID, d}] = outcome
	c.records = append(c.records, Record{e.ID, d, outcome})
}

// Records returns every case and everything set aside, in the order they came about.
func (c *Central) Records() []Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.records)
}

// Cases returns how many cases there are, and how many entries came with an id that another has.
func (c *Central) Cases() (cases, conflicts int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.cases), c.conflicts
}

// Journal returns the ids of a terminal's generation as held, in order.
func (c *Central) Journal(key civic.KeyID, generation uint32) []civic.EntryID {
	c.mu.Lock()
	defer c.mu.Unlock()
	j := c.journals[place{key, generation}]
	if j == nil {
		return nil
	}
	return append([]civic.EntryID(nil), j.ids...)
}

// Forget puts a terminal's journal back to its first n entries, as an old backup would.
func (c *Central) Forget(t hub.Terminal, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j := c.journal(t)
	for i, id := range j.ids[n:] {
		delete(c.cases, id)
		delete(c.outcomes, filing{id, j.entries[n+i].Body.Digest()})
		c.records = slices.DeleteFunc(c.records, func(r Record) bool { return r.Entry == id })
	}
	j.entries, j.ids, j.custody, j.settled = j.entries[:n], j.ids[:n], nil, min(j.settled, n)
	j.head = wire.Head{Generation: t.Generation}
	if n > 0 {
		last := j.entries[n-1].Position
		j.head.Seq, j.head.Digest = uint64(n), last.Digest()
		signed := must(wire.SignCustody(c.Sign, wire.CustodyBody{Store: c.Store, Terminal: t.Key, Through: j.head}))
		j.custody = &signed
	}
}

// Have implements hub.Papers.
func (c *Central) Have(_ context.Context, _ hub.Terminal, d civic.Digest) (wire.Need, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.papers[d]
	if p == nil {
		return wire.Need{}, civic.Refuse(civic.NotFound, "paper", "link.not-found")
	}
	return wire.Need{Digest: d, Have: int64(len(p.data)), Done: p.whole}, nil
}

// Append implements hub.Papers.
func (c *Central) Append(ctx context.Context, t hub.Terminal, chunk *wire.Chunk) (wire.Need, error) {
	c.mu.Lock()
	if p := c.papers[chunk.Digest]; p != nil && !p.whole && chunk.Offset <= int64(len(p.data)) {
		p.data = append(p.data[:chunk.Offset], chunk.Data...)
		if int64(len(p.data)) >= p.size {
			if p.whole = civic.DigestOf(p.data) == chunk.Digest; !p.whole {
				p.data = nil
			}
			p.lost = p.lost && !p.whole
		}
	}
	c.mu.Unlock()
	return c.Have(ctx, t, chunk.Digest)
}

// Lacking implements hub.Papers.
func (c *Central) Lacking(_ context.Context, t hub.Terminal, most int) (list []civic.Digest, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for at, j := range c.journals {
		if at.key != t.Key {
			continue
		}
		for _, e := range j.entries {
			for _, p := range must(wire.ReadEntry(e.Body)).Papers {
				if have := c.papers[p.Digest]; have != nil && !have.whole && !have.lost {
					list = append(list, p.Digest)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b civic.Digest) int { return bytes.Compare(a[:], b[:]) })
	return list[:min(len(list), most)], nil
}

// Gone implements hub.Papers.
func (c *Central) Gone(_ context.Context, t hub.Terminal, list []civic.Digest, _ time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told++
	for at, j := range c.journals {
		for _, e := range j.entries {
			for _, p := range must(wire.ReadEntry(e.Body)).Papers {
				if have := c.papers[p.Digest]; at.key == t.Key && slices.Contains(list, p.Digest) && have != nil && !have.whole {
					have.lost = true
				}
			}
		}
	}
	return nil
}

// Gones returns how many papers are lost, and how often that was said.
func (c *Central) Gones() (papers, told int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.papers {
		if p.lost {
			papers++
		}
	}
	return papers, c.told
}

// Paper returns the bytes of a paper, nil unless it is whole.
func (c *Central) Paper(d civic.Digest) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.papers[d]; p != nil && p.whole {
		return bytes.Clone(p.data)
	}
	return nil
}

// Ask implements hub.Enquiry: the one pair it knows is code and "1234".
func (c *Central) Ask(_ context.Context, _ hub.Terminal, code civic.TrackingCode, lastFour string, _ time.Time) (*civic.StatusNotice, error) {
	if lastFour != "1234" {
		return nil, civic.Refuse(civic.NotFound, "code", "lookup.not-found")
	}
	return &civic.StatusNotice{Code: code, Status: civic.Accepted, Service: "HJ-008", Version: 3}, nil
}
