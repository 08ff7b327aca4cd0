package wire_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

const protocol = "../PROTOCOL.md"

// example is a frame in PROTOCOL.md: its name, its bytes and its diagnostic notation.
var example = regexp.MustCompile("(?s)<!-- example: ([a-z-]+) -->\n```hex\n(.*?)```\n```cbor\n(.*?)```\n")

// TestProtocol is that every frame has an example in PROTOCOL.md, and that the examples are true: they decode to what
// the story says, are encoded to the same bytes, and their notation is of those bytes.
func TestProtocol(t *testing.T) {
	s := tell(t)
	text, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		text = example.ReplaceAllFunc(text, func(old []byte) []byte {
			name := string(example.FindSubmatch(old)[1])
			for _, x := range s.samples {
				if x.name == name {
					return render(t, x)
				}
			}
			return old
		})
		if err := os.WriteFile(protocol, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found := map[string][]byte{}
	notation := map[string]string{}
	for _, m := range example.FindAllSubmatch(text, -1) {
		b, err := hex.DecodeString(strings.Join(strings.Fields(string(m[2])), ""))
		if err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
		found[string(m[1])], notation[string(m[1])] = b, string(m[3])
	}
	for _, x := range s.samples {
		b, ok := found[x.name]
		if !ok {
			t.Errorf("PROTOCOL.md has no example of %s", x.name)
			continue
		}
		delete(found, x.name)
		f, err := wire.Decode(b)
		if err != nil || !reflect.DeepEqual(f, x.frame) {
			t.Errorf("%s decodes to %#v, %v", x.name, f, err)
			continue
		}
		if again, err := wire.Encode(f); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s is encoded as %x, %v", x.name, again, err)
		}
		if want := diagnose(t, b); squeeze(notation[x.name]) != squeeze(want) {
			t.Errorf("%s is written\n%s\nand is\n%s", x.name, notation[x.name], want)
		}
	}
	for name := range found {
		t.Errorf("PROTOCOL.md has an example of %s, which is no frame", name)
	}
}

// TestProtocolSignatures verifies every signature in the examples by the keys that PROTOCOL.md names, and that the
// page names what it must.
func TestProtocolSignatures(t *testing.T) {
	s := tell(t)
	text, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for name, key := range map[string]*seal.Signer{"root": s.root, "sign": s.sign, "terminal": s.terminal} {
		for _, want := range []string{key.ID.String(), hex.EncodeToString(key.Public())} {
			if !strings.Contains(page, want) {
				t.Errorf("the %s key's %s is not on the page", name, want)
			}
		}
	}
	frame := map[string]wire.Frame{}
	raw := map[string][]byte{}
	for _, m := range example.FindAllSubmatch(text, -1) {
		b, err := hex.DecodeString(strings.Join(strings.Fields(string(m[2])), ""))
		if err != nil {
			t.Fatal(err)
		}
		if frame[string(m[1])], err = wire.Decode(b); err != nil {
			t.Fatal(err)
		}
		raw[string(m[1])] = b
	}
	tr := wire.Transcript{Binding: s.binding, Hello: raw["hello"], Challenge: raw["challenge"]}
	challenge := frame["challenge"].(*wire.Challenge)
	var body wire.ChallengeBody
	if err := wire.Unmarshal(challenge.Payload, &body); err != nil {
		t.Fatal(err)
	}
	entry := frame["entry"].(*wire.Entry)
	enrol, err := tr.OpenEnrol(frame["enrol"].(*wire.Enrol))
	for name, err := range map[string]error{
		"keys":      second(wire.OpenEdition(s.root.Public(), seal.DomainKeys, body.Keys)),
		"challenge": tr.VerifyChallenge(s.sign.Public(), challenge),
		"enrol":     err,
		"prove":     tr.VerifyProve(s.terminal.Public(), frame["prove"].(*wire.Prove)),
		"entry":     second(wire.OpenEntry(s.terminal.Public(), entry.Body)),
		"position":  second(wire.OpenPosition(s.terminal.Public(), entry.Position)),
		"custody":   second(wire.OpenCustody(s.sign.Public(), wire.Signed(*frame["custody"].(*wire.Custody)))),
		"edition":   second(wire.OpenEdition(s.sign.Public(), seal.DomainEdition, frame["edition"].(*wire.Edition).Edition)),
		"rekey":     second(wire.OpenRekey(frame["rekey"].(*wire.Rekey))),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !tr.ProvesEnrolment(enrol, s.secret) {
		t.Error("the enrolment's proof does not hold")
	}
}

// TestProtocolTables is that the page names every error code, domain and limit.
func TestProtocolTables(t *testing.T) {
	text, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	var wants []string
	for _, code := range []civic.Code{
		wire.CodeTooOld, wire.CodeTooNew, wire.CodeUnknownFrame, wire.CodeMalformed, wire.CodeTooLarge, wire.CodeRevoked,
		wire.CodeUnknownKey, wire.CodeSuperseded, wire.CodeBusy, wire.CodeForked, wire.CodeEnrolment, wire.CodeDisorder,
		civic.Untrusted, civic.Unsupported, civic.NotFound, civic.Limited, civic.Unavailable,
	} {
		wants = append(wants, "| `"+string(code)+"` |")
	}
	for _, d := range []seal.Domain{
		seal.DomainEntry, seal.DomainPosition, seal.DomainEdition, seal.DomainKeys, seal.DomainCustody,
		seal.DomainChallenge, seal.DomainProof, seal.DomainEnrol, seal.DomainRekey,
	} {
		wants = append(wants, "`"+strings.TrimSpace(string(d))+"`")
	}
	for name, n := range map[string]int{
		"a frame": wire.MaxFrame, "a frame before Welcome": wire.MaxHandshake, "the sealed packet of an entry": wire.MaxSealed,
		"papers of an entry": wire.MaxPapers, "the data of a chunk": wire.MaxChunk, "what a pack holds": wire.MaxUnpacked, "a paper": wire.MaxPaper,
	} {
		wants = append(wants, fmt.Sprintf("| %s | %d |", name, n))
	}
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("PROTOCOL.md does not say %s", want)
		}
	}
}

func render(t *testing.T, x sample) []byte {
	b, err := wire.Encode(x.frame)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- example: %s -->\n```hex\n", x.name)
	for text := hex.EncodeToString(b); text != ""; {
		n := min(len(text), 112)
		fmt.Fprintln(&out, text[:n])
		text = text[n:]
	}
	fmt.Fprintf(&out, "```\n```cbor\n%s\n```\n", diagnose(t, b))
	return out.Bytes()
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
