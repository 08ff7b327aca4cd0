package linktest

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// World is one central, one line and the terminals on it. It is made and used inside one synctest bubble.
type World struct {
	TB      testing.TB
	Central *Central
	Hub     *hub.Hub
	Line    *Line
}

// NewWorld returns a world without terminals. limits may be zero.
func NewWorld(tb testing.TB, limits hub.Limits) *World {
	tb.Helper()
	c := NewCentral()
	w := &World{TB: tb, Central: c, Line: &Line{Latency: 20 * time.Millisecond}}
	w.Hub = w.NewHub(limits)
	w.Line.Serve = func(ctx context.Context, conn wire.Conn) { _ = w.Hub.Serve(ctx, conn) }
	return w
}

// NewHub returns a hub over the world's central.
func (w *World) NewHub(limits hub.Limits) *hub.Hub {
	w.TB.Helper()
	c := w.Central
	h, err := hub.New(hub.Options{
		Registrar: c, Intake: c, Papers: c, Bulletin: c, Enquiry: c, Watch: c.Watch(),
		Signer: c.Sign, Store: c.Store, Logger: slog.New(slog.DiscardHandler), Limits: limits,
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return h
}

// Terminal returns a terminal that central knows, at a point.
func (w *World) Terminal(point string) *Terminal {
	w.TB.Helper()
	t := NewTerminal()
	place := hub.Terminal{
		Key: t.Key.ID, PublicKey: t.Key.Public(), Number: 7, Generation: 1, Point: point, Area: "440113",
	}
	w.Central.Admit(place)
	err := t.Enrolled(context.Background(), wire.Welcome{Number: 7, Generation: 1, Point: point, Area: "440113"})
	if err != nil {
		w.TB.Fatal(err)
	}
	return t
}

// Uplink returns a terminal's uplink over the line, pinned to the world's root key.
func (w *World) Uplink(t *Terminal) *uplink.Uplink {
	w.TB.Helper()
	return w.UplinkTo(t, identity.FingerprintOf(w.Central.Root.Public()), w.Line.Dial)
}

// UplinkTo returns an uplink pinned to another root key or over another line.
func (w *World) UplinkTo(t *Terminal, root identity.Fingerprint, dial func(context.Context) (wire.Conn, error)) *uplink.Uplink {
	w.TB.Helper()
	u, err := uplink.New(uplink.Options{
		Dial: dial, Key: t.Key, Keys: identity.NewKeyring(root),
		Journal: t, Papers: t, Shelf: t, Statuses: t, Site: t, Past: t, Boot: [16]byte(NewID()),
		Logger: slog.New(slog.DiscardHandler), Agent: "test",
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return u
}

// Run runs an uplink until the returned function is called, which waits for it.
func (w *World) Run(u *uplink.Uplink) (stop func()) {
	w.TB.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := u.Run(ctx); err != nil {
			w.TB.Errorf("uplink: %v", err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// Until waits until ok holds, and fails the test where that takes longer than limit.
func (w *World) Until(limit time.Duration, what func() string, ok func() bool) {
	w.TB.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			w.TB.Fatalf("not within %v: %s", limit, what())
		}
		timer := time.NewTimer(50 * time.Millisecond)
		<-timer.C
	}
}

// InStep reports whether central holds all a terminal took in, in order, with its papers and outcomes, and the
// terminal has all that central published for it.
func (w *World) InStep(t *Terminal, generation uint32) bool {
	ids := t.Journal()
	settled, err := t.Settled(context.Background())
	if err != nil {
		w.TB.Fatal(err)
	}
	cursor, err := t.Cursor(context.Background())
	if err != nil {
		w.TB.Fatal(err)
	}
	papers, sent := t.Papers()
	return t.Held() == uint64(len(ids)) && settled == uint64(len(ids)) && sent == len(papers) &&
		cursor == w.Central.Cursor() && equal(w.Central.Journal(t.Key.ID, generation), ids)
}

// Close ends everything.
func (w *World) Close() {
	w.TB.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.Hub.Close(ctx); err != nil {
		w.TB.Errorf("close hub: %v", err)
	}
	w.Line.Wait()
}

// Report says how far a terminal is, for a test that gives up.
func (w *World) Report(t *Terminal) string {
	ctx := context.Background()
	settled, _ := t.Settled(ctx)
	cursor, _ := t.Cursor(ctx)
	papers, sent := t.Papers()
	return fmt.Sprintf("taken in %d, held %d, settled %d, papers %d of %d, cursor %d of %d, sessions %d",
		len(t.Journal()), t.Held(), settled, sent, len(papers), cursor.N, w.Central.Cursor().N, w.Line.Sessions())
}

func equal(a, b []civic.EntryID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
