package ime_test

import (
	"strings"
	"testing"

	"doorstep/kiosk/ime"
)

func FuzzCandidates(f *testing.F) {
	e := newEngine(f)
	for _, keys := range []string{"xian", "''", "sssssss", "zhzhzhzh", "ni你", "\xff\xfe", strings.Repeat("shi", 60), "U+20BB7", "12345"} {
		f.Add("pinyin", keys, "", "name", 10)
		f.Add("nine", keys, "王", "address", 0)
		f.Add("code", keys, "", "", -1)
		f.Add("stroke", keys, "", "text", 1<<30)
	}
	f.Fuzz(func(t *testing.T, mode, keys, before, hint string, limit int) {
		q := ime.Query{Mode: ime.Mode(mode), Keys: keys, Before: before, Hint: ime.Hint(hint), Max: limit}
		got := e.Candidates(q)
		if len(got) > 2000 || limit > 0 && len(got) > limit {
			t.Fatalf("%d candidates for at most %d", len(got), limit)
		}
		for _, c := range got {
			if c.Text == "" || !strings.HasSuffix(keys, c.Rest) || len(c.Rest) >= len(keys) {
				t.Fatalf("candidate %q leaves %q of %q", c.Text, c.Rest, keys)
			}
		}
	})
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := ime.New(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCandidates(b *testing.B) {
	e := newEngine(b)
	for _, q := range []ime.Query{
		{Keys: "s"}, {Keys: "yi"}, {Keys: "guangzhoushitianhequ", Hint: ime.Address}, {Keys: "ssssssss"},
		{Keys: "lijunyue", Hint: ime.Name}, {Keys: "woxiangshenqingjuzhuzheng"}, {Keys: "74264", Mode: ime.Nine},
		{Keys: strings.Repeat("shi", 21)},
	} {
		b.Run(string(q.Mode)+q.Keys, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Candidates(q)
			}
		})
	}
}
