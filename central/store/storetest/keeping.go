package storetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

func auditChain(t *testing.T, s *site) {
	head, err := s.VerifyAudit(t.Context())
	must(t, err)
	equal(t, "empty head", head.N, 0)
	for range 3 {
		must(t, s.Record(t.Context(), store.AuditEntry{At: noon, Actor: clerk, Action: store.ActExport, Subject: "head", Detail: "每日"}))
	}
	head, err = s.VerifyAudit(t.Context())
	must(t, err)
	equal(t, "head", head.N, 3)
	log, err := s.Entries(t.Context(), 2, 10)
	must(t, err)
	equal(t, "last digest", log[0].Digest, head.Digest)
	key, err := seal.GenerateSigner()
	must(t, err)
	signed, err := store.SignHead(key, head)
	must(t, err)
	back, err := store.OpenHead(key.Public(), signed)
	must(t, err)
	equal(t, "signed head", back, head)
	signed.Payload[len(signed.Payload)-1] ^= 1
	if _, err := store.OpenHead(key.Public(), signed); err == nil {
		t.Fatal("a changed head was believed")
	}
}

func (s *site) audited(n int) {
	s.t.Helper()
	for range n {
		must(s.t, s.Record(s.t.Context(), store.AuditEntry{At: noon, Actor: clerk, Action: store.ActRead, Subject: "1"}))
	}
}

// auditForged changes an entry: alone; with its digest made right again, which breaks the entry after it; and the
// last one so, which only the head tells.
func auditForged(t *testing.T, s *site) {
	s.audited(5)
	log, err := s.Entries(t.Context(), 0, 10)
	must(t, err)
	for _, forge := range []struct {
		n, good uint64
		right   bool
	}{{3, 2, false}, {3, 3, true}, {5, 5, true}} {
		e := log[forge.n-1]
		e.Subject = "2"
		if forge.right {
			e.Digest = store.Chain(log[forge.n-2].Digest, &e)
		}
		s.shut()
		s.backend.ForgeAudit(t, s.dir, e)
		s.open()
		head, err := s.VerifyAudit(t.Context())
		wants(t, err, civic.Damaged)
		equal(t, "last good entry", head.N, forge.good)
		s.shut()
		s.backend.ForgeAudit(t, s.dir, log[forge.n-1])
		s.open()
		_, err = s.VerifyAudit(t.Context())
		must(t, err)
	}
}

func auditCut(t *testing.T, s *site) {
	s.audited(5)
	s.shut()
	s.backend.DropAudit(t, s.dir)
	s.open()
	head, err := s.VerifyAudit(t.Context())
	wants(t, err, civic.Damaged)
	equal(t, "last good entry", head.N, 4)
}

func unicodeText(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	for _, name := range []string{"𠮷𬭎龑䶮", "阿依古丽·买买提", "e\u0301 é", "'; DROP TABLE cases; --", "零\u200d宽"} {
		it := m.Next(t, civic.EntryApplication, codes.code(1))
		s.hold(m, it)
		n := newCase(t, it, "")
		n.ServiceName = name
		must(t, s.Open(t.Context(), n))
		st := stepTo(it.Entry.Code, 1, civic.Supplement, civic.RoleClerk)
		st.Words, st.Owes = name, []string{name}
		must(t, s.Step(t.Context(), st))
		d, err := s.Read(t.Context(), it.Entry.Code, clerk, name, noon)
		must(t, err)
		equal(t, "service", d.Case.ServiceName, name)
		equal(t, "words", d.History[1].Words, name)
		equal(t, "owes", d.Case.Owes[0], name)
		equal(t, "applicant", d.Application.Applicant.Name, "欧阳𠮷祥")
	}
}

