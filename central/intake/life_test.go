package intake_test

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/intake/intaketest"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
)

var operator = store.Actor{Login: "op", Role: civic.RoleOperator}

// disk is what a rescue finds of papers.
func disk(made ...*intaketest.Made) func(civic.Digest) (io.ReadCloser, error) {
	return func(d civic.Digest) (io.ReadCloser, error) {
		for _, m := range made {
			for _, p := range m.Papers {
				if civic.DigestOf(p) == d {
					return io.NopCloser(bytes.NewReader(p)), nil
				}
			}
		}
		return nil, fs.ErrNotExist
	}
}

// outcomes returns what has become of entries, by their order of custody.
func outcomes(t *testing.T, w *intaketest.World) (list []civic.Outcome) {
	t.Helper()
	asides, err := w.Store.Asides(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for range cases(t, w) {
		list = append(list, civic.OutcomeCase)
	}
	for _, a := range asides {
		list = append(list, a.Outcome)
	}
	return list
}

// TestRevoked is promise P9: what comes from a key whose use has ended is taken, waits for an operator, and is a case
// once released. What had come before is opened as ever.
func TestRevoked(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	before, early, late := term.Apply(nil), term.Apply(nil), term.Apply(nil)
	sent := term.Sent(before, early, late)
	if _, err := w.Intake.Take(t.Context(), term.Session, sent[:1], w.Now); err != nil {
		t.Fatal(err)
	}
	w.Now = w.Now.Add(time.Minute)
	if err := w.Fleet.Revoke(t.Context(), term.Key.ID, "被盗", operator); err != nil {
		t.Fatal(err)
	}
	w.Now = w.Now.Add(time.Minute)
	r, err := w.Intake.Rescue(t.Context(), sent, disk(before, early, late), operator, w.Now)
	if err != nil || r.Fresh != 2 || r.Held != 1 || r.Strange != 0 || r.Absent != 0 || r.Papers == 0 {
		t.Fatalf("rescued %+v, %v", r, err)
	}
	w.OpenAll()
	if got := outcomes(t, w); !slices.Equal(got, []civic.Outcome{civic.OutcomeCase, civic.OutcomeRevoked, civic.OutcomeRevoked}) {
		t.Fatalf("before the release: %v", got)
	}
	if err := w.Store.Release(t.Context(), early.App.ID, "", w.Now, operator); err != nil {
		t.Fatal(err)
	}
	w.OpenAll()
	if got := outcomes(t, w); !slices.Equal(got, []civic.Outcome{civic.OutcomeCase, civic.OutcomeCase, civic.OutcomeRevoked}) {
		t.Fatalf("after the release of one: %v", got)
	}
	for _, c := range cases(t, w) {
		if c.Flags.PapersPending && c.Code == early.App.Code {
			t.Error("the papers of the released case are still awaited")
		}
	}
}

// TestRescue takes a dead terminal's entries, some twice, beside what is none of ours.
func TestRescue(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	a, b := term.Apply(nil), term.Apply(nil)
	sent := term.Sent(a, b)
	stranger := storetest.NewMachine(t, 1)
	foreign := stranger.Next(t, civic.EntryApplication, civic.NewTrackingCode(1, 1)).Signed
	forged := wire.Entry{Body: wire.Signed{Payload: slices.Clone(sent[0].Body.Payload), Signature: sent[0].Body.Signature}}
	forged.Body.Payload[40] ^= 1
	bare := slices.Clone(sent)
	for i := range bare {
		bare[i].Position = wire.Signed{} // a disk that has lost its chain
	}
	all := append(append(bare, foreign, forged), bare[0])
	r, err := w.Intake.Rescue(t.Context(), all, disk(a), operator, w.Now)
	if err != nil || r.Fresh != 2 || r.Strange != 2 || r.Papers != len(a.Papers) || r.Absent != len(b.Papers) {
		t.Fatalf("rescued %+v, %v", r, err)
	}
	w.OpenAll()
	// Not dead after all: the journal brings the same again, and the papers that were absent.
	if _, err := w.Intake.Take(t.Context(), term.Session, sent, w.Now); err != nil {
		t.Fatal(err)
	}
	term.Upload(b)
	r, err = w.Intake.Rescue(t.Context(), bare, disk(a, b), operator, w.Now)
	if err != nil || r.Fresh != 0 || r.Held != 2 || r.Papers != 0 || r.Absent != 0 {
		t.Fatalf("rescued again %+v, %v", r, err)
	}
	w.OpenAll()
	if got := outcomes(t, w); !slices.Equal(got, []civic.Outcome{civic.OutcomeCase, civic.OutcomeCase}) {
		t.Fatalf("outcomes %v", got)
	}
}

// TestChangedKey: a terminal with a new key at another point chains again what it had kept under the old one. What the
// old key signs by itself afterwards waits for an operator.
func TestChangedKey(t *testing.T) {
	w := intaketest.Open(t, nil)
	term := w.Terminal()
	kept, slipped := term.Apply(nil), term.Apply(nil)
	oldBody := term.Sent(kept, slipped)
	to := intaketest.Place
	to.Point, to.Name = "shawan", "沙湾街道党群服务中心"
	if err := w.Fleet.Move(t.Context(), term.Key.ID, to, operator); err != nil {
		t.Fatal(err)
	}
	order, err := w.Fleet.Order(t.Context(), term.Session)
	if err != nil || order == nil || order.Task != wire.TaskMove {
		t.Fatalf("order %+v, %v", order, err)
	}
	next := storetest.NewMachine(t, 0)
	place, err := w.Fleet.Succeed(t.Context(), term.Session, order.N, next.Key.Public(), w.Now)
	if err != nil || place.Generation != 2 || place.Point != "shawan" {
		t.Fatalf("next is %+v, %v", place, err)
	}
	next.Generation, next.Number = place.Generation, place.Number
	again := next.Chain(t, kept.Entry, oldBody[0].Body).Signed
	if _, err := w.Fleet.Terminal(t.Context(), term.Key.ID); err != nil {
		t.Fatalf("the old key before the new one proves itself: %v", err)
	}
	w.Now = w.Now.Add(time.Minute)
	if err := w.Fleet.Seen(t.Context(), next.Key.ID, w.Now, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Fleet.Terminal(t.Context(), term.Key.ID); !isCode(err, wire.CodeRevoked) {
		t.Fatalf("the old key afterwards: %v", err)
	}
	w.Now = w.Now.Add(time.Minute)
	if _, err := w.Intake.Take(t.Context(), place, []wire.Entry{again}, w.Now); err != nil {
		t.Fatalf("chained again: %v", err)
	}
	if _, err := w.Intake.Rescue(t.Context(), oldBody, disk(), operator, w.Now); err != nil {
		t.Fatal(err)
	}
	w.OpenAll()
	if got := outcomes(t, w); !slices.Equal(got, []civic.Outcome{civic.OutcomeCase, civic.OutcomeRevoked}) {
		t.Fatalf("outcomes %v", got)
	}
	if c := cases(t, w)[0]; c.Point != intaketest.Place.Point {
		t.Errorf("the case is of %s, where it was not filed", c.Point)
	}
	// Another terminal does not answer for what this one signed.
	other := w.Terminal()
	elsewhere := intaketest.Place
	elsewhere.Point = "nansha"
	stranger := other.Session
	stranger.Point = elsewhere.Point
	theft := other.Chain(t, slipped.Entry, oldBody[1].Body).Signed
	if _, err := w.Intake.Take(t.Context(), stranger, []wire.Entry{theft}, w.Now); !isCode(err, civic.Untrusted) {
		t.Errorf("another terminal's entry: %v", err)
	}
}
