package storetest

import (
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// succession: a new key follows an old one, which serves until the new one proves itself.
func succession(t *testing.T, s *site) {
	m, next, other := s.enrolled("one"), NewMachine(t, 0), NewMachine(t, 0)
	there := store.Place{Point: "P2", Name: "沙湾街道", Address: "大巷涌路１号", Area: "440113"}
	_, err := s.Succeed(t.Context(), m.Key.ID, 1, next.Key.Public(), noon)
	wants(t, err, civic.Conflict) // without an order
	first, err := s.GiveOrder(t.Context(), store.Order{Terminal: m.Key.ID, Task: store.Rotate, Place: place, Made: noon}, operator)
	must(t, err)
	o, err := s.GiveOrder(t.Context(), store.Order{Terminal: m.Key.ID, Task: store.Relocate, Place: there, Made: noon}, operator)
	must(t, err)
	equal(t, "a later order", o.N > first.N, true)
	list, err := s.Orders(t.Context())
	must(t, err)
	equal(t, "orders", len(list), 1)
	equal(t, "order", list[0], o)
	_, err = s.Succeed(t.Context(), m.Key.ID, first.N, next.Key.Public(), noon)
	wants(t, err, civic.Conflict) // of the order before
	out, err := s.Succeed(t.Context(), m.Key.ID, o.N, next.Key.Public(), noon)
	must(t, err)
	equal(t, "generation", out.Generation, 2)
	equal(t, "number", out.Number, 2)
	equal(t, "place", out.Place, there)
	equal(t, "follows", out.Follows, m.Key.ID)
	paper := civic.Paper{Digest: civic.DigestOf([]byte("filed before")), Size: 3}
	s.hold(m, m.Next(t, civic.EntryApplication, (&counter{}).code(1), paper))
	owed, err := s.Lacking(t.Context(), next.Key.ID, 10)
	must(t, err)
	equal(t, "papers of the key before", len(owed), 1)
	must(t, s.Lost(t.Context(), next.Key.ID, []civic.Digest{paper.Digest}, noon))
	awaited, err := s.Awaited(t.Context(), 0, 10)
	must(t, err)
	equal(t, "lost of the key before", awaited[0].Lost, noon)
	again, err := s.Succeed(t.Context(), m.Key.ID, o.N, next.Key.Public(), noon.Add(time.Hour))
	must(t, err)
	equal(t, "asked again: the number", again.Number, out.Number)
	_, err = s.Succeed(t.Context(), m.Key.ID, o.N, other.Key.Public(), noon)
	wants(t, err, civic.Conflict)
	_, err = s.GiveOrder(t.Context(), store.Order{Terminal: m.Key.ID, Task: store.Wind, Made: noon}, operator)
	wants(t, err, civic.Conflict) // it takes the key up, told or not
	wants(t, s.DropOrder(t.Context(), m.Key.ID, noon, operator), civic.Conflict)
	old, err := s.Terminal(t.Context(), m.Key.ID)
	must(t, err)
	equal(t, "the old key serves on", old.Revoked.IsZero(), true)
	former, err := s.TakeOver(t.Context(), m.Key.ID, noon)
	must(t, err)
	equal(t, "a first key takes over from nobody", former, civic.KeyID{})
	former, err = s.TakeOver(t.Context(), next.Key.ID, noon.Add(time.Minute))
	must(t, err)
	equal(t, "former", former, m.Key.ID)
	former, err = s.TakeOver(t.Context(), next.Key.ID, noon.Add(time.Hour))
	must(t, err)
	equal(t, "took over before", former, civic.KeyID{})
	old, err = s.Terminal(t.Context(), m.Key.ID)
	must(t, err)
	equal(t, "ended", old.Ended, store.Replaced)
	equal(t, "ended at", old.Revoked, noon.Add(time.Minute))
	list, err = s.Orders(t.Context())
	must(t, err)
	equal(t, "orders after", len(list), 0)
	_, err = s.GiveOrder(t.Context(), store.Order{Terminal: m.Key.ID, Task: store.Rotate, Made: noon}, operator)
	wants(t, err, wire.CodeRevoked)
}

// winding: an order to retire is carried out once, and one that was dropped not at all.
func winding(t *testing.T, s *site) {
	m := s.enrolled("one")
	wants(t, s.Retire(t.Context(), m.Key.ID, 1, noon), civic.Conflict)
	o, err := s.GiveOrder(t.Context(), store.Order{Terminal: m.Key.ID, Task: store.Rotate, Place: place, Made: noon}, operator)
	must(t, err)
	wants(t, s.Retire(t.Context(), m.Key.ID, o.N, noon), civic.Conflict)
	must(t, s.DropOrder(t.Context(), m.Key.ID, noon, operator))
	must(t, s.DropOrder(t.Context(), m.Key.ID, noon, operator))
	_, err = s.Succeed(t.Context(), m.Key.ID, o.N, NewMachine(t, 0).Key.Public(), noon)
	wants(t, err, civic.Conflict)
	o, err = s.GiveOrder(t.Context(), store.Order{Terminal: m.Key.ID, Task: store.Wind, Made: noon}, operator)
	must(t, err)
	_, err = s.Succeed(t.Context(), m.Key.ID, o.N, NewMachine(t, 0).Key.Public(), noon)
	wants(t, err, civic.Conflict)
	must(t, s.Retire(t.Context(), m.Key.ID, o.N, noon))
	term, err := s.Terminal(t.Context(), m.Key.ID)
	must(t, err)
	equal(t, "ended", term.Ended, store.Retired)
	wants(t, s.Retire(t.Context(), m.Key.ID, o.N, noon), civic.Conflict)
	_, err = s.GiveOrder(t.Context(), store.Order{Terminal: civic.KeyID{9}, Task: store.Wind, Made: noon}, operator)
	wants(t, err, civic.NotFound)
}

// rescued: entries without their journal are kept once, before and after the journal brings them too.
func rescued(t *testing.T, s *site) {
	m := s.enrolled("one")
	var items []store.Item
	for n := range uint32(3) {
		items = append(items, m.Next(t, civic.EntryApplication, civic.NewTrackingCode(m.Number, n)))
	}
	_, err := s.Hold(t.Context(), m.Key.ID, 1, items[:1], noon)
	must(t, err)
	fresh, err := s.Rescue(t.Context(), items, noon, operator)
	must(t, err)
	equal(t, "fresh", fresh, 2)
	fresh, err = s.Rescue(t.Context(), items, noon, operator)
	must(t, err)
	equal(t, "fresh the second time", fresh, 0)
	// The terminal was not dead: its journal goes on where central holds it.
	j, err := s.Hold(t.Context(), m.Key.ID, 1, items[1:], noon.Add(time.Hour))
	must(t, err)
	equal(t, "held through", j.Seq, 3)
	all, err := s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "entries", len(all), 3)
	for _, h := range all {
		equal(t, "maker", h.Maker, m.Key.ID)
		equal(t, "released", h.Released, false)
	}
	must(t, s.SetAside(t.Context(), all[2].Ref, civic.OutcomeSealed, "", noon))
	must(t, s.Release(t.Context(), all[2].Ref.ID, "", noon, operator))
	all, err = s.Unopened(t.Context(), 0, 10)
	must(t, err)
	equal(t, "released by an operator", all[2].Released, true)
}
