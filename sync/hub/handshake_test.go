package hub_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/seal"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		name           string
		newest, oldest uint32
		want           civic.Code
		version        uint32
	}{
		{"same", wire.Version, wire.Oldest, "", wire.Version},
		{"newer terminal that speaks ours", wire.Version + 7, wire.Oldest, "", wire.Version},
		{"too old", wire.Oldest - 1, 0, wire.CodeTooOld, 0},
		{"too new", wire.Version + 2, wire.Version + 1, wire.CodeTooNew, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := linktest.NewWorld(t, hub.Limits{})
				defer w.Close()
				conn, err := w.Line.Dial(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				r := &raw{t: t, conn: conn}
				r.send(&wire.Hello{Newest: c.newest, Oldest: c.oldest})
				f, _ := r.receive()
				switch f := f.(type) {
				case *wire.Error:
					if f.Code != c.want || !f.Fatal {
						t.Errorf("got %+v, want %s", f, c.want)
					}
				case *wire.Challenge:
					var body wire.ChallengeBody
					if err := wire.Unmarshal(f.Payload, &body); err != nil || body.Version != c.version || c.want != "" {
						t.Errorf("got version %d, %v, want %d, %q", body.Version, err, c.version, c.want)
					}
				}
			})
		})
	}
}

// TestProof is who gets a session: only the key that central knows, in its generation, over this very connection.
func TestProof(t *testing.T) {
	other := linktest.NewTerminal()
	for _, c := range []struct {
		name string
		f    func(*raw, *linktest.World, *linktest.Terminal) wire.Frame
		want civic.Code
	}{
		{"welcome", func(r *raw, _ *linktest.World, term *linktest.Terminal) wire.Frame {
			return r.prove(term, firstBody())
		}, ""},
		{"unknown key", func(r *raw, _ *linktest.World, _ *linktest.Terminal) wire.Frame {
			return r.prove(other, firstBody())
		}, wire.CodeUnknownKey},
		{"revoked", func(r *raw, w *linktest.World, term *linktest.Terminal) wire.Frame {
			w.Central.Revoke(term.Key.ID)
			return r.prove(term, firstBody())
		}, wire.CodeRevoked},
		{"another's key", func(r *raw, _ *linktest.World, term *linktest.Terminal) wire.Frame {
			posing := linktest.NewTerminal()
			body := firstBody()
			body.Key = term.Key.ID
			p, err := r.tr.SignProve(posing.Key, body)
			if err != nil {
				r.t.Fatal(err)
			}
			r.send(p)
			f, _ := r.receive()
			return f
		}, civic.Untrusted},
		{"another connection", func(r *raw, _ *linktest.World, term *linktest.Terminal) wire.Frame {
			r.tr.Binding = append([]byte(nil), r.tr.Binding...)
			r.tr.Binding[0] ^= 1
			return r.prove(term, firstBody())
		}, civic.Untrusted},
		{"stale generation", func(r *raw, w *linktest.World, term *linktest.Terminal) wire.Frame {
			w.Central.Admit(hub.Terminal{Key: term.Key.ID, PublicKey: term.Key.Public(), Number: 8, Generation: 2})
			return r.prove(term, firstBody())
		}, wire.CodeForked},
		{"no proof at all", func(r *raw, _ *linktest.World, _ *linktest.Terminal) wire.Frame {
			r.send(&wire.Telemetry{})
			f, _ := r.receive()
			return f
		}, wire.CodeDisorder},
		{"a handshake frame too large", func(r *raw, _ *linktest.World, _ *linktest.Terminal) wire.Frame {
			r.send(&wire.Entry{Body: wire.Signed{Payload: make([]byte, wire.MaxHandshake)}})
			_, _, err := r.conn.Recv(context.Background())
			if err == nil {
				r.t.Error("the session goes on")
			}
			return &wire.Error{Code: wire.CodeTooLarge}
		}, wire.CodeTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := linktest.NewWorld(t, hub.Limits{})
				defer w.Close()
				term := w.Terminal("p1")
				f := c.f(dial(t, w, hello), w, term)
				e, refused := f.(*wire.Error)
				if _, ok := f.(*wire.Welcome); ok != (c.want == "") || refused && e.Code != c.want {
					t.Errorf("got %#v, want %q", f, c.want)
				}
			})
		})
	}
}

