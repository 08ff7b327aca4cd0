package desktest

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/sync/civic"
)

// Outbox checks that a store keeps the word of desk.Outbox. open returns an empty store of an enrolled terminal.
func Outbox(t *testing.T, open func(t *testing.T) desk.Outbox) {
	t.Run("empty", func(t *testing.T) { empty(t, open(t)) })
	t.Run("taken in once", func(t *testing.T) { takenOnce(t, open(t)) })
	t.Run("shown and copied", func(t *testing.T) { shownAndCopied(t, open(t)) })
	t.Run("order and codes", func(t *testing.T) { orderAndCodes(t, open(t)) })
}

// entry makes something to take in; nothing in it need open.
func entry(kind civic.EntryKind, code civic.TrackingCode, at time.Time, papers ...string) desk.Taken {
	t := desk.Taken{Receipt: []byte("locked receipt"), At: at}
	t.Entry = civic.Entry{Kind: kind, Terminal: code.Terminal(), Code: code, Sealed: []byte("sealed " + rand.Text())}
	t.Entry.Evidence = civic.Evidence{Wall: at, Boot: [16]byte{1}, Mono: time.Hour}
	rand.Read(t.Entry.ID[:])
	for _, p := range papers {
		b := []byte(p + rand.Text())
		t.Papers = append(t.Papers, b)
		t.Entry.Papers = append(t.Entry.Papers, civic.Paper{Digest: civic.DigestOf(b), Size: int64(len(b))})
	}
	return t
}

var filed = time.Date(2026, 9, 17, 9, 30, 0, 0, time.UTC)

func empty(t *testing.T, o desk.Outbox) {
	ctx, code := t.Context(), civic.NewTrackingCode(7, 1)
	if k, err := o.Kept(ctx, code); err != nil || len(k) != 0 {
		t.Errorf("Kept of an unknown code: %v, %v", k, err)
	}
	if s, err := o.Status(ctx, code); err != nil || s != nil {
		t.Errorf("Status of an unknown code: %v, %v", s, err)
	}
	if u, err := o.Unshown(ctx); err != nil || len(u) != 0 {
		t.Errorf("Unshown: %v, %v", u, err)
	}
	if n, err := o.Queue(ctx); err != nil || n != 0 {
		t.Errorf("Queue: %d, %v", n, err)
	}
	if n, err := o.Free(ctx); err != nil || n <= 0 {
		t.Errorf("Free: %d, %v", n, err)
	}
	if err := o.Shown(ctx, civic.EntryID{9}); civicCode(err) != civic.NotFound {
		t.Errorf("Shown of an unknown entry: %v", err)
	}
	if _, err := o.Copy(ctx, civic.EntryID{9}); civicCode(err) != civic.NotFound {
		t.Errorf("Copy of an unknown entry: %v", err)
	}
}

func takenOnce(t *testing.T, o desk.Outbox) {
	ctx := t.Context()
	e := entry(civic.EntryApplication, civic.NewTrackingCode(7, 1), filed, "one", "two")
	for range 3 {
		if err := o.TakeIn(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	k := one(t, o, e.Entry.Code)
	if k.ID != e.Entry.ID || k.Kind != e.Entry.Kind || k.State != civic.Kept || k.Shown || !k.Held.IsZero() ||
		k.Sealed != civic.DigestOf(e.Entry.Sealed) || !bytes.Equal(k.Receipt, e.Receipt) || !k.Taken.Equal(filed) {
		t.Errorf("kept %+v", k)
	}
	if n, err := o.Queue(ctx); err != nil || n != 1 {
		t.Errorf("Queue: %d, %v", n, err)
	}
}

func shownAndCopied(t *testing.T, o desk.Outbox) {
	ctx := t.Context()
	e := entry(civic.EntryApplication, civic.NewTrackingCode(7, 1), filed)
	if err := o.TakeIn(ctx, e); err != nil {
		t.Fatal(err)
	}
	if u, err := o.Unshown(ctx); err != nil || len(u) != 1 || u[0].ID != e.Entry.ID {
		t.Fatalf("Unshown before: %v, %v", u, err)
	}
	for range 2 {
		if err := o.Shown(ctx, e.Entry.ID); err != nil {
			t.Fatal(err)
		}
	}
	if u, err := o.Unshown(ctx); err != nil || len(u) != 0 {
		t.Errorf("Unshown after: %v, %v", u, err)
	}
	for _, want := range []int{1, 2} {
		if n, err := o.Copy(ctx, e.Entry.ID); err != nil || n != want {
			t.Errorf("Copy: %d, %v, want %d", n, err, want)
		}
	}
	if k := one(t, o, e.Entry.Code); !k.Shown || k.Copies != 2 {
		t.Errorf("kept %+v", k)
	}
}

func orderAndCodes(t *testing.T, o desk.Outbox) {
	ctx := t.Context()
	code := civic.NewTrackingCode(7, 1)
	first := entry(civic.EntryApplication, code, filed)
	other := entry(civic.EntryApplication, civic.NewTrackingCode(7, 2), filed.Add(time.Minute))
	second := entry(civic.EntrySupplement, code, filed.Add(time.Hour))
	for _, e := range []desk.Taken{first, other, second} {
		if err := o.TakeIn(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	k, err := o.Kept(ctx, code)
	if err != nil || len(k) != 2 || k[0].ID != first.Entry.ID || k[1].ID != second.Entry.ID {
		t.Errorf("Kept: %+v, %v", k, err)
	}
	u, err := o.Unshown(ctx)
	if err != nil || len(u) != 3 || u[0].ID != first.Entry.ID || u[1].ID != other.Entry.ID || u[2].ID != second.Entry.ID {
		t.Errorf("Unshown: %+v, %v", u, err)
	}
}

func one(t *testing.T, o desk.Outbox, code civic.TrackingCode) desk.Kept {
	t.Helper()
	k, err := o.Kept(t.Context(), code)
	if err != nil || len(k) != 1 {
		t.Fatalf("Kept: %d entries, %v", len(k), err)
	}
	return k[0]
}
