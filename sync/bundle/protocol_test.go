package bundle_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

var update = flag.Bool("update", false, "write the examples of PROTOCOL.md anew")

const protocol = "../PROTOCOL.md"

// framed is an example of a frame in PROTOCOL.md, from which the files here are put together.
var framed = regexp.MustCompile("(?s)<!-- example: ([a-z-]+) -->\n```hex\n(.*?)```")

// shown is a file in PROTOCOL.md: its name, its bytes, and the notation of opening, frames and signature.
var shown = regexp.MustCompile("(?s)<!-- bundle: ([a-z]+) -->\n(?:```hex\n(.*?)```\n```cbor\n(.*?)```\n)?")

func signer(t testing.TB, seed byte) *seal.Signer {
	t.Helper()
	s, err := seal.ParseSigner(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// story returns the two files of the examples, made of the frames that the page shows, and who may have signed them.
func story(t testing.TB, page []byte) (files map[string][]byte, keys map[string]bundle.Keys) {
	t.Helper()
	frame := map[string]wire.Frame{}
	for _, m := range framed.FindAllSubmatch(page, -1) {
		f, err := wire.Decode(unhex(t, m[2]))
		if err != nil {
			t.Fatal(err)
		}
		frame[string(m[1])] = f
	}
	terminal, central := signer(t, 3), signer(t, 2)
	var standing wire.ProveBody
	var challenge wire.ChallengeBody
	if err := wire.Unmarshal(frame["prove"].(*wire.Prove).Payload, &standing); err != nil {
		t.Fatal(err)
	}
	if err := wire.Unmarshal(frame["challenge"].(*wire.Challenge).Payload, &challenge); err != nil {
		t.Fatal(err)
	}
	position, err := wire.OpenPosition(terminal.Public(), frame["entry"].(*wire.Entry).Position)
	if err != nil {
		t.Fatal(err)
	}
	standing.Head = wire.Head{Generation: 1, Seq: position.Seq, Digest: frame["entry"].(*wire.Entry).Position.Digest()}
	cursor := frame["caught"].(*wire.Caught).Cursor
	standing.Cursor = cursor
	paper := frame["chunk"].(*wire.Chunk).Digest
	seal := func(o bundle.Opening, key *seal.Signer, names ...string) []byte {
		var b bundle.Builder
		for _, name := range names {
			if fits, err := b.Add(frame[name]); err != nil || !fits {
				t.Fatal(fits, err)
			}
		}
		file, err := b.Seal(o, key)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	mark := bundle.Mark{Cursor: cursor}
	behind := mark
	behind.Statuses = frame["status"].(*wire.Status).N
	return map[string][]byte{
			"up": seal(bundle.Opening{Number: 1, Up: &bundle.Up{Standing: standing, Papers: []civic.Digest{paper}}}, terminal, "entry", "chunk"),
			"down": seal(bundle.Opening{Number: 1, Down: &bundle.Down{
				Store: challenge.Store, Terminal: terminal.ID, Time: challenge.Time + 90_000, Keys: challenge.Keys, From: mark, Through: behind,
			}}, central, "custody", "need", "outcome", "status", "caught"),
		}, map[string]bundle.Keys{
			"up": bundle.From(terminal.ID, terminal.Public()), "down": bundle.By(central.Public()),
		}
}

func unhex(t testing.TB, text []byte) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestProtocol is that PROTOCOL.md shows a file each way whose signature holds by the keys it names, that it is made to
// the same bytes again, and that the notation is of those bytes.
func TestProtocol(t *testing.T) {
	page, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	files, keys := story(t, page)
	if *update {
		page = shown.ReplaceAllFunc(page, func(old []byte) []byte {
			name := string(shown.FindSubmatch(old)[1])
			return render(t, name, files[name])
		})
		if err := os.WriteFile(protocol, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, m := range shown.FindAllSubmatch(page, -1) {
		name := string(m[1])
		b := unhex(t, m[2])
		seen[name] = true
		if !bytes.Equal(b, files[name]) {
			t.Errorf("the file %s is made as\n%x", name, files[name])
			continue
		}
		p, err := bundle.Open(b, keys[name])
		if err != nil || len(p.Frames) == 0 || p.Unknown != 0 {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if want := notation(t, b); string(m[3]) != want {
			t.Errorf("%s is written\n%s\nand is\n%s", name, m[3], want)
		}
	}
	if !reflect.DeepEqual(seen, map[string]bool{"up": true, "down": true}) {
		t.Errorf("the page shows %v", seen)
	}
	for name, n := range map[string]int{
		"a file": bundle.MaxPart, "an opening": bundle.MaxOpening, "papers asked after": bundle.MaxPapers,
		"files looked at in a folder": bundle.MaxFiles,
	} {
		if want := fmt.Sprintf("| %s | %d |", name, n); !bytes.Contains(page, []byte(want)) {
			t.Errorf("PROTOCOL.md does not say %s", want)
		}
	}
	for _, want := range []string{strings.TrimSpace(string(seal.DomainBundle)), bundle.Suffix} {
		if !bytes.Contains(page, []byte("`"+want+"`")) {
			t.Errorf("PROTOCOL.md does not say %s", want)
		}
	}
}

// notation writes the data items of a file, a line each.
func notation(t testing.TB, file []byte) string {
	t.Helper()
	var out strings.Builder
	_, rest, ok := bytes.Cut(file, []byte("\n"))
	if !ok {
		t.Fatal("no first line")
	}
	for len(rest) > 0 {
		var text string
		var err error
		if text, rest, err = cbor.DiagnoseFirst(rest); err != nil {
			t.Fatal(err)
		}
		out.WriteString(text + "\n")
	}
	return out.String()
}

func render(t testing.TB, name string, file []byte) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- bundle: %s -->\n```hex\n", name)
	for text := hex.EncodeToString(file); text != ""; {
		n := min(len(text), 112)
		fmt.Fprintln(&out, text[:n])
		text = text[n:]
	}
	fmt.Fprintf(&out, "```\n```cbor\n%s```\n", notation(t, file))
	return out.Bytes()
}
