package uplink_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/assets/locale"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// newer is a central of version 2: in every map it sends stand keys that version 1 does not know, and between its
// frames come some of types that version 1 does not know.
type newer struct {
	t       *testing.T
	w       *linktest.World
	term    *linktest.Terminal
	chooses uint32
	refuses civic.Code // instead of a Challenge
	said    chan wire.Frame
}

func (n *newer) send(ctx context.Context, conn wire.Conn, f wire.Frame) []byte {
	b, err := wire.Encode(f)
	if err != nil {
		n.t.Error(err)
		return nil
	}
	b = linktest.Newer(b)
	_ = linktest.SendBytes(ctx, conn, b) // the terminal may have closed
	return b
}

func (n *newer) sign(domain seal.Domain, body any, before ...[]byte) wire.Signed {
	payload, err := wire.Marshal(body)
	if err != nil {
		n.t.Error(err)
		return wire.Signed{}
	}
	payload = linktest.Newer(payload)
	return wire.Signed{Payload: payload, Signature: n.w.Central.Sign.Sign(domain, append(before, payload)...)}
}

// serve holds one session: the handshake, one edition, custody and outcome for each entry.
func (n *newer) serve(ctx context.Context, conn wire.Conn) {
	_, hello, err := conn.Recv(ctx)
	if err != nil {
		return
	}
	if n.refuses != "" {
		n.send(ctx, conn, &wire.Error{Code: n.refuses, Fatal: true})
		return
	}
	store := n.w.Central.Store
	keys, _ := n.w.Central.Keys(ctx)
	challenge := n.sign(seal.DomainChallenge, wire.ChallengeBody{Version: n.chooses, Store: store, Keys: keys}, conn.Binding(), hello)
	raw := n.send(ctx, conn, (*wire.Challenge)(&challenge))
	f, _, err := conn.Recv(ctx)
	if err != nil {
		return
	}
	prove := f.(*wire.Prove)
	var body wire.ProveBody
	if err := wire.Unmarshal(prove.Payload, &body); err != nil {
		n.t.Error(err)
		return
	}
	tr := wire.Transcript{Binding: conn.Binding(), Hello: hello, Challenge: raw}
	if err := tr.VerifyProve(n.term.Key.Public(), prove); err != nil {
		n.t.Errorf("the proof covers other bytes than were sent: %v", err)
	}
	n.said <- prove
	n.send(ctx, conn, &wire.Welcome{Number: 7, Generation: 1, Point: "p1", Area: "440113", Time: time.Now().UnixMilli()})
	conn.Limit(wire.MaxFrame)
	for _, kind := range []uint8{7, 61, 255} {
		_ = linktest.SendBytes(ctx, conn, linktest.NewerFrame(kind))
	}
	n.send(ctx, conn, &wire.Refill{Store: store})
	e := n.sign(seal.DomainEdition, wire.EditionBody{N: 1, Kind: civic.EditionGuide, ID: "g", Rev: 4, Body: []byte("{}")})
	later := n.sign(seal.DomainEdition, wire.EditionBody{N: 2, Kind: "kind-of-version-2", ID: "k", Rev: 1, Body: []byte{0xff}})
	tag := civic.Digest{2}
	n.send(ctx, conn, &wire.Edition{Edition: e, Tag: civic.Digest{1}})
	n.send(ctx, conn, &wire.Edition{Edition: later, Tag: tag})
	n.send(ctx, conn, &wire.Caught{Cursor: wire.Cursor{Store: store, N: 2, Tag: tag}})
	n.send(ctx, conn, &wire.Status{N: 1, Code: civic.NewTrackingCode(7, 1), Locked: []byte{1}})
	n.answer(ctx, conn, body.Key)
}

