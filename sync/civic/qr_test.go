package civic_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"doorstep/sync/civic"
)

var update = flag.Bool("update", false, "write the golden files again")

// vector is one receipt QR as another implementation would check it: testdata/qr.json.
type vector struct {
	Name      string `json:"name"`
	Seed      []byte `json:"seed"` // of the terminal's Ed25519 key
	Code      string `json:"code"`
	Filed     string `json:"filed"` // RFC 3339
	Sure      string `json:"sure"`
	Training  bool   `json:"training"`
	Secret    []byte `json:"secret"`
	Entry     []byte `json:"entry"`
	Host      string `json:"host"`
	Link      string `json:"link"`
	Signature []byte `json:"signature"`
}

func TestQRVectors(t *testing.T) {
	const file = "testdata/qr.json"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	for i := range vectors {
		v := &vectors[i]
		key := ed25519.NewKeyFromSeed(v.Seed)
		q := v.qr(t)
		q.Sign(func(m []byte) []byte { return ed25519.Sign(key, m) })
		if *update {
			v.Link, v.Signature = q.Link(v.Host), q.Signature[:]
			continue
		}
		if got := q.Link(v.Host); got != v.Link {
			t.Errorf("%s: link is\n%s, want\n%s", v.Name, got, v.Link)
		}
		parsed, err := civic.ParseReceiptQR(strings.ToLower(v.Link))
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		if *parsed != *q || string(parsed.Signature[:]) != string(v.Signature) {
			t.Errorf("%s: read back as %+v, want %+v", v.Name, parsed, q)
		}
		if !parsed.VerifiedBy(key.Public().(ed25519.PublicKey)) {
			t.Errorf("%s: does not verify", v.Name)
		}
	}
	if *update {
		b, _ := json.MarshalIndent(vectors, "", "  ")
		if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (v *vector) qr(t *testing.T) *civic.ReceiptQR {
	t.Helper()
	code, err := civic.ParseTrackingCode(v.Code)
	if err != nil {
		t.Fatal(err)
	}
	filed, err := time.Parse(time.RFC3339, v.Filed)
	if err != nil {
		t.Fatal(err)
	}
	grades := map[string]civic.Confidence{"sure": civic.Sure, "likely": civic.Likely, "unsure": civic.Unsure}
	return &civic.ReceiptQR{
		Code: code, Filed: filed.UTC(), Sure: grades[v.Sure], Training: v.Training,
		Secret: civic.Secret(v.Secret), Entry: [16]byte(v.Entry),
	}
}

// TestQRBits changes every bit of a receipt: each change must be refused when read, or fail to verify.
func TestQRBits(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	q := &civic.ReceiptQR{Code: civic.NewTrackingCode(7, 123456789), Filed: time.Unix(1_795_000_000, 0).UTC(), Sure: civic.Sure}
	q.Sign(func(m []byte) []byte { return ed25519.Sign(key, m) })
	token := q.Token()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	for i := range token {
		for bit := range 5 {
			at := strings.IndexByte(alphabet, token[i]) ^ 1<<bit
			forged := token[:i] + string(alphabet[at]) + token[i+1:]
			got, err := civic.ParseReceiptQR(forged)
			if err == nil && got.VerifiedBy(key.Public().(ed25519.PublicKey)) {
				t.Errorf("bit %d of character %d changed and it still verifies", bit, i)
			}
		}
	}
	if len("HTTPS://DOORSTEP.EXAMPLE.CN/R/"+token) > 221 {
		t.Error("the link does not fit a QR of version 10, level Q")
	}
}

func TestQRRefusals(t *testing.T) {
	q := &civic.ReceiptQR{Code: civic.NewTrackingCode(7, 1)}
	newer := "AI" + q.Token()[2:] // version 2
	for name, c := range map[string]struct {
		in   string
		want civic.Code
	}{
		"empty":     {"", civic.Invalid},
		"a web":     {"https://example.cn/", civic.Invalid},
		"cut":       {q.Token()[:100], civic.Invalid},
		"longer":    {q.Token() + "AA", civic.Invalid},
		"newer":     {newer, civic.Unsupported},
		"very long": {strings.Repeat("A", 5000), civic.Invalid},
	} {
		if _, err := civic.ParseReceiptQR(c.in); !errors.Is(err, &civic.Error{Code: c.want}) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzReceiptQR(f *testing.F) {
	f.Add("HTTPS://X/R/" + (&civic.ReceiptQR{Code: civic.NewTrackingCode(1, 2)}).Token())
	f.Fuzz(func(t *testing.T, s string) {
		q, err := civic.ParseReceiptQR(s)
		if err != nil {
			return
		}
		again, err := civic.ParseReceiptQR(q.Token())
		if err != nil || *again != *q {
			t.Errorf("%q reads as %+v and then as %+v, %v", s, q, again, err)
		}
	})
}
