package wire_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/klauspost/compress/zstd"

	"doorstep/sync/civic"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

func editions(t testing.TB, n int, body []byte) []wire.Edition {
	t.Helper()
	key := signer(t, 2)
	list := make([]wire.Edition, n)
	for i := range list {
		signed, err := wire.SignEdition(key, seal.DomainEdition, &civic.Edition{N: uint64(i + 1), Kind: civic.EditionGuide, ID: "HJ-008", Rev: uint32(i + 1), Body: body})
		if err != nil {
			t.Fatal(err)
		}
		list[i] = wire.Edition{Edition: signed, Tag: fill32(byte(i))}
	}
	return list
}

// TestPack is that what is unpacked is, byte for byte, what was packed: signatures cover those bytes.
func TestPack(t *testing.T) {
	for _, n := range []int{0, 1, 64} {
		list := editions(t, n, bytes.Repeat([]byte(`{"name":"居住证"}`), 50))
		p, err := wire.NewPacker().Pack(list)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Unpack()
		if err != nil || len(got) != n || n > 0 && !reflect.DeepEqual(got, list) {
			t.Errorf("%d editions: got %d, %v", n, len(got), err)
		}
	}
}

// TestPackRefused is what no pack is: too much in it, packed or not, and bytes that are none.
func TestPackRefused(t *testing.T) {
	big := editions(t, 1, make([]byte, wire.MaxUnpacked))
	if _, err := wire.NewPacker().Pack(big); !wire.IsMalformed(err) {
		t.Errorf("packed more than may be unpacked: %v", err)
	}
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := wire.Marshal(big)
	if err != nil {
		t.Fatal(err)
	}
	bomb := w.EncodeAll(raw, nil)
	if len(bomb) > 4096 {
		t.Fatalf("the bomb is %d bytes", len(bomb))
	}
	good, err := wire.NewPacker().Pack(editions(t, 3, []byte("{}")))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"a bomb": bomb, "nothing": nil, "no zstd": []byte("{}"), "cut short": good.Zstd[:len(good.Zstd)-1],
		"no list": w.EncodeAll([]byte{0xa0}, nil), "bytes behind the list": w.EncodeAll([]byte{0x80, 0}, nil),
	} {
		if _, err := (&wire.Pack{Zstd: b}).Unpack(); !wire.IsMalformed(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzUnpack is that no bytes make Unpack fail otherwise than by its error, or return more than it may.
func FuzzUnpack(f *testing.F) {
	p, err := wire.NewPacker().Pack(editions(f, 2, []byte("{}")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Zstd)
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := (&wire.Pack{Zstd: b}).Unpack()
		size := 0
		for _, e := range list {
			size += len(e.Edition.Payload) + len(e.Edition.Signature)
		}
		if size > wire.MaxUnpacked || err != nil && !wire.IsMalformed(err) {
			t.Errorf("%d bytes, %v", size, err)
		}
	})
}
