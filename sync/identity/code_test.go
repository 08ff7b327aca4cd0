package identity_test

import (
	"errors"
	"strings"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/identity"
	"doorstep/sync/seal"
)

func root(t testing.TB, seed byte) *seal.Signer {
	t.Helper()
	s, err := seal.ParseSigner([]byte(strings.Repeat(string(rune(seed)), 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// goldenCode is one code for ever: what was printed or sent must stay readable.
var goldenCode = identity.Code{
	Address: "central.example.cn:7443",
	Secret:  identity.Secret{0x0f, 1, 2, 3, 4, 5, 6, 7},
	Root:    identity.Fingerprint{0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xa0},
}

const goldenText = "wss://central.example.cn:7443/26NYQ-Y082J-0C20D-A1G7J-20G3X-0G2G8-C1R8Q-1450T"

func TestCodeRoundTrip(t *testing.T) {
	pub := root(t, 'r').Public()
	for _, address := range []string{"central.example.cn:7443", "[2001:db8::1]:7443", "127.0.0.1:1"} {
		c, err := identity.NewCode(address, pub)
		if err != nil {
			t.Fatal(err)
		}
		if c.Root != identity.FingerprintOf(pub) || c.Secret[0]&0xf0 != 0 || c.Secret == (identity.Secret{}) {
			t.Errorf("code %+v", c)
		}
		other, err := identity.NewCode(address, pub)
		if err != nil || other.Secret == c.Secret {
			t.Errorf("two codes with one secret: %v", err)
		}
		if got, err := identity.ParseCode(c.String()); err != nil || got != c {
			t.Errorf("%s: %+v, %v", c, got, err)
		}
	}
	for _, address := range []string{"", "central", "central:", ":7443", "a b:1", "host:port", "host:123456", "http://x:1", "a/b:1"} {
		if c, err := identity.NewCode(address, pub); !errors.Is(err, &civic.Error{Code: civic.Invalid}) {
			t.Errorf("address %q gives %v, %v", address, c, err)
		}
	}
}

func TestParseCode(t *testing.T) {
	text := goldenCode.String()
	groups := text[strings.LastIndexByte(text, '/')+1:]
	const at = "central.example.cn:7443"
	wide := strings.NewReplacer("-", "－", ".", "。", ":", "：", "/", "／", "0", "０", "A", "Ａ").Replace(text)
	swapped := strings.Split(groups, "-")
	swapped[2], swapped[5] = swapped[5], swapped[2]
	for _, c := range []struct {
		name, text string
		code       civic.Code
		key        string
	}{
		{"as printed", text, "", ""},
		{"lower case", strings.ToLower(text), "", ""},
		{"without the scheme", at + "/" + groups, "", ""},
		{"a space between", at + " " + groups, "", ""},
		{"other groups", at + "/" + strings.ReplaceAll(groups, "-", "") + "\n", "", ""},
		{"read out with O and I", at + " " + strings.NewReplacer("0", "O", "1", "l").Replace(groups), "", ""},
		{"through a Chinese input method", wide, "", ""},
		{"nothing", "", civic.Invalid, "enrol.length"},
		{"the address alone", "wss://" + at, civic.Invalid, "enrol.length"},
		{"a group missing", at + "/" + groups[:len(groups)-6], civic.Invalid, "enrol.length"},
		{"a letter that is none", at + "/" + strings.Replace(groups, groups[:1], "U", 1), civic.Invalid, "enrol.symbol"},
		{"another address", "centrai.example.cn:7443/" + groups, civic.Invalid, "enrol.address"},
		{"another port", "central.example.cn:7444/" + groups, civic.Invalid, "enrol.address"},
		{"no port", "central.example.cn/" + groups, civic.Invalid, "enrol.address"},
		{"groups exchanged", at + "/" + strings.Join(swapped, "-"), civic.Invalid, "enrol.group"},
		{"far too long", strings.Repeat("A", 2000), civic.Invalid, "enrol.length"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := identity.ParseCode(c.text)
			if c.code == "" && (err != nil || got != goldenCode) ||
				c.code != "" && !errors.Is(err, &civic.Error{Code: c.code, Key: c.key}) {
				t.Errorf("%q: %+v, %v", c.text, got, err)
			}
		})
	}
}

// TestEveryMistake is what the check symbols promise: each wrong symbol and each pair exchanged is found, and said in
// which group.
func TestEveryMistake(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	text := goldenCode.String()
	from := strings.LastIndexByte(text, '/') + 1
	tries := 0
	refused := func(s string, group int) {
		t.Helper()
		tries++
		_, err := identity.ParseCode(s)
		var e *civic.Error
		if !errors.As(err, &e) || e.Key != "enrol.group" || e.Args[0] != group {
			t.Errorf("%s: %v, want a mistake in group %d", s, err, group)
		}
	}
	for i := from; i < len(text); i++ {
		if text[i] == '-' {
			continue
		}
		group := (i-from)/6 + 1
		for j := range len(alphabet) {
			if alphabet[j] != text[i] {
				refused(text[:i]+alphabet[j:j+1]+text[i+1:], group)
			}
		}
		for j := i + 1; j < len(text) && text[j] != '-'; j++ {
			if text[i] != text[j] {
				b := []byte(text)
				b[i], b[j] = b[j], b[i]
				refused(string(b), group)
			}
		}
	}
	t.Logf("%d mistakes", tries)
	if tries < 1300 {
		t.Errorf("only %d mistakes tried", tries)
	}
}

func TestGoldenCode(t *testing.T) {
	if got := goldenCode.String(); got != goldenText {
		t.Errorf("got  %s\nwant %s", got, goldenText)
	}
	if got, err := identity.ParseCode(goldenText); err != nil || got != goldenCode {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add(goldenText)
	f.Add("x:1/00000")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := identity.ParseCode(s)
		if err != nil {
			return
		}
		if again, err := identity.ParseCode(c.String()); err != nil || again != c {
			t.Errorf("%q reads as %+v, which reads back as %+v, %v", s, c, again, err)
		}
	})
}
