package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// press publishes editions as a test needs them.
type press struct {
	s   *site
	key *seal.Signer
}

func newPress(s *site) *press {
	key, err := seal.GenerateSigner()
	must(s.t, err)
	return &press{s, key}
}

func (p *press) draft(e civic.Edition) store.Draft {
	return store.Draft{Edition: e, By: store.System(), At: noon, Sign: func(e *civic.Edition) (wire.Signed, error) {
		return wire.SignEdition(p.key, seal.DomainEdition, e)
	}}
}

func (p *press) publish(id, body string, scope civic.Scope) store.Published {
	p.s.t.Helper()
	e := civic.Edition{Kind: civic.EditionGuide, ID: id, Scope: scope, Body: []byte(body)}
	if body == "" {
		e.Body, e.Tombstone = nil, true
	}
	out, err := p.s.Publish(p.s.t.Context(), p.draft(e))
	must(p.s.t, err)
	return out
}

func publish(t *testing.T, s *site) {
	p := newPress(s)
	a := p.publish("A", "one", civic.Scope{})
	equal(t, "number", a.N, 1)
	equal(t, "revision", a.Rev, 1)
	again := p.publish("A", "one", civic.Scope{})
	equal(t, "unchanged", again.N, 1)
	equal(t, "unchanged bytes", string(again.Signed.Payload), string(a.Signed.Payload))
	b := p.publish("B", "one", civic.Scope{})
	equal(t, "other item", b.N, 2)
	a2 := p.publish("A", "two", civic.Scope{})
	equal(t, "second revision", a2.Rev, 2)
	if _, err := wire.OpenEdition(p.key.Public(), seal.DomainEdition, a2.Signed); err != nil {
		t.Fatal(err)
	}
	old, err := s.Revision(t.Context(), civic.EditionGuide, civic.Revision{ID: "A", Rev: 1})
	must(t, err)
	equal(t, "old revision", string(old.Body), "one")
	now, err := s.Current(t.Context(), civic.EditionGuide, "A")
	must(t, err)
	equal(t, "current", string(now.Body), "two")
	_, err = s.Revision(t.Context(), civic.EditionGuide, civic.Revision{ID: "A", Rev: 3})
	wants(t, err, civic.NotFound)
	items, err := s.Items(t.Context(), civic.EditionGuide)
	must(t, err)
	equal(t, "items", len(items), 2)
	p.publish("A", "", civic.Scope{})
	_, err = s.Current(t.Context(), civic.EditionGuide, "A")
	wants(t, err, civic.NotFound)
	items, err = s.Items(t.Context(), civic.EditionGuide)
	must(t, err)
	equal(t, "items after a withdrawal", len(items), 1)
	equal(t, "withdrawn again", p.publish("A", "", civic.Scope{}).N, 4)
	gone := p.draft(civic.Edition{Kind: civic.EditionForm, ID: "never", Tombstone: true})
	_, err = s.Publish(t.Context(), gone)
	wants(t, err, civic.NotFound)
	broken := p.draft(civic.Edition{Kind: civic.EditionForm, ID: "F", Body: []byte("x")})
	broken.Sign = func(*civic.Edition) (wire.Signed, error) { return wire.Signed{}, errors.New("no key") }
	if _, err := s.Publish(t.Context(), broken); err == nil {
		t.Fatal("published without a signature")
	}
	equal(t, "no number was lost", p.publish("C", "x", civic.Scope{}).N, 5)
}

