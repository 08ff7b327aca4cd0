package linktest_test

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/dict"
	"github.com/klauspost/compress/zstd"

	"doorstep/assets"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/linktest"
	"doorstep/sync/seal"
	"doorstep/sync/wire"
)

// published returns the whole catalogue as editions: every guide, and every form once.
func published(t testing.TB) []civic.Edition {
	t.Helper()
	services, err := catalogue.Parse(assets.Catalogue())
	if err != nil {
		t.Fatal(err)
	}
	var list []civic.Edition
	forms := map[string]bool{}
	for _, s := range services {
		if !forms[s.Guide.Form] {
			forms[s.Guide.Form] = true
			list = append(list, civic.Edition{Kind: civic.EditionForm, ID: s.Guide.Form, Rev: 1, Body: s.FormBody})
		}
		list = append(list, civic.Edition{Kind: civic.EditionGuide, ID: s.Guide.ID, Rev: 1, Body: s.GuideBody})
	}
	return list
}

// signed returns editions as they travel.
func signed(t testing.TB, list []civic.Edition) [][]byte {
	t.Helper()
	key, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]byte, len(list))
	for i, e := range list {
		e.N = uint64(i + 1)
		s, err := wire.SignEdition(key, seal.DomainEdition, &e)
		if err != nil {
			t.Fatal(err)
		}
		if out[i], err = wire.Marshal(wire.Edition{Edition: s, Tag: civic.DigestOf(s.Signature)}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// application returns what the i-th of many residents confirmed, some 2 KB of JSON.
func application(t testing.TB, i int) []byte {
	t.Helper()
	rnd := rand.New(rand.NewPCG(11, uint64(i)))
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	name := pick("欧阳", "李", "王", "陈", "何", "梁", "郭", "黎") + pick("建国", "秀英", "志强", "桂兰", "伟", "芳", "海燕", "子轩")
	answers, err := json.Marshal(map[string]any{
		"filed_by": "self", "name": name, "number": fmt.Sprintf("44011319%02d%08d", rnd.IntN(99), rnd.IntN(1e8)), "phone": fmt.Sprintf("138%08d", rnd.IntN(1e8)),
		"household_province": pick("湖南", "广西", "四川", "江西"), "household_address": fmt.Sprintf("%s%d号", pick("岳麓区麓山南路", "青秀区民族大道", "武侯区科华北路"), rnd.IntN(900)),
		"district": "440113", "street": pick("化龙镇", "石楼镇", "南村镇"), "address": fmt.Sprintf("金龙大道%d号%d栋%d房", rnd.IntN(90), rnd.IntN(9), rnd.IntN(999)), "living_since": fmt.Sprintf("2025-0%d-01", 1+rnd.IntN(9)),
		"registered": true, "registered_on": "2025-08-03", "housing": "rented", "landlord": pick("李四", "张伟", "王芳"), "lease_until": "2027-07-31",
		"ground": "employment", "work_kind": "employee", "employer": pick("广州市番禺区某某制衣有限公司", "广汽乘用车有限公司", "番禺珠宝厂"),
		"work_address": fmt.Sprintf("金龙大道%d号", rnd.IntN(90)), "work_since": "2025-08-04", "insured": true, "has_companions": false, "delivery": "collect", "declared": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	a := civic.Application{
		ID: linktest.NewID(), Code: civic.NewTrackingCode(7, uint32(i)), Service: "HJ-008", Guide: civic.Revision{ID: "HJ-008", Rev: 3},
		Form: civic.Revision{ID: "HJ-008", Rev: 2}, Lang: "zh", Applicant: civic.Party{Name: name, Phone: "13800138000"}, Answers: answers,
		Secret: seal.NewSecret(), Point: "hualong", Privacy: civic.Consent{Notice: "2026-1", At: time.Unix(1795406400+int64(i), 0), Sensitive: true},
	}
	for _, m := range []string{"id-card", "photo", "lease", "work-proof"} {
		a.Materials = append(a.Materials, civic.Handed{Material: m, State: civic.HandedIn, Papers: []civic.Attachment{{
			Digest: digest(), Size: 180_000, Name: m + ".jpg", Media: "image/jpeg", Plain: digest(),
		}}})
	}
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// packing is one way to make a list of messages smaller. size is how many bytes are packed together; 0 is each by
// itself.
type packing struct {
	name         string
	size         int
	pack, unpack func([]byte) ([]byte, error)
}

func packings(t testing.TB, trained, raw []byte) []packing {
	t.Helper()
	same := func(b []byte) ([]byte, error) { return b, nil }
	z := func(name string, size int, level zstd.EncoderLevel, dictionary []byte) packing {
		eo, do := []zstd.EOption{zstd.WithEncoderLevel(level), zstd.WithEncoderCRC(false)}, []zstd.DOption{}
		if dictionary != nil && bytes.HasPrefix(dictionary, []byte{0x37, 0xa4, 0x30, 0xec}) {
			eo, do = append(eo, zstd.WithEncoderDict(dictionary)), append(do, zstd.WithDecoderDicts(dictionary))
		} else if dictionary != nil {
			eo, do = append(eo, zstd.WithEncoderDictRaw(1, dictionary)), append(do, zstd.WithDecoderDictRaw(1, dictionary))
		}
		w, err := zstd.NewWriter(nil, eo...)
		if err != nil {
			t.Fatal(err)
		}
		r, err := zstd.NewReader(nil, do...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		return packing{name, size, func(b []byte) ([]byte, error) { return w.EncodeAll(b, nil), nil }, func(b []byte) ([]byte, error) { return r.DecodeAll(b, nil) }}
	}
	f := func(name string, size int) packing {
		return packing{name, size, deflate, func(b []byte) ([]byte, error) { return io.ReadAll(flate.NewReader(bytes.NewReader(b))) }}
	}
	return []packing{
		{"none", 0, same, same},
		f("flate", 0),
		z("zstd", 0, zstd.SpeedDefault, nil),
		z("zstd, trained dictionary of 16 KiB", 0, zstd.SpeedDefault, trained),
		z("zstd, raw dictionary of 16 KiB", 0, zstd.SpeedDefault, raw),
		f("flate, 16 KiB together", 16<<10),
		z("zstd, 16 KiB together, fastest", 16<<10, zstd.SpeedFastest, nil),
		z("zstd, 16 KiB together", 16<<10, zstd.SpeedDefault, nil),
		z("zstd, 16 KiB together, better", 16<<10, zstd.SpeedBetterCompression, nil),
		z("zstd, 32 KiB together", 32<<10, zstd.SpeedDefault, nil),
		z("zstd, 64 KiB together", 64<<10, zstd.SpeedDefault, nil),
	}
}

func deflate(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// run packs and unpacks a list and returns its size, the longest message, and the time each way.
func (p packing) run(t testing.TB, list [][]byte) (total, longest int, pack, unpack time.Duration) {
	t.Helper()
	var groups [][]byte
	for _, b := range list {
		if n := len(groups) - 1; n >= 0 && len(groups[n])+len(b) <= p.size {
			groups[n] = slices.Concat(groups[n], b)
		} else {
			groups = append(groups, b)
		}
	}
	packed := make([][]byte, len(groups))
	began := time.Now()
	for i, b := range groups {
		var err error
		if packed[i], err = p.pack(b); err != nil {
			t.Fatal(err)
		}
	}
	pack = time.Since(began)
	began = time.Now()
	for i, b := range packed {
		got, err := p.unpack(b)
		if err != nil || !bytes.Equal(got, groups[i]) {
			t.Fatalf("%s: what was unpacked is not what was packed: %v", p.name, err)
		}
		total += len(b)
		longest = max(longest, len(b))
	}
	return total, longest, pack, time.Since(began)
}

// train makes dictionaries of the messages with an odd number: a trained one, and one of plain text.
func train(t testing.TB, list [][]byte) (trained, raw []byte) {
	t.Helper()
	var odd [][]byte
	for i := 1; i < len(list); i += 2 {
		odd = append(odd, list[i])
		raw = append(raw, list[i]...)
	}
	trained, err := dict.BuildZstdDict(odd, dict.Options{MaxDictSize: 16 << 10, HashBytes: 6, ZstdDictID: 7, ZstdDictCompat: true, ZstdLevel: zstd.SpeedDefault})
	if err != nil {
		t.Fatal(err)
	}
	return trained, raw[:min(len(raw), 16<<10)]
}

// BenchmarkPackings is what each way to compress gives, for editions down and applications before they are sealed: the
// tables of sync/DECISIONS.md.
func BenchmarkPackings(b *testing.B) {
	down := signed(b, published(b))
	var up [][]byte
	for i := range 100 {
		up = append(up, application(b, i))
	}
	for _, c := range []struct {
		name string
		list [][]byte
	}{{"editions", down}, {"applications", up}} {
		trained, raw := train(b, c.list)
		for _, p := range packings(b, trained, raw) {
			if c.name == "applications" && p.size > 0 {
				continue // each is sealed by itself
			}
			b.Run(c.name+"/"+p.name, func(b *testing.B) {
				var total, longest int
				var pack, unpack time.Duration
				n := 0
				for b.Loop() {
					var there, back time.Duration
					total, longest, there, back = p.run(b, c.list)
					pack, unpack, n = pack+there, unpack+back, n+1
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(total), "bytes")
				b.ReportMetric(float64(total)/float64(len(c.list)), "bytes/each")
				b.ReportMetric(float64(longest), "bytes/longest")
				b.ReportMetric(pack.Seconds()*1000/float64(n), "pack-ms")
				b.ReportMetric(unpack.Seconds()*1000/float64(n), "unpack-ms")
			})
		}
	}
}

// TestBytes prints what one application costs on the line, from what was confirmed to the frame.
func TestBytes(t *testing.T) {
	key, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	central, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	plain := application(t, 1)
	e := civic.Entry{Kind: civic.EntryApplication, ID: linktest.NewID(), Terminal: 7, Code: civic.NewTrackingCode(7, 1)}
	for range 4 {
		e.Papers = append(e.Papers, civic.Paper{Digest: digest(), Size: 180_000})
	}
	if e.Sealed, err = seal.Seal(central.Public(), seal.Context{Kind: e.Kind, Entry: e.ID}, plain); err != nil {
		t.Fatal(err)
	}
	body, err := wire.SignEntry(key, &e)
	if err != nil {
		t.Fatal(err)
	}
	position, err := wire.SignPosition(key, civic.Position{Generation: 1, Seq: 1, Entry: body.Digest()})
	if err != nil {
		t.Fatal(err)
	}
	frame, err := wire.Encode(&wire.Entry{Body: body, Position: position})
	if err != nil {
		t.Fatal(err)
	}
	if len(frame) > len(plain)+2048 {
		t.Errorf("an application of %d bytes is a frame of %d", len(plain), len(frame))
	}
	t.Logf("figures confirmed=%d sealed=%d frame-with-four-papers=%d seconds-at-7000-bytes/s=%.2f", len(plain), len(e.Sealed), len(frame), float64(len(frame))/7000)
}

func digest() civic.Digest {
	id := linktest.NewID()
	return civic.DigestOf(id[:])
}
