package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

var update = flag.Bool("update", false, "write the golden frames and the examples of PROTOCOL.md anew")

// TestGolden is that the frames of version 1 stay what they are, byte for byte, and are read back whole.
func TestGolden(t *testing.T) {
	seen := map[wire.Type]bool{}
	for _, s := range tell(t).samples {
		t.Run(s.name, func(t *testing.T) {
			seen[wire.TypeOf(s.frame)] = true
			b, err := wire.Encode(s.frame)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "v1", s.name+".hex")
			if _, err := os.Stat(file); *update && os.IsNotExist(err) { // one that is there is frozen
				if err := os.WriteFile(file, []byte(hex.EncodeToString(b)+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden, err := hex.DecodeString(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, golden) {
				t.Errorf("encoded\n%x\nwant\n%x", b, golden)
			}
			f, err := wire.Decode(golden)
			if err != nil || !reflect.DeepEqual(f, s.frame) {
				t.Errorf("decoded %#v, %v\nwant %#v", f, err, s.frame)
			}
		})
	}
	for n := range 256 {
		_, err := wire.Decode([]byte{0x82, 0x18, byte(n), 0xa0})
		if n < 24 {
			_, err = wire.Decode([]byte{0x82, byte(n), 0xa0})
		}
		var unknown *wire.UnknownFrame
		if known := !errors.As(err, &unknown); known != seen[wire.Type(n)] {
			t.Errorf("type %d: known %v, has a sample %v", n, known, seen[wire.Type(n)])
		}
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, hex string
		want      wire.Frame
		code      civic.Code
	}{
		{"a key from the future is ignored", "821833a201091863626869", &wire.Ping{ID: 9}, ""},
		{"keys in any order", "821834a2021901f40109", &wire.Pong{ID: 9, Time: 500}, ""},
		{"no keys at all", "821833a0", &wire.Ping{}, ""},
		{"nothing", "", nil, wire.CodeMalformed},
		{"no array", "a0", nil, wire.CodeMalformed},
		{"three elements", "831833a10109f6", nil, wire.CodeMalformed},
		{"null for the map", "821833f6", nil, wire.CodeMalformed},
		{"an array for the map", "82183380", nil, wire.CodeMalformed},
		{"a number for a byte string", "8202a1031863", nil, wire.CodeMalformed},
		{"a negative number for a count", "821833a10120", nil, wire.CodeMalformed},
		{"the same key twice", "821833a201090109", nil, wire.CodeMalformed},
		{"bytes behind", "821833a1010900", nil, wire.CodeMalformed},
		{"cut", "821833a101", nil, wire.CodeMalformed},
		{"indefinite length", "9f1833a10109ff", nil, wire.CodeMalformed},
		{"a tag", "c1821833a10109", nil, wire.CodeMalformed},
		{"text that is not UTF-8", "8201a10162c328", nil, wire.CodeMalformed},
		{"deep nesting", "821833a1186381818181818181818181818100", nil, wire.CodeMalformed},
		{"an array said to be huge", "821833a118639affffffff", nil, wire.CodeMalformed},
		{"bytes said to be huge", "821833a118635affffffff", nil, wire.CodeMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := hex.DecodeString(c.hex)
			if err != nil {
				t.Fatal(err)
			}
			f, err := wire.Decode(b)
			if c.code == "" && (err != nil || !reflect.DeepEqual(f, c.want)) ||
				c.code != "" && (!errors.Is(err, &civic.Error{Code: c.code}) || f != nil || !wire.IsMalformed(err)) {
				t.Errorf("got %#v, %v", f, err)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	large := &wire.Chunk{Data: make([]byte, wire.MaxFrame)}
	if _, err := wire.Encode(large); !errors.Is(err, &civic.Error{Code: wire.CodeTooLarge}) {
		t.Errorf("encode: %v", err)
	}
	if _, err := wire.Decode(make([]byte, wire.MaxFrame+1)); !errors.Is(err, &civic.Error{Code: wire.CodeTooLarge}) {
		t.Errorf("decode: %v", err)
	}
	key := signer(t, 3)
	for name, e := range map[string]*civic.Entry{
		"sealed": {Sealed: make([]byte, wire.MaxSealed+1)},
		"papers": {Papers: make([]civic.Paper, wire.MaxPapers+1)},
		"paper":  {Papers: []civic.Paper{{Size: wire.MaxPaper + 1}}},
		"size":   {Papers: []civic.Paper{{Size: -1}}},
	} {
		s, err := wire.SignEntry(key, e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := wire.OpenEntry(key.Public(), s); !errors.Is(err, &civic.Error{Code: wire.CodeTooLarge}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNouns is that civic's nouns survive the wire, and only under the right key and domain.
func TestNouns(t *testing.T) {
	key, other := signer(t, 3), signer(t, 4)
	at := time.Date(2026, 11, 23, 4, 5, 6, 7e6, time.UTC)
	entry := &civic.Entry{
		Kind: civic.EntryVoid, ID: civic.EntryID{1}, Terminal: 5, Code: civic.NewTrackingCode(5, 6), Sealed: []byte{7},
		Papers:   []civic.Paper{{Digest: civic.Digest{8}, Size: 9}},
		Evidence: civic.Evidence{Wall: at, Boot: [16]byte{1}, Mono: 5, SyncBoot: [16]byte{2}, SyncMono: 3, SyncTime: at, SyncOffset: -time.Second},
		Voids:    civic.Digest{4},
	}
	es, err := wire.SignEntry(key, entry)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.OpenEntry(key.Public(), es); err != nil || !reflect.DeepEqual(got, entry) {
		t.Errorf("entry %+v, %v", got, err)
	}
	if got, err := wire.ReadEntry(es); err != nil || !reflect.DeepEqual(got, entry) {
		t.Errorf("entry read %+v, %v", got, err)
	}
	position := civic.Position{Generation: 1, Seq: 2, Prev: civic.Digest{3}, Entry: es.Digest()}
	ps, err := wire.SignPosition(key, position)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.OpenPosition(key.Public(), ps); err != nil || got != position {
		t.Errorf("position %+v, %v", got, err)
	}
	if got, err := wire.ReadPosition(ps); err != nil || got != position {
		t.Errorf("position read %+v, %v", got, err)
	}
	edition := &civic.Edition{
		N: 4, Kind: civic.EditionNotice, ID: "n", Rev: 2, Scope: civic.Scope{Area: "44", Point: "p", Terminal: key.ID},
		From: at, Until: at.Add(time.Hour), Tombstone: true,
	}
	ds, err := wire.SignEdition(key, seal.DomainEdition, edition)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.OpenEdition(key.Public(), seal.DomainEdition, ds); err != nil || !reflect.DeepEqual(got, edition) {
		t.Errorf("edition %+v, %v", got, err)
	}
	custody := wire.CustodyBody{Store: civic.EntryID{1}, Terminal: key.ID, Through: wire.Head{Generation: 1, Seq: 2}, Safe: 1, Time: 5}
	cs, err := wire.SignCustody(key, custody)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.OpenCustody(key.Public(), cs); err != nil || got != custody {
		t.Errorf("custody %+v, %v", got, err)
	}

	for name, err := range map[string]error{
		"entry under another key":        second(wire.OpenEntry(other.Public(), es)),
		"position as an entry":           second(wire.OpenEntry(key.Public(), ps)),
		"entry as a position":            second(wire.OpenPosition(key.Public(), es)),
		"edition under the keys' domain": second(wire.OpenEdition(key.Public(), seal.DomainKeys, ds)),
		"edition as custody":             second(wire.OpenCustody(key.Public(), ds)),
		"payload changed":                second(wire.OpenCustody(key.Public(), wire.Signed{Payload: append(bytes.Clone(cs.Payload), 0), Signature: cs.Signature})),
	} {
		if !errors.Is(err, &civic.Error{Code: civic.Untrusted}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestHandshake is that each signature of the handshake holds for its own connection and place alone.
func TestHandshake(t *testing.T) {
	s := tell(t)
	tr := wire.Transcript{Binding: s.binding, Hello: s.hello, Challenge: s.challenge}
	frames := map[string]wire.Frame{}
	for _, x := range s.samples {
		frames[x.name] = x.frame
	}
	challenge, prove, enrol := frames["challenge"].(*wire.Challenge), frames["prove"].(*wire.Prove), frames["enrol"].(*wire.Enrol)
	verify := func(tr wire.Transcript) [3]bool {
		_, err := tr.OpenEnrol(enrol)
		return [3]bool{
			tr.VerifyChallenge(s.sign.Public(), challenge) == nil,
			tr.VerifyProve(s.terminal.Public(), prove) == nil,
			err == nil,
		}
	}
	if got := verify(tr); got != [3]bool{true, true, true} {
		t.Fatalf("as made: %v", got)
	}
	for name, change := range map[string]func(*wire.Transcript){
		"another connection": func(tr *wire.Transcript) { tr.Binding = bytes.Repeat([]byte{1}, 32) },
		"another hello":      func(tr *wire.Transcript) { tr.Hello = append(bytes.Clone(tr.Hello), 0) },
		"parts moved":        func(tr *wire.Transcript) { tr.Binding, tr.Hello = tr.Hello, tr.Binding },
	} {
		other := tr
		change(&other)
		if got := verify(other); got != [3]bool{} {
			t.Errorf("%s: %v", name, got)
		}
	}
	other := tr
	other.Challenge = nil
	if got := verify(other); got != [3]bool{true, false, false} {
		t.Errorf("without the challenge: %v", got)
	}
	if tr.VerifyProve(s.terminal.Public(), (*wire.Prove)(enrol)) == nil {
		t.Error("an Enrol passes as a Prove")
	}
	body, err := tr.OpenEnrol(enrol)
	if err != nil || !tr.ProvesEnrolment(body, s.secret) {
		t.Errorf("enrolment: %v", err)
	}
	body.PublicKey = s.sign.Public()
	if tr.ProvesEnrolment(body, s.secret) || tr.ProvesEnrolment(body, nil) || tr.ProvesEnrolment(wire.EnrolBody{}, nil) {
		t.Error("a proof holds for another key or no secret")
	}
}

// FuzzDecode is that no bytes make Decode panic, and that what decodes survives being encoded again.
func FuzzDecode(f *testing.F) {
	for _, s := range tell(f).samples {
		b, err := wire.Encode(s.frame)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := wire.Decode(b)
		if err != nil {
			return
		}
		again, err := wire.Encode(frame)
		if err != nil {
			t.Fatalf("%#v does not encode: %v", frame, err)
		}
		read, err := wire.Decode(again)
		if err != nil || !reflect.DeepEqual(read, frame) {
			t.Fatalf("%#v reads back as %#v, %v", frame, read, err)
		}
		if e, ok := frame.(*wire.Entry); ok {
			_, _ = wire.ReadEntry(e.Body)
			_, _ = wire.ReadPosition(e.Position)
		}
		if e, ok := frame.(*wire.Edition); ok {
			_, _ = wire.ReadEdition(e.Edition)
		}
	})
}
