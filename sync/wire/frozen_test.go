package wire_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// frozen names the golden frames of version 1 by the SHA-256 of their bytes. A golden file that is written anew, by
// hand or by -update, fails here: what version 1 sends never changes. What is added to it (an optional key, a frame)
// gets files of its own, and a line here.
var frozen = map[string]string{
	"answer":         "06bc98503c2ed29091cc4c0dae687f1011036e48a67ad354103435f518743ca8",
	"answer-refused": "d7fef71653f340700b191aa2b3bf1be246e77246accecd73935a0010bdb0225a",
	"applied":        "c314b3b21b74db566202730bc9e6698617c31f6821360f8b1560c267f385be01",
	"ask":            "065510a9ef397bdf4837459693e19fe9faafe1c5cf653c71c0f13c96da8dfb30",
	"caught":         "df515651efa2b818a7437286bd8d6f354e417133b1a9499d49c8fc652e429d3f",
	"challenge":      "b43640750fdf60aa7be57b9b95eae10a671d80ffc891b6834f28447ed9ac199b",
	"chunk":          "0868426eaa7ecd15aa540fb891c0c84d2e1567c48cbd23ba31b294efe3171f24",
	"chunk-full":     "55d10a81d364f7ffe006b354d90ab73159f99889e569fd677c5eba9d90ed622f",
	"custody":        "9bb343525de55bae0995eb5d77e9a8c367ec49ad69b9af8880fab2f61bc732d4",
	"custody-full":   "7e98d63bdae07ea20ff0ceec08eeb9bb229bbb4fe1e60e45ebd91fe66c2a77b5",
	"edition":        "9dce3d140a5a5ac787bdac7a46880be0dbc937c1d8c43d69ac40d009adde954d",
	"edition-full":   "6230b3db581938dd17916d08bd01e472b20a81fbbf3b39646d8462ea1bfc4578",
	"empty":          "fdf59071111cc23276f022f67dfe4273a19d51218a3fb2b8fcea8a49483c81d4",
	"enrol":          "557fafafa6cc5846db01123647ee0a86580bca37dff6e3f19b3032febc25ed8b",
	"enrol-former":   "2a4541a06b68627f0fc8a58fd3b24472907f86fbffb21c077c56563391795cb3",
	"entry":          "9cb5814f58480f78a7ce8e9dce26dd690051b24ad8f03261e531e5618f52840d",
	"entry-void":     "72a768db26127d15d713f894b968a320c00a740f99a8a35a3dd485d05feada33",
	"error":          "9ebdb6b37307ca06393aa3d3692da50dd00959e21de4ccfead86e1a6f4770347",
	"error-full":     "02a01d6eadace910c46063dd6965b81644267790eb1595a6c55e6f31f9caa0f1",
	"hello":          "0d61d483c8e8796862e8e5bae2bd49fc1401080d3fa398e75e054a745a198e64",
	"lacking":        "2f6ed999bd24826189c7e6c8c8122627de4fdc57cbe7a7540b2368dae526401c",
	"lost":           "53ea80770637bd71902b43f8f4e50a59b843bf0735ce8dde228bd4e5fd211548",
	"missing":        "1a24eecb1b58b7e9bcbb35aeaa8ebbed25529645b0fbf84d90bc6217cb891ebb",
	"missing-more":   "6f013020db1938f0d4f64078dcd9bb017a862d42a12b6af0b3ae6fc74a3c3cb8",
	"need":           "41432e0b15a85b347435d9de23107a8542abd914bad7abff35e3aa016637f5f1",
	"noted":          "c483e2e23b64023f21a319087f36ab83d361d9bb9b6e7346206ec02d383f8bc8",
	"order":          "79d93c759a52157cbf9894e13104693316cb40b5050f7a5719512b61e3ecbf09",
	"outcome":        "ff799ec51b5514c395aac8ec8db90887a6a97bfef1dedc57f68da42699d02442",
	"pack":           "c8fa483bce86d8a59c274fa96ec478919bd651d77f0d87e698b65d1b7a0e90c7",
	"ping":           "9c1cdfd9a85637feaaf54899dd8b5a936a360a30ecfc21be46dda5bc8ac7b611",
	"placed":         "9dcd403ed729c9e34138cfd1ed686d99021124e29210e63a27c6012721ce2597",
	"pong":           "59efc9105e64c034c1d5ec47fb19b86c0defd8dc07c995b160e3a9b7894ffe41",
	"prove":          "95072a96455fcbd50d0d1bb5df91d908bd52b9975787a313fcef99e43c4be931",
	"prove-full":     "1ef1d21bf24ab79f4b1bb2263bbe9f217214bc9a92f36ad20a48385c154592c3",
	"prove-unpacks":  "367a8446988f2198f700a5117f4defc72793a4d9303f54f3b9a032f8bc0865e4",
	"refill":         "21c900391884892effc75db7a14125fa990b9fa75ca11da7d643ce9926058dee",
	"rekey":          "7a714047baa84e521ae9aaca2d5a0202b5f09c77d7841a7f4b49b8412fcdaf6e",
	"status":         "50ee90e8908e3ed4f3b426234243f7b4c5b2fb87674acfad0e971778c9cd1dfc",
	"status-seen":    "8af91daa48b7b008556224cee0ddd4ea9803a135386f4ae353021495f29643af",
	"telemetry":      "82df3e420b16e4e58c7100a9bbc36be3699fe937f72e9a8e074d6dce42f36708",
	"telemetry-full": "48b9559d03f317c9c728eb3d7ab5a52a3a07174b648ab51a0633e75821d38ac1",
	"telemetry-lost": "f6d1f1546fb2a09ab42a1677a4e22a4b22ca236f1ed42f71a673ca164f8ffa38",
	"welcome":        "ef2bd188e9e44fb2283f24376bc7b628c5dfa1a56acc28b436f454077164f55f",
	"welcome-full":   "f60d0ed2dc2795e697ec3b4d43eef78ea4bf2d12024e2570baa6eeec61bbd456",
}