func (n *newer) answer(ctx context.Context, conn wire.Conn, key civic.KeyID) {
	for {
		f, _, err := conn.Recv(ctx)
		if err != nil {
			return
		}
		switch f := f.(type) {
		case *wire.Entry:
			p, _ := wire.ReadPosition(f.Position)
			entry, _ := wire.ReadEntry(f.Body)
			custody := n.sign(seal.DomainCustody, wire.CustodyBody{
				Store: n.w.Central.Store, Terminal: key, Through: wire.Head{Generation: 1, Seq: p.Seq, Digest: f.Position.Digest()},
			})
			n.send(ctx, conn, (*wire.Custody)(&custody))
			n.send(ctx, conn, &wire.Outcome{Entry: entry.ID, Seq: p.Seq, Outcome: "outcome-of-version-2"})
		case *wire.Error:
			n.said <- f
		}
	}
}

// TestNewerCentral is a central of version 2 that serves 1 as well: what it adds is ignored or answered as PROTOCOL.md 3
// says, and the session does all that version 1 does.
func TestNewerCentral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		term := w.Terminal("p1")
		n := &newer{t: t, w: w, term: term, chooses: 1, said: make(chan wire.Frame, 16)}
		line := &linktest.Line{Serve: n.serve}
		term.TakeIn()
		u := w.UplinkTo(term, identity.FingerprintOf(w.Central.Root.Public()), line.Dial)
		stop := w.Run(u)
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool {
			settled, _ := term.Settled(context.Background())
			return term.Held() == 1 && settled == 1 && term.Shelf()["guide/g"] == 4 && term.Status(civic.NewTrackingCode(7, 1)) == 1
		})
		if _, ok := (<-n.said).(*wire.Prove); !ok {
			t.Error("no Prove")
		}
		for _, kind := range []wire.Type{7, 61, 255} {
			e, ok := (<-n.said).(*wire.Error)
			if !ok || e.Code != wire.CodeUnknownFrame || e.About != kind || e.Fatal {
				t.Errorf("type %d is answered with %+v", kind, e)
			}
		}
		if s := u.State(); !s.Up || s.Reason != "" || line.Sessions() != 1 {
			t.Errorf("state %+v, %d sessions", s, line.Sessions())
		}
		stop()
		line.Wait()
	})
}

// TestNewerCentralRefuses is a central that does not speak version 1 any more, or chooses another against the rule, or
// refuses with a code of its own: the terminal says why it is down, takes in on, and comes back at leisure or as told.
func TestNewerCentralRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		central  newer
		want     civic.Code
		min, max int32 // tries in an hour
	}{
		{"speaks version 2 alone", newer{refuses: wire.CodeTooOld}, wire.CodeTooOld, 6, 13},
		{"chooses version 2", newer{chooses: 2}, wire.CodeTooNew, 6, 13},
		{"a code of version 2", newer{refuses: "a-code-of-version-2"}, "a-code-of-version-2", 60, 3600},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := linktest.NewWorld(t, hub.Limits{})
				defer w.Close()
				n := c.central
				n.t, n.w, n.said = t, w, make(chan wire.Frame, 16)
				var tries atomic.Int32
				line := &linktest.Line{Serve: func(ctx context.Context, conn wire.Conn) {
					tries.Add(1)
					n.serve(ctx, conn)
				}}
				term := w.Terminal("p1")
				term.TakeIn()
				u := w.UplinkTo(term, identity.FingerprintOf(w.Central.Root.Public()), line.Dial)
				stop := w.Run(u)
				hour := time.NewTimer(time.Hour)
				<-hour.C
				if s := u.State(); s.Up || s.Reason != c.want || s.Queue != 1 || !locale.Has(s.Key()) {
					t.Errorf("state %+v", s)
				}
				if tries := tries.Load(); tries < c.min || tries > c.max {
					t.Errorf("%d tries in an hour", tries)
				}
				stop()
				line.Wait()
				if len(n.said) != 0 {
					t.Error("the terminal said who it is")
				}
			})
		})
	}
}
