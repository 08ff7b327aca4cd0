package console_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/seal"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// join puts a real hub over the hall's central and returns a terminal at a place with a real session to it.
func (h *hall) join(t *testing.T, line *linktest.Line, at store.Place) *linktest.Terminal {
	t.Helper()
	machine := h.Enrol(t, at)
	m := linktest.NewTerminal()
	m.Key = machine.Sign
	welcome := wire.Welcome{Number: machine.Number, Generation: machine.Generation, Point: at.Point, Area: at.Area}
	if err := m.Enrolled(t.Context(), welcome); err != nil {
		t.Fatal(err)
	}
	u, err := uplink.New(uplink.Options{
		Dial: line.Dial, Key: m.Key, Keys: identity.NewKeyring(identity.FingerprintOf(h.Keys.RootKey)),
		Journal: m, Papers: m, Shelf: m, Statuses: m, Site: m, Logger: slog.New(slog.DiscardHandler), Agent: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- u.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		line.Wait()
	})
	return m
}

// line opens a hub on the hall's central.
func (h *hall) line(t *testing.T) *linktest.Line {
	t.Helper()
	if err := h.Bulletin.PublishKeys(t.Context(), h.Keys); err != nil {
		t.Fatal(err)
	}
	id, err := h.Store.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x, err := hub.New(hub.Options{
		Registrar: h.Fleet, Intake: h.Intake, Papers: h.Intake, Bulletin: h.Bulletin, Enquiry: h.Casework,
		Signer: h.Keys.Sign, Store: id, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Woken = func() { x.Wake(civic.Scope{}) }
	return &linktest.Line{Serve: func(ctx context.Context, c wire.Conn) { _ = x.Serve(ctx, c) }}
}

// waits until a condition holds; it fails after far longer than any session takes.
func waits(t *testing.T, what string, holds func() bool) {
	t.Helper()
	end := time.After(30 * time.Second)
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("%s: not within half a minute", what)
		}
	}
}

// TestNoticeReachesTheLobby takes a notice from a publisher's page to the shelf of a terminal over a real session: three
// persons at the console, the signed edition on the terminal within its scope and on no other, and off it at once when
// one of the offices takes it down.
func TestNoticeReachesTheLobby(t *testing.T) {
	h := open(t)
	line := h.line(t)
	here := h.join(t, line, store.Place{Point: "hualong", Name: "化龙镇党群服务中心", Area: "440113"})
	far := h.join(t, line, store.Place{Point: "yuexiu", Name: "越秀区政务服务中心", Area: "440104"})
	caught := func(m *linktest.Terminal) func() bool {
		return func() bool { return len(m.Shelf()) > 2 } // the keys, the policy, the calendar: a first fill
	}
	waits(t, "first fill here", caught(here))
	waits(t, "first fill far away", caught(far))

	pub, net, sec := h.as(t, "pub"), h.as(t, "net"), h.as(t, "sec")
	path := pub.draft(relief(), upload{"名单.pdf", []byte("%PDF-1.7 list")})
	key := "notice/" + strings.TrimPrefix(path, "/notices/")
	pub.hand(path, "propose", nil)
	net.hand(path, "check", nil)
	if here.Shelf()[key] != 0 {
		t.Fatal("on the shelf after two hands")
	}
	sec.hand(path, "release", nil)
	waits(t, "the notice here", func() bool { return here.Shelf()[key] == 1 })

	p, err := h.Store.Current(t.Context(), civic.EditionNotice, strings.TrimPrefix(path, "/notices/"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.OpenEdition(h.Keys.Sign.Public(), seal.DomainEdition, p.Signed); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"login":"pub"`, `"login":"net"`, `"login":"sec"`, "陈某某", "006939748/2026-00001"} {
		if !bytes.Contains(p.Body, []byte(want)) {
			t.Errorf("the edition lacks %s", want)
		}
	}
	net.hand(path, "withdraw", url.Values{"words": {"名单有误"}})
	waits(t, "the tombstone here", func() bool { return here.Shelf()[key] == 0 })

	// What went to the other terminal afterwards shows that it has passed by all of this.
	everywhere := relief()
	everywhere.Set("place", "all")
	path = pub.draft(everywhere)
	pub.hand(path, "propose", nil)
	net.hand(path, "check", nil)
	sec.hand(path, "release", nil)
	next := "notice/" + strings.TrimPrefix(path, "/notices/")
	waits(t, "the next notice far away", func() bool { return far.Shelf()[next] == 1 })
	if far.Shelf()[key] != 0 {
		t.Error("a terminal out of scope has the notice")
	}
}