// full are frames of version 1 with every key that the story of samples_test.go leaves out.
func full(t testing.TB) []sample {
	s := tell(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store, boot := civic.EntryID(fill16(0xcc)), fill16(0xb0)
	head := wire.Head{Generation: 2, Seq: 3, Digest: fill32(0xd1)}
	tr := wire.Transcript{Binding: s.binding, Hello: s.hello, Challenge: s.challenge}
	prove, err := tr.SignProve(s.terminal, wire.ProveBody{
		Key: s.terminal.ID, Generation: 2, Boot: boot, Wall: noon, Cursor: wire.Cursor{Store: store, N: 4, Tag: fill32(0xfb)}, Head: head,
		Statuses: 5, Agent: "0.1.0", Settled: 2,
	})
	must(err)
	unpacks, err := tr.SignProve(s.terminal, wire.ProveBody{Key: s.terminal.ID, Generation: 2, Boot: boot, Wall: noon, Unpacks: true})
	must(err)
	former, err := tr.SignEnrol(s.terminal, s.secret, wire.EnrolBody{Boot: boot, Wall: noon, Number: 1041, Generation: 2})
	must(err)
	custody, err := wire.SignCustody(s.sign, wire.CustodyBody{Store: store, Terminal: s.terminal.ID, Through: head, Safe: 1, Time: noon})
	must(err)
	void, err := wire.SignEntry(s.terminal, &civic.Entry{
		Kind: civic.EntryVoid, ID: civic.EntryID(fill16(0xe2)), Terminal: 1041, Voids: fill32(0xd2), Evidence: civic.Evidence{Wall: time.UnixMilli(noon)},
	})
	must(err)
	position, err := wire.SignPosition(s.terminal, civic.Position{Generation: 2, Seq: 3, Prev: fill32(0xd3), Entry: void.Digest()})
	must(err)
	withdrawn, err := wire.SignEdition(s.sign, seal.DomainEdition, &civic.Edition{
		N: 7, Kind: civic.EditionNotice, ID: "n-1", Rev: 2, From: time.UnixMilli(noon), Until: time.UnixMilli(noon + 1000), Tombstone: true,
		Scope: civic.Scope{Area: "440113", Point: "zx-community-07", Terminal: s.terminal.ID}, Body: []byte(`{}`),
	})
	must(err)
	return []sample{
		{"prove-full", prove},
		{"prove-unpacks", unpacks},
		{"enrol-former", former},
		{"missing-more", &wire.Missing{Store: store, More: 2}},
		{"welcome-full", &wire.Welcome{
			Time: noon, Number: 1041, Generation: 2, Point: "zx-community-07", Area: "440113", Custody: &custody, PointName: "朱村街道便民服务中心",
		}},
		{"custody-full", (*wire.Custody)(&custody)},
		{"entry-void", &wire.Entry{Body: void, Position: position}},
		{"chunk-full", &wire.Chunk{Digest: fill32(0xd4), Offset: 4096, Size: 8192, Data: []byte{1, 2, 3}}},
		{"edition-full", &wire.Edition{Edition: withdrawn, Tag: fill32(0xfb)}},
		{"telemetry-full", &wire.Telemetry{
			Queue: 1, Oldest: noon, Free: 2, Offset: -3, Printer: "ready", Unshown: 4, Damaged: 5, Agent: "0.1.0",
		}},
		{"telemetry-lost", &wire.Telemetry{Lost: 2}},
		{"answer-refused", &wire.Answer{ID: 1, Code: civic.NotFound}},
		{"error-full", &wire.Error{Code: civic.Limited, About: wire.TypeChunk, After: 4200, Fatal: true}},
	}
}

// TestFrozen is that every golden frame of version 1 is the one that was frozen, is encoded so today, and is read so
// today.
func TestFrozen(t *testing.T) {
	if wire.Oldest > 1 {
		t.Skip("version 1 is not spoken any more")
	}
	left := map[string]bool{}
	for name := range frozen {
		left[name] = true
	}
	for _, s := range append(tell(t).samples, full(t)...) {
		b, err := wire.Encode(s.frame)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "v1", s.name+".hex")
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) && *update {
			text = []byte(hex.EncodeToString(b) + "\n")
			err = os.WriteFile(file, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		golden, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(golden)); frozen[s.name] != sum {
			t.Errorf("%s.hex is not what was frozen: %q: %q,", s.name, s.name, sum)
		}
		delete(left, s.name)
		if !bytes.Equal(b, golden) {
			t.Errorf("%s is encoded as\n%x\nand version 1 has\n%x", s.name, b, golden)
		}
		if f, err := wire.Decode(golden); err != nil || !reflect.DeepEqual(f, s.frame) {
			t.Errorf("%s is read as %#v, %v", s.name, f, err)
		}
	}
	for name := range left {
		t.Errorf("%s was frozen and has no sample", name)
	}
}