// publishAtOnce follows the feed while several publish: no number is skipped, none appears late, the tags chain.
func publishAtOnce(t *testing.T, s *site) {
	const publishers, each = 4, 25
	p := newPress(s)
	var wg sync.WaitGroup
	for i := range publishers {
		wg.Go(func() {
			for j := range each {
				e := civic.Edition{Kind: civic.EditionGuide, ID: fmt.Sprintf("G%d-%d", i, j), Body: []byte("x")}
				if _, err := s.Publish(t.Context(), p.draft(e)); err != nil {
					t.Errorf("publish: %v", err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	id, err := s.ID(t.Context())
	must(t, err)
	cursor := civic.Cursor{Store: id}
	for ended := false; ; {
		f, err := s.Feed(t.Context(), store.Reader{}, cursor, 3)
		must(t, err)
		if f.Refill {
			t.Fatal("the feed did not know its own cursor")
		}
		for _, e := range f.List {
			read, err := wire.ReadEdition(e.Edition)
			must(t, err)
			equal(t, "next number", read.N, cursor.N+1)
			cursor.N, cursor.Tag = read.N, store.Tag(cursor.Tag, e.Edition.Payload)
			equal(t, "tag", e.Tag, cursor.Tag)
		}
		equal(t, "cursor", f.Next, cursor)
		if ended && f.Caught {
			break
		}
		select {
		case <-done:
			ended = true
		default:
		}
	}
	equal(t, "editions followed", cursor.N, publishers*each)
}

// shelf applies the feed as a terminal does.
type shelf struct {
	reader store.Reader
	cursor civic.Cursor
	items  map[string]string
}

func (h *shelf) follow(s *site) (refilled bool) {
	s.t.Helper()
	if h.items == nil {
		h.items = map[string]string{}
	}
	for {
		f, err := s.Feed(s.t.Context(), h.reader, h.cursor, 2)
		must(s.t, err)
		if f.Refill {
			h.items, refilled = map[string]string{}, true
		}
		for _, e := range f.List {
			read, err := wire.ReadEdition(e.Edition)
			must(s.t, err)
			if !read.Scope.Covers(h.reader.Area, h.reader.Point, h.reader.Terminal) {
				s.t.Fatalf("edition %d is not for this reader", read.N)
			}
			if read.Tombstone {
				delete(h.items, read.ID)
			} else {
				h.items[read.ID] = string(read.Body)
			}
		}
		h.cursor = f.Next
		if f.Caught {
			return refilled
		}
	}
}

func feedScope(t *testing.T, s *site) {
	p := newPress(s)
	here := &shelf{reader: store.Reader{Area: "440113001", Point: "P1", Terminal: civic.KeyID{1}}}
	next := &shelf{reader: store.Reader{Area: "440113002", Point: "P2", Terminal: civic.KeyID{2}}}
	far := &shelf{reader: store.Reader{Area: "110101", Point: "P3", Terminal: civic.KeyID{3}}}
	check := func(what string, h *shelf, want string) {
		t.Helper()
		h.follow(s)
		fresh := &shelf{reader: h.reader}
		fresh.follow(s)
		equal(t, what, h.items["A"], want)
		equal(t, what+", fresh", fresh.items["A"], want)
	}
	for _, step := range []struct {
		body            string
		scope           civic.Scope
		here, next, far string
	}{
		{"all", civic.Scope{}, "all", "all", "all"},
		{"district", civic.Scope{Area: "440113"}, "district", "district", ""},
		{"point", civic.Scope{Point: "P1"}, "point", "", ""},
		{"terminal", civic.Scope{Terminal: civic.KeyID{2}}, "", "terminal", ""},
		{"district", civic.Scope{Area: "440113"}, "district", "district", ""},
		{"elsewhere", civic.Scope{Area: "11"}, "", "", "elsewhere"},
		{"", civic.Scope{Area: "11"}, "", "", ""},
		{"back", civic.Scope{}, "back", "back", "back"},
	} {
		p.publish("A", step.body, step.scope)
		p.publish("B", step.body+"b", civic.Scope{Point: "P1"})
		check("here after "+step.body, here, step.here)
		check("next after "+step.body, next, step.next)
		check("far after "+step.body, far, step.far)
	}
	equal(t, "far has nothing of B", far.items["B"], "")
}

func feedPages(t *testing.T, s *site) {
	p := newPress(s)
	for i := range 9 {
		p.publish(fmt.Sprintf("G%d", i), "x", civic.Scope{})
	}
	for i := range 9 {
		p.publish(fmt.Sprintf("G%d", i), "y", civic.Scope{})
	}
	f, err := s.Feed(t.Context(), store.Reader{}, civic.Cursor{}, 4)
	must(t, err)
	if !f.Refill || f.Caught || len(f.List) != 4 {
		t.Fatalf("first page: refill %v, caught %v, %d editions", f.Refill, f.Caught, len(f.List))
	}
	f, err = s.Feed(t.Context(), store.Reader{}, f.Next, 5)
	must(t, err)
	if f.Refill || !f.Caught || len(f.List) != 5 {
		t.Fatalf("last page: refill %v, caught %v, %d editions", f.Refill, f.Caught, len(f.List))
	}
	f, err = s.Feed(t.Context(), store.Reader{}, f.Next, 5)
	must(t, err)
	if f.Refill || !f.Caught || len(f.List) != 0 {
		t.Fatalf("after the end: refill %v, caught %v, %d editions", f.Refill, f.Caught, len(f.List))
	}
}

func feedRefill(t *testing.T, s *site) {
	p := newPress(s)
	p.publish("A", "a", civic.Scope{})
	p.publish("B", "b", civic.Scope{})
	h := &shelf{}
	if !h.follow(s) || len(h.items) != 2 {
		t.Fatalf("first fill: %v", h.items)
	}
	p.publish("A", "", civic.Scope{})
	good := h.cursor
	for name, c := range map[string]civic.Cursor{
		"another central": {Store: civic.EntryID{1}, N: good.N, Tag: good.Tag},
		"beyond the end":  {Store: good.Store, N: 99, Tag: good.Tag},
		"other history":   {Store: good.Store, N: good.N, Tag: civic.Digest{1}},
		"zero with a tag": {Store: good.Store, Tag: civic.Digest{1}},
	} {
		f, err := s.Feed(t.Context(), store.Reader{}, c, 10)
		must(t, err)
		if !f.Refill || len(f.List) != 1 || !f.Caught {
			t.Errorf("%s: refill %v, %d editions", name, f.Refill, len(f.List))
		}
	}
	if h.follow(s) {
		t.Fatal("a good cursor was refilled")
	}
	equal(t, "items", len(h.items), 1)
}