func times(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	at := time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, civic.China)
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	j, err := s.Hold(t.Context(), m.Key.ID, 1, []store.Item{it}, at)
	must(t, err)
	want := at.Truncate(time.Millisecond).UTC()
	equal(t, "held", j.At, want)
	n := newCase(t, it, "2026-12-31")
	n.Case.Filed, n.Case.Since, n.Case.Received = at, at, at
	must(t, s.Open(t.Context(), n))
	c, err := s.Case(t.Context(), it.Entry.Code)
	must(t, err)
	equal(t, "filed", c.Filed, want)
	equal(t, "since", c.Since, want)
	equal(t, "received", c.Received, want)
	equal(t, "due", c.Due, day("2026-12-31"))
	equal(t, "day of filing", civic.DateOf(c.Filed), day("2026-12-31"))
}

func cancelled(t *testing.T, s *site) {
	m, codes := NewMachine(t, 1), &counter{}
	it := m.Next(t, civic.EntryApplication, codes.code(1))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Hold(gone, m.Key.ID, 1, []store.Item{it}, noon); !errors.Is(err, context.Canceled) {
		t.Fatalf("hold: %v", err)
	}
	j, err := s.Journal(t.Context(), m.Key.ID, 1)
	must(t, err)
	equal(t, "journal", j.Seq, 0)
	s.hold(m, it)
	if err := s.Open(gone, newCase(t, it, "")); !errors.Is(err, context.Canceled) {
		t.Fatalf("open: %v", err)
	}
	p := newPress(s)
	// Cancelled in the middle of the work: while the edition is signed.
	half, cancel := context.WithCancel(t.Context())
	draft := p.draft(civic.Edition{Kind: civic.EditionGuide, ID: "A", Body: []byte("x")})
	sign := draft.Sign
	draft.Sign = func(e *civic.Edition) (w wire.Signed, err error) {
		cancel()
		return sign(e)
	}
	if _, err := s.Publish(half, draft); !errors.Is(err, context.Canceled) {
		t.Fatalf("publish: %v", err)
	}
	_, err = s.Current(t.Context(), civic.EditionGuide, "A")
	wants(t, err, civic.NotFound)
	equal(t, "no number was lost", p.publish("B", "x", civic.Scope{}).N, 1)
	log, err := s.Entries(t.Context(), 0, 10)
	must(t, err)
	equal(t, "audit entries", len(log), 1)
}

// neighbours does units that fail half way beside units that succeed, many at once, so that they share commits where a
// backend does that: what a failing one did is undone, what the others did stays.
func neighbours(t *testing.T, s *site) {
	const pairs = 40
	m, codes := NewMachine(t, 1), &counter{}
	code := codes.code(1)
	s.opened(m, code, "")
	must(t, s.Step(t.Context(), stepTo(code, 1, civic.Declined, civic.RoleClerk)))
	var late []store.Item
	for range pairs {
		late = append(late, m.Next(t, civic.EntryWithdrawal, code))
	}
	s.hold(m, late...)
	var wg sync.WaitGroup
	for i, it := range late {
		ref := refOf(it)
		wg.Go(func() {
			err := s.Step(t.Context(), store.Step{
				Code: code, Version: 2, To: civic.Withdrawn, Actor: store.Actor{Role: civic.RoleResident}, At: noon, Entry: &ref,
			})
			if !isCode(err, civic.Forbidden) {
				t.Errorf("step: %v", err)
			}
		})
		other := NewMachine(t, uint32(i+2))
		item := other.Next(t, civic.EntryApplication, codes.code(2))
		wg.Go(func() {
			if _, err := s.Hold(t.Context(), other.Key.ID, 1, []store.Item{item}, noon); err != nil {
				t.Errorf("hold: %v", err)
			}
		})
	}
	wg.Wait()
	list, err := s.Unopened(t.Context(), 0, 3*pairs)
	must(t, err)
	equal(t, "unopened", len(list), 2*pairs)
}

