package storetest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

func isCode(err error, code civic.Code) bool { return errors.Is(err, &civic.Error{Code: code}) }

// Machine writes the journal of a terminal that exists in the test alone. It makes what a verified session hands to
// the store.
type Machine struct {
	Key        *seal.Signer
	Number     uint32
	Generation uint32

	seq  uint64
	prev civic.Digest
}

// NewMachine makes a terminal with a key of its own.
func NewMachine(t testing.TB, number uint32) *Machine {
	t.Helper()
	key, err := seal.GenerateSigner()
	must(t, err)
	return &Machine{Key: key, Number: number, Generation: 1}
}

// Entry makes an entry that is not chained yet.
func (m *Machine) Entry(kind civic.EntryKind, code civic.TrackingCode, papers ...civic.Paper) civic.Entry {
	e := civic.Entry{
		Kind: kind, Terminal: m.Number, Code: code, Papers: papers,
		Sealed: []byte("sealed"), Evidence: civic.Evidence{Wall: noon},
	}
	rand.Read(e.ID[:])
	return e
}

// Sign signs an entry as this terminal.
func (m *Machine) Sign(t testing.TB, e civic.Entry) wire.Signed {
	t.Helper()
	s, err := wire.SignEntry(m.Key, &e)
	must(t, err)
	return s
}

// Chain gives a signed entry the next position of the journal.
func (m *Machine) Chain(t testing.TB, e civic.Entry, body wire.Signed) store.Item {
	t.Helper()
	p := civic.Position{Generation: m.Generation, Seq: m.seq + 1, Prev: m.prev, Entry: body.Digest()}
	position, err := wire.SignPosition(m.Key, p)
	must(t, err)
	m.seq, m.prev = p.Seq, position.Digest()
	return store.Item{Signed: wire.Entry{Body: body, Position: position}, Entry: e, Position: p, Maker: m.Key.ID}
}

// Next makes, signs and chains an entry.
func (m *Machine) Next(t testing.TB, kind civic.EntryKind, code civic.TrackingCode, papers ...civic.Paper) store.Item {
	t.Helper()
	e := m.Entry(kind, code, papers...)
	return m.Chain(t, e, m.Sign(t, e))
}

// Restart begins the journal of the next generation.
func (m *Machine) Restart() { m.Generation, m.seq, m.prev = m.Generation+1, 0, civic.Digest{} }

// counter gives each test its own run of tracking codes.
type counter struct {
	sync.Mutex
	n uint32
}

func (c *counter) code(number uint32) civic.TrackingCode {
	c.Lock()
	defer c.Unlock()
	c.n++
	return civic.NewTrackingCode(number, c.n)
}

func refOf(it store.Item) store.Ref {
	return store.Ref{ID: it.Entry.ID, Digest: it.Signed.Body.Digest()}
}

// hold puts items into custody.
func (s *site) hold(m *Machine, items ...store.Item) store.Journal {
	s.t.Helper()
	j, err := s.Hold(s.t.Context(), m.Key.ID, m.Generation, items, noon)
	must(s.t, err)
	return j
}

// secretOf is the receipt secret that newCase gives a code.
func secretOf(code civic.TrackingCode) (secret civic.Secret) {
	b := code.Bytes()
	copy(secret[:], b[:])
	return secret
}

// newCase is what opening an item's application yields.
func newCase(t testing.TB, it store.Item, due string) store.NewCase {
	t.Helper()
	n := NewCase(t, refOf(it), &it.Entry)
	if due != "" {
		n.Case.Due = day(due)
	}
	return n
}

// NewCase is what opening a held application yields: a case without a deadline.
func NewCase(t testing.TB, ref store.Ref, e *civic.Entry) store.NewCase {
	t.Helper()
	code := e.Code
	app := civic.Application{
		ID: e.ID, Code: code, Service: "HJ-008", Secret: secretOf(code),
		Applicant: civic.Party{
			Name: "欧阳𠮷祥", Document: civic.Document{Kind: civic.ResidentID, Number: "44010619900303123X"},
			Phone: "13800138000", Address: "广州市番禺区龑龙路１号",
		},
		Answers: json.RawMessage(`{"remark":"䶮𬭎"}`),
	}
	plain, err := json.Marshal(app)
	must(t, err)
	n := store.NewCase{
		Ref: ref, ServiceName: "居住证办理", Retention: "long", Application: plain, Secret: app.Secret,
		Document: app.Applicant.Document, Notice: []byte("notice 1 of " + code.Digits()), At: noon,
		Case: civic.Case{
			Code: code, Entry: e.ID, Service: "HJ-008", Department: "police",
			Guide: civic.Revision{ID: "HJ-008", Rev: 2}, Form: civic.Revision{ID: "HJ-008", Rev: 3},
			Status: civic.Filed, Filed: noon, Since: noon, Received: noon, Sure: civic.Sure,
			DueDays: 5, DueKind: civic.WorkingDays, Point: "P1", Terminal: e.Terminal,
		},
	}
	return n
}

// opened holds and opens an application.
func (s *site) opened(m *Machine, code civic.TrackingCode, due string) store.Item {
	s.t.Helper()
	it := m.Next(s.t, civic.EntryApplication, code)
	s.hold(m, it)
	must(s.t, s.Open(s.t.Context(), newCase(s.t, it, due)))
	return it
}
