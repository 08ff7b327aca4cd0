package hub_test

import (
	"context"
	"testing"

	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// raw is a terminal that speaks by hand.
type raw struct {
	t    *testing.T
	conn wire.Conn
	tr   wire.Transcript
	body wire.ChallengeBody
}

// dial opens a connection and gets past the Challenge.
func dial(t *testing.T, w *linktest.World, hello *wire.Hello) *raw {
	t.Helper()
	conn, err := w.Line.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r := &raw{t: t, conn: conn, tr: wire.Transcript{Binding: conn.Binding()}}
	if r.tr.Hello, err = wire.Encode(hello); err != nil {
		t.Fatal(err)
	}
	r.send(hello)
	f, b := r.receive()
	if c, ok := f.(*wire.Challenge); ok {
		r.tr.Challenge = b
		if err := wire.Unmarshal(c.Payload, &r.body); err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Fatalf("answer to Hello: %#v", f)
	return nil
}

// prove opens a session.
func (r *raw) prove(terminal *linktest.Terminal, body wire.ProveBody) wire.Frame {
	r.t.Helper()
	body.Key = terminal.Key.ID
	p, err := r.tr.SignProve(terminal.Key, body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.send(p)
	f, _ := r.receive()
	return f
}

func (r *raw) send(f wire.Frame) {
	r.t.Helper()
	if err := r.conn.Send(context.Background(), f); err != nil {
		r.t.Fatal(err)
	}
}

func (r *raw) receive() (wire.Frame, []byte) {
	r.t.Helper()
	f, b, err := r.conn.Recv(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return f, b
}

// until receives frames until one of type F comes.
func until[F wire.Frame](r *raw) F {
	r.t.Helper()
	for {
		if f, _ := r.receive(); true {
			if g, ok := f.(F); ok {
				return g
			}
		}
	}
}

var hello = &wire.Hello{Newest: wire.Version, Oldest: wire.Oldest}

func firstBody() wire.ProveBody {
	return wire.ProveBody{Generation: 1, Head: wire.Head{Generation: 1}}
}