// TestImpostor is what someone in central's place learns of a terminal: which versions it speaks.
func TestImpostor(t *testing.T) {
	for _, c := range []struct {
		name string
		pose func(real, posing *linktest.Central)
	}{
		{"with a root key of its own", func(_, _ *linktest.Central) {}},
		{"with central's list of keys", func(real, posing *linktest.Central) {
			keys, err := real.Keys(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			posing.SetKeys(keys)
		}},
		{"with a list that names central's root", func(real, posing *linktest.Central) {
			keys := identity.CentralKeys{Root: real.Root.Public(), Sign: []identity.Key{{Public: posing.Sign.Public()}}}
			signed, err := keys.SignEdition(posing.Root, 1, 9)
			if err != nil {
				t.Fatal(err)
			}
			posing.SetKeys(signed)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				real := linktest.NewWorld(t, hub.Limits{})
				defer real.Close()
				posing := linktest.NewWorld(t, hub.Limits{})
				defer posing.Close()
				c.pose(real.Central, posing.Central)
				var told []wire.Frame
				posing.Line.Fate = func(p linktest.Passing) linktest.Fate {
					if p.Up {
						told = append(told, p.Frame)
					}
					return linktest.Deliver
				}
				term := real.Terminal("p1")
				id := term.TakeIn()
				u := real.UplinkTo(term, identity.FingerprintOf(real.Central.Root.Public()), posing.Line.Dial)
				stop := real.Run(u)
				posing.Until(time.Hour, func() string { return "three tries" }, func() bool { return posing.Line.Sessions() >= 3 })
				if s := u.State(); s.Up || s.Reason != civic.Untrusted || s.Queue != 1 {
					t.Errorf("state %+v", s)
				}
				stop()
				for _, f := range told {
					if _, ok := f.(*wire.Hello); !ok {
						t.Errorf("the impostor was told %T", f)
					}
				}
				if got := term.Journal(); len(got) != 1 || got[0] != id || term.Held() != 0 {
					t.Errorf("journal %v, held %d", got, term.Held())
				}
			})
		})
	}
}

// TestMiddle is someone who holds two connections and passes every frame on unchanged.
func TestMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		passed := map[wire.Type]int{}
		middle := &linktest.Line{Serve: func(ctx context.Context, from wire.Conn) {
			to, err := w.Line.Dial(ctx)
			if err != nil {
				return
			}
			defer func() { _ = to.Close() }()
			go func() {
				defer func() { _ = from.Close() }()
				for {
					f, _, err := to.Recv(ctx)
					if err != nil || from.Send(ctx, f) != nil {
						return
					}
				}
			}()
			for {
				f, _, err := from.Recv(ctx)
				if err != nil {
					return
				}
				passed[wire.TypeOf(f)]++
				if to.Send(ctx, f) != nil {
					return
				}
			}
		}}
		term := w.Terminal("p1")
		u := w.UplinkTo(term, identity.FingerprintOf(w.Central.Root.Public()), middle.Dial)
		stop := w.Run(u)
		w.Until(time.Hour, func() string { return "three tries" }, func() bool { return middle.Sessions() >= 3 })
		stop()
		middle.Wait()
		if len(passed) != 1 || passed[wire.TypeHello] == 0 {
			t.Errorf("passed on: %v", passed)
		}
	})
}

func TestEnrolment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		code, err := identity.NewCode("central.example:7443", w.Central.Root.Public())
		if err != nil {
			t.Fatal(err)
		}
		w.Central.Invite(hub.Enrolment{ID: "e1", Secret: code.Secret[:]})
		enrol := func(term *linktest.Terminal, secret identity.Secret) (wire.Welcome, error) {
			conn, err := w.Line.Dial(context.Background())
			if err != nil {
				return wire.Welcome{}, err
			}
			defer func() { _ = conn.Close() }()
			return w.Uplink(term).Enrol(context.Background(), conn, secret)
		}
		term := linktest.NewTerminal()
		if _, err := enrol(term, identity.Secret{1}); uplink.Error(err).Code != wire.CodeEnrolment {
			t.Errorf("wrong secret: %v", err)
		}
		w.Line.Become(linktest.Always(linktest.Lose, wire.TypeWelcome))
		if _, err := enrol(term, code.Secret); err == nil {
			t.Error("the Welcome was lost and nobody noticed")
		}
		w.Line.Become(nil)
		first, err := enrol(term, code.Secret)
		if err != nil || first.Number != 1 || first.Generation != 1 || term.Place() != first {
			t.Fatalf("again: %+v, %v, stored %+v", first, err, term.Place())
		}
		if _, err := enrol(linktest.NewTerminal(), code.Secret); uplink.Error(err).Code != wire.CodeEnrolment {
			t.Errorf("a second machine with the same code: %v", err)
		}

		stop := w.Run(w.Uplink(term))
		term.TakeIn()
		w.Until(time.Minute, func() string { return w.Report(term) }, func() bool { return w.InStep(term, 1) })
		stop()
	})
}

// TestBadProofOfKey is an enrolment for a key that the asker does not hold.
func TestBadProofOfKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := linktest.NewWorld(t, hub.Limits{})
		defer w.Close()
		secret := []byte{0, 1, 2, 3, 4, 5, 6, 7}
		w.Central.Invite(hub.Enrolment{ID: "e1", Secret: secret})
		r := dial(t, w, hello)
		key, err := seal.GenerateSigner()
		if err != nil {
			t.Fatal(err)
		}
		ask, err := r.tr.SignEnrol(key, secret, wire.EnrolBody{})
		if err != nil {
			t.Fatal(err)
		}
		ask.Signature[30] ^= 1
		r.send(ask)
		if f, _ := r.receive(); !isError(f, civic.Untrusted) {
			t.Errorf("got %#v", f)
		}
	})
}

func isError(f wire.Frame, code civic.Code) bool {
	e, ok := f.(*wire.Error)
	return ok && e.Code == code
}
