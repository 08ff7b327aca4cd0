package hub_test

import (
	"context"
	"testing"
	"testing/synctest"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/linktest"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// newer is a terminal of version 2: in every map it sends stand keys that version 1 does not know, and between its
// frames come some of types that version 1 does not know.
type newer struct {
	*raw
	term *linktest.Terminal
}

func (n *newer) sendBytes(b []byte) {
	n.t.Helper()
	if err := linktest.SendBytes(context.Background(), n.conn, b); err != nil {
		n.t.Fatal(err)
	}
}

// sendNewer sends a frame with unknown keys and returns its bytes.
func (n *newer) sendNewer(f wire.Frame) []byte {
	n.t.Helper()
	b, err := wire.Encode(f)
	if err != nil {
		n.t.Fatal(err)
	}
	b = linktest.Newer(b)
	n.sendBytes(b)
	return b
}

// sign signs a body with unknown keys.
func (n *newer) sign(domain seal.Domain, body any, before ...[]byte) wire.Signed {
	n.t.Helper()
	payload, err := wire.Marshal(body)
	if err != nil {
		n.t.Fatal(err)
	}
	payload = linktest.Newer(payload)
	return wire.Signed{Payload: payload, Signature: n.term.Key.Sign(domain, append(before, payload)...)}
}

// TestNewerTerminal is a terminal of version 2 that speaks 1 as well, served as PROTOCOL.md 3 and 10 say.
func TestNewerTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		w.Central.Publish(civic.Edition{Kind: civic.EditionGuide, ID: "g", Rev: 1, Body: []byte("{}")})
		conn, err := w.Line.Dial(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		n := &newer{&raw{t: t, conn: conn, tr: wire.Transcript{Binding: conn.Binding()}}, w.Terminal("p1")}
		n.tr.Hello = n.sendNewer(&wire.Hello{Newest: 2, Oldest: 1, Nonce: [32]byte{1}})
		f, b := n.receive()
		challenge, ok := f.(*wire.Challenge)
		if !ok {
			t.Fatalf("answer to Hello: %#v", f)
		}
		n.tr.Challenge = b
		if err := wire.Unmarshal(challenge.Payload, &n.body); err != nil || n.body.Version != 1 {
			t.Fatalf("version %d, %v, want the lower of 2 and 1", n.body.Version, err)
		}
		if err := n.tr.VerifyChallenge(w.Central.Sign.Public(), challenge); err != nil {
			t.Errorf("the Challenge covers other bytes than the Hello's: %v", err)
		}

		prove := n.sign(seal.DomainProof, wire.ProveBody{Key: n.term.Key.ID, Generation: 1, Head: wire.Head{Generation: 1}}, n.tr.Binding, n.tr.Hello, n.tr.Challenge)
		n.sendNewer((*wire.Prove)(&prove))
		if f, _ := n.receive(); wire.TypeOf(f) != wire.TypeWelcome {
			t.Fatalf("answer to Prove: %#v", f)
		}
		n.conn.Limit(wire.MaxFrame)
		until[*wire.Caught](n.raw)

		for _, kind := range []uint8{7, 60, 255} {
			n.sendBytes(linktest.NewerFrame(kind))
			if e := until[*wire.Error](n.raw); e.Code != wire.CodeUnknownFrame || e.About != wire.Type(kind) || e.Fatal {
				t.Errorf("type %d: %+v", kind, e)
			}
		}

		content := []byte("a paper")
		paper := civic.Paper{Digest: civic.DigestOf(content), Size: int64(len(content))}
		entry, err := wire.SignEntry(n.term.Key, &civic.Entry{Kind: civic.EntryApplication, ID: civic.EntryID{5}, Papers: []civic.Paper{paper}})
		if err != nil {
			t.Fatal(err)
		}
		var body wire.EntryBody
		if err := wire.Unmarshal(entry.Payload, &body); err != nil {
			t.Fatal(err)
		}
		entry = n.sign(seal.DomainEntry, body)
		position := n.sign(seal.DomainPosition, wire.PositionBody{Generation: 1, Seq: 1, Entry: entry.Digest()})
		n.sendNewer(&wire.Entry{Body: entry, Position: position})
		custody, err := wire.OpenCustody(w.Central.Sign.Public(), wire.Signed(*until[*wire.Custody](n.raw)))
		if want := (wire.Head{Generation: 1, Seq: 1, Digest: position.Digest()}); err != nil || custody.Through != want {
			t.Errorf("custody %+v, %v, want through %+v: the digest is of the bytes received", custody, err, want)
		}
		if o := until[*wire.Outcome](n.raw); o.Entry != (civic.EntryID{5}) || o.Outcome != civic.OutcomeCase {
			t.Errorf("outcome %+v", o)
		}
		n.sendNewer(&wire.Chunk{Digest: paper.Digest, Size: paper.Size, Data: content})
		if need := until[*wire.Need](n.raw); !need.Done {
			t.Errorf("paper: %+v", need)
		}
		n.sendNewer(&wire.Telemetry{Queue: 3})
		n.sendNewer(&wire.Error{Code: "a-code-of-version-2"})
		n.sendNewer(&wire.Ping{ID: 8})
		if p := until[*wire.Pong](n.raw); p.ID != 8 || w.Central.Telemetry(n.term.Key.ID).Queue != 3 {
			t.Errorf("pong %+v, telemetry %+v", p, w.Central.Telemetry(n.term.Key.ID))
		}
	})
}

// TestNewerTerminalAlone is a terminal that speaks version 2 and nothing before: refused, with the code that says so.
func TestNewerTerminalAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		conn, err := w.Line.Dial(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		n := &newer{&raw{t: t, conn: conn}, nil}
		n.sendNewer(&wire.Hello{Newest: 2, Oldest: 2})
		if f, _ := n.receive(); !isError(f, wire.CodeTooNew) || !f.(*wire.Error).Fatal {
			t.Errorf("got %#v", f)
		}
	})
}