func reopen(t *testing.T, s *site) {
	m := s.enrolled("one")
	codes := &counter{}
	id, err := s.ID(t.Context())
	must(t, err)
	a := s.opened(m, codes.code(1), "2026-10-12")
	b := m.Next(t, civic.EntryApplication, codes.code(1))
	s.hold(m, b)
	p := newPress(s)
	first := p.publish("A", "x", civic.Scope{})
	s.shut()
	s.open()
	again, err := s.ID(t.Context())
	must(t, err)
	equal(t, "store id", again, id)
	list, err := s.Unopened(t.Context(), 0, 10) // held before the end, opened after it
	must(t, err)
	equal(t, "unopened", len(list), 1)
	must(t, s.Open(t.Context(), newCase(t, b, "2026-10-12")))
	d, err := s.Read(t.Context(), a.Entry.Code, clerk, "test", noon)
	must(t, err)
	equal(t, "name", d.Application.Applicant.Name, "欧阳𠮷祥")
	equal(t, "next number", p.publish("A", "y", civic.Scope{}).N, first.N+1)
	_, err = s.Terminal(t.Context(), m.Key.ID)
	must(t, err)
	_, err = s.VerifyAudit(t.Context())
	must(t, err)
}

func newerSchema(t *testing.T, s *site) {
	s.shut()
	s.backend.SetSchema(t, s.dir, 9999)
	before := s.backend.Bytes(t, s.dir)
	_, err := s.backend.Open(t.Context(), s.dir, s.vault)
	wants(t, err, civic.Unsupported)
	if !bytes.Equal(before, s.backend.Bytes(t, s.dir)) {
		t.Fatal("a newer store was changed")
	}
}

func otherVault(t *testing.T, s *site) {
	s.shut()
	key := bytes.Repeat([]byte{1}, 32)
	other, err := store.NewVault(map[byte][]byte{7: key}, 7)
	must(t, err)
	_, err = s.backend.Open(t.Context(), s.dir, other)
	wants(t, err, civic.Untrusted)
	// A new key beside the old one opens what the old one closed.
	both, err := store.NewVault(map[byte][]byte{7: make([]byte, 32), 8: key}, 8)
	must(t, err)
	s.vault = both
	s.open()
}

// nothingTyped looks for what a resident or a clerk typed in everything the store has on disk, while it is open and
// after it closed.
func nothingTyped(t *testing.T, s *site) {
	m := s.enrolled("one")
	codes := &counter{}
	it := s.opened(m, codes.code(1), "2026-10-12")
	st := stepTo(it.Entry.Code, 1, civic.Supplement, civic.RoleClerk)
	st.Words, st.Owes = "缺少租赁合同原件", []string{"房屋租赁合同"}
	must(t, s.Step(t.Context(), st))
	answer := m.Next(t, civic.EntrySupplement, it.Entry.Code)
	s.hold(m, answer)
	ref := refOf(answer)
	must(t, s.Step(t.Context(), store.Step{
		Code: it.Entry.Code, Version: 2, To: civic.Filed, Actor: store.Actor{Role: civic.RoleResident}, At: noon,
		Entry: &ref, Content: []byte(`{"words":"合同已经拍照上传"}`),
	}))
	secret := secretOf(it.Entry.Code)
	typed := []string{
		"欧阳𠮷祥", "欧阳", "44010619900303123X", "123X", "13800138000", "龑龙路", "䶮𬭎", "缺少租赁合同", "房屋租赁合同", "已经拍照",
		"secret of one", string(secret[:8]),
	}
	look := func(when string) {
		t.Helper()
		disk := s.backend.Bytes(t, s.dir)
		if !bytes.Contains(disk, []byte("居住证办理")) {
			t.Fatalf("%s: the search does not find what must be there", when)
		}
		for _, text := range typed {
			wide := utf16.Encode([]rune(text))
			var le, be []byte
			for _, u := range wide {
				le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
			}
			for _, b := range [][]byte{[]byte(text), le, be} {
				if bytes.Contains(disk, b) {
					t.Errorf("%s: the disk shows typed data", when)
				}
			}
		}
	}
	look("open")
	s.shut()
	look("closed")
}
