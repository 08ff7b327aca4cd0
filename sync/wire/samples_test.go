package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// sample is a frame of one story: terminal 1041 enrols, files one application with one paper, and follows.
type sample struct {
	name  string
	frame wire.Frame
}

// story is everything in the examples that is not a frame.
type story struct {
	root, sign, terminal *seal.Signer
	secret, binding      []byte
	hello                []byte // bytes of the frames that signatures cover
	challenge            []byte
	samples              []sample
}

func signer(t testing.TB, seed byte) *seal.Signer {
	t.Helper()
	s, err := seal.ParseSigner(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fill32(b byte) (a [32]byte) { return [32]byte(bytes.Repeat([]byte{b}, 32)) }

func fill16(b byte) (a [16]byte) { return [16]byte(bytes.Repeat([]byte{b}, 16)) }

// stored writes a value as a zstd frame of one raw block: bytes that no version of a packer would write otherwise.
func stored(t testing.TB, v any) []byte {
	t.Helper()
	b, err := wire.Marshal(v)
	if err != nil || len(b) > 255 {
		t.Fatal(len(b), err)
	}
	const magic, singleSegment, last = "\x28\xb5\x2f\xfd", 0x20, 1
	header := uint32(len(b))<<3 | last
	frame := append([]byte(magic), singleSegment, byte(len(b)), byte(header), byte(header>>8), byte(header>>16))
	return append(frame, b...)
}

// noon is the time of the story in Unix milliseconds: 2026-11-23 12:00 in China.
const noon = 1795406400000

// tell makes the story. Its keys are fixed, so that its bytes are.
func tell(t testing.TB) *story {
	t.Helper()
	s := &story{
		root: signer(t, 1), sign: signer(t, 2), terminal: signer(t, 3),
		secret: []byte{0x0f, 1, 2, 3, 4, 5, 6, 7}, binding: bytes.Repeat([]byte{0xe0}, 32),
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	add := func(name string, f wire.Frame) wire.Frame {
		s.samples = append(s.samples, sample{name, f})
		return f
	}
	encoded := func(f wire.Frame) []byte {
		b, err := wire.Encode(f)
		must(err)
		return b
	}
	store, boot, code := civic.EntryID(fill16(0xcc)), fill16(0xb0), civic.NewTrackingCode(1041, 123_456_789)

	type key struct {
		ID     string    `json:"id"`
		Public []byte    `json:"public"`
		From   time.Time `json:"from"`
	}
	list, err := json.Marshal(struct {
		Root []byte `json:"root"`
		Sign []key  `json:"sign"`
		Seal []key  `json:"seal"`
	}{s.root.Public(), []key{{s.sign.ID.String(), s.sign.Public(), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}}, []key{}})
	must(err)
	keys, err := wire.SignEdition(s.root, seal.DomainKeys, &civic.Edition{N: 1, Kind: civic.EditionKeys, ID: "central", Rev: 1, Body: list})
	must(err)

	s.hello = encoded(add("hello", &wire.Hello{Newest: 1, Oldest: 1, Nonce: fill32(0xaa)}))
	tr := wire.Transcript{Binding: s.binding, Hello: s.hello}
	challenge, err := tr.SignChallenge(s.sign, wire.ChallengeBody{Version: 1, Nonce: fill32(0xbb), Store: store, Time: noon, Keys: keys})
	must(err)
	s.challenge = encoded(add("challenge", challenge))
	tr.Challenge = s.challenge
	enrol, err := tr.SignEnrol(s.terminal, s.secret, wire.EnrolBody{Boot: boot, Wall: noon - 3000, Agent: "0.1.0"})
	must(err)
	add("enrol", enrol)
	prove, err := tr.SignProve(s.terminal, wire.ProveBody{
		Key: s.terminal.ID, Generation: 1, Boot: boot, Wall: noon - 3000, Cursor: wire.Cursor{}, Head: wire.Head{Generation: 1},
		Agent: "0.1.0",
	})
	must(err)
	add("prove", prove)
	add("welcome", &wire.Welcome{Time: noon + 40, Number: 1041, Generation: 1, Point: "zx-community-07", Area: "440113", PointName: "朱村街道便民服务中心"})

	content := bytes.Repeat([]byte{0xf6}, 24)
	paper := civic.Paper{Digest: civic.DigestOf(content), Size: int64(len(content))}
	entry := &civic.Entry{
		Kind: civic.EntryApplication, ID: civic.EntryID(fill16(0xe1)), Terminal: 1041, Code: code,
		Papers: []civic.Paper{paper},
		Evidence: civic.Evidence{
			Wall: time.UnixMilli(noon + 57_000), Boot: boot, Mono: 3_660_000_000_000, SyncBoot: boot,
			SyncMono: 3_600_000_000_000, SyncTime: time.UnixMilli(noon + 40), SyncOffset: -3 * time.Second,
		},
		Sealed: bytes.Repeat([]byte{0xfa}, 40),
	}
	body, err := wire.SignEntry(s.terminal, entry)
	must(err)
	position, err := wire.SignPosition(s.terminal, civic.Position{Generation: 1, Seq: 1, Entry: body.Digest()})
	must(err)
	add("entry", &wire.Entry{Body: body, Position: position})
	custody, err := wire.SignCustody(s.sign, wire.CustodyBody{
		Store: store, Terminal: s.terminal.ID, Through: wire.Head{Generation: 1, Seq: 1, Digest: position.Digest()}, Time: noon + 61_000,
	})
	must(err)
	add("custody", (*wire.Custody)(&custody))
	add("outcome", &wire.Outcome{Entry: entry.ID, Seq: 1, Outcome: civic.OutcomeCase})
	add("missing", &wire.Missing{
		Store:    store,
		Entries:  []wire.MissingEntry{{ID: civic.EntryID(fill16(0xe0)), Digest: fill32(0xd0), Kind: civic.EntryApplication, Code: civic.NewTrackingCode(1041, 1), Taken: noon - 864_000_000}},
		Statuses: []wire.MissingStatus{{Code: code, N: 5}},
	})
	add("noted", &wire.Noted{Store: store})
	add("chunk", &wire.Chunk{Digest: paper.Digest, Size: paper.Size, Data: content})
	add("need", &wire.Need{Digest: paper.Digest, Have: paper.Size, Done: true})
	add("lacking", &wire.Lacking{Papers: []civic.Digest{paper.Digest}})
	add("lost", &wire.Lost{Papers: []civic.Digest{paper.Digest}})

	guide, err := wire.SignEdition(s.sign, seal.DomainEdition, &civic.Edition{
		N: 2, Kind: civic.EditionGuide, ID: "HJ-008", Rev: 3, Scope: civic.Scope{Area: "4401"}, From: time.UnixMilli(noon), Body: []byte(`{"id":"HJ-008"}`),
	})
	must(err)
	cursor := wire.Cursor{Store: store, N: 2, Tag: fill32(0xfb)}
	add("refill", &wire.Refill{Store: store})
	add("edition", &wire.Edition{Edition: guide, Tag: cursor.Tag})
	add("pack", &wire.Pack{Zstd: stored(t, []wire.Edition{{Edition: guide, Tag: cursor.Tag}})})
	add("caught", &wire.Caught{Cursor: cursor})
	add("applied", &wire.Applied{Cursor: cursor})
	add("status", &wire.Status{N: 5, Code: code, Locked: bytes.Repeat([]byte{0xfe}, 20)})
	add("status-seen", &wire.StatusSeen{N: 5})
	add("telemetry", &wire.Telemetry{Queue: 2, Oldest: noon, Free: 8 << 30, Offset: -3000, Printer: "paper-low", Unshown: 1, Agent: "0.1.0"})
	add("ask", &wire.Ask{ID: 1, Code: code, LastFour: "123X"})
	add("answer", &wire.Answer{ID: 1, Status: []byte(`{"code":"` + code.Digits() + `","status":"accepted"}`)})
	add("ping", &wire.Ping{ID: 9})
	add("pong", &wire.Pong{ID: 9, Time: noon + 80_000})
	add("order", &wire.Order{N: 12, Task: wire.TaskRotate})
	rekey, err := wire.SignRekey(signer(t, 4), 12, s.terminal.ID)
	must(err)
	add("rekey", rekey)
	add("placed", &wire.Placed{Order: 12, Number: 1042, Generation: 2, Point: "zx-community-07", Area: "440113", PointName: "朱村街道便民服务中心"})
	add("empty", &wire.Empty{Order: 12})
	add("error", &wire.Error{Code: wire.CodeBusy, After: 4200, Fatal: true})
	return s
}