// TestFrozenKeys is that the golden frames hold every key of every frame and body: what is in none of them is frozen
// by nothing.
func TestFrozenKeys(t *testing.T) {
	keys := map[string]map[uint64]bool{} // by frame type or body
	note := func(name string, v any) {
		m, ok := v.(map[any]any)
		if !ok {
			t.Fatalf("%s is %T", name, v)
		}
		if keys[name] == nil {
			keys[name] = map[uint64]bool{}
		}
		for k := range m {
			keys[name][k.(uint64)] = true
		}
	}
	body := func(name string, payload []byte) {
		var v any
		if err := cbor.Unmarshal(payload, &v); err != nil {
			t.Fatal(err)
		}
		note(name, v)
	}
	bodies := map[string]any{
		"challenge": wire.ChallengeBody{}, "prove": wire.ProveBody{}, "enrol": wire.EnrolBody{}, "entry": wire.EntryBody{},
		"position": wire.PositionBody{}, "custody": wire.CustodyBody{}, "edition": wire.EditionBody{},
	}
	frames := map[string]any{}
	for _, s := range append(tell(t).samples, full(t)...) {
		b, err := wire.Encode(s.frame)
		if err != nil {
			t.Fatal(err)
		}
		var raw [2]any
		if err := cbor.Unmarshal(b, &raw); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("frame %d", raw[0])
		note(name, raw[1])
		frames[name] = reflect.ValueOf(s.frame).Elem().Interface()
		switch f := s.frame.(type) {
		case *wire.Challenge:
			body("challenge", f.Payload)
		case *wire.Prove:
			body("prove", f.Payload)
		case *wire.Enrol:
			body("enrol", f.Payload)
		case *wire.Custody:
			body("custody", f.Payload)
		case *wire.Entry:
			body("entry", f.Body.Payload)
			body("position", f.Position.Payload)
		case *wire.Edition:
			body("edition", f.Edition.Payload)
		}
	}
	for _, list := range []map[string]any{bodies, frames} {
		for name, v := range list {
			for i := range reflect.TypeOf(v).NumField() {
				field := reflect.TypeOf(v).Field(i)
				var key uint64
				if _, err := fmt.Sscanf(field.Tag.Get("cbor"), "%d,keyasint", &key); err != nil {
					t.Fatalf("%s: %s has no key", name, field.Name)
				}
				if !keys[name][key] {
					t.Errorf("%s: no golden frame has key %d, %s", name, key, field.Name)
				}
			}
		}
	}
}
