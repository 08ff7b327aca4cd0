package wire_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// reader reads CBOR by the rules of PROTOCOL.md, with nothing of the package's own: the second implementation that the
// page promises to be enough for.
type reader struct{ b []byte }

var errCut = errors.New("cut")

// diagnose gives the diagnostic notation of RFC 8949, with embedded maps as <<...>> and JSON in bytes as '...'.
func diagnose(t *testing.T, b []byte) string {
	t.Helper()
	r := &reader{b}
	text, err := r.item("")
	if err != nil || len(r.b) > 0 {
		t.Fatalf("%x: %v, %d bytes left", b, err, len(r.b))
	}
	return text
}

// head reads the major type and argument of the next item.
func (r *reader) head() (major byte, n uint64, err error) {
	if len(r.b) == 0 {
		return 0, 0, errCut
	}
	major, info := r.b[0]>>5, r.b[0]&31
	r.b = r.b[1:]
	if info < 24 {
		return major, uint64(info), nil
	}
	size := 1 << (info - 24)
	if info > 27 || len(r.b) < size {
		return 0, 0, errCut
	}
	var wide [8]byte
	copy(wide[8-size:], r.b[:size])
	r.b = r.b[size:]
	return major, binary.BigEndian.Uint64(wide[:]), nil
}

func (r *reader) item(indent string) (string, error) {
	major, n, err := r.head()
	if err != nil {
		return "", err
	}
	switch major {
	case 0:
		return fmt.Sprint(n), nil
	case 1:
		return fmt.Sprint(-1 - int64(n)), nil
	case 2, 3:
		if uint64(len(r.b)) < n {
			return "", errCut
		}
		b := r.b[:n]
		r.b = r.b[n:]
		if major == 3 {
			return `"` + string(b) + `"`, nil
		}
		return byteString(b, indent), nil
	case 4, 5:
		return r.list(major == 5, n, indent)
	}
	switch n {
	case 20:
		return "false", nil
	case 21:
		return "true", nil
	}
	return "", fmt.Errorf("major %d, argument %d", major, n)
}

// list gives an array or a map, on one line where it is short.
func (r *reader) list(pairs bool, n uint64, indent string) (string, error) {
	inner := indent
	if pairs {
		inner += "  "
	}
	var parts []string
	for range n {
		part, err := r.item(inner)
		if err == nil && pairs {
			var value string
			value, err = r.item(inner)
			part += ": " + value
		}
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	brackets := "[]"
	if pairs {
		brackets = "{}"
	}
	line := brackets[:1] + strings.Join(parts, ", ") + brackets[1:]
	if len(line) <= 100 && !strings.Contains(line, "\n") || !pairs {
		return line, nil
	}
	return "{\n" + inner + strings.Join(parts, ",\n"+inner) + "\n" + indent + "}", nil
}

// byteString gives bytes as an embedded map, as JSON or as hexadecimal.
func byteString(b []byte, indent string) string {
	if len(b) > 0 && b[0]>>5 == 5 {
		r := &reader{b}
		if text, err := r.item(indent); err == nil && len(r.b) == 0 {
			return "<<" + text + ">>"
		}
	}
	if len(b) > 0 && b[0] == '{' && utf8.Valid(b) && strings.IndexFunc(string(b), unicode.IsControl) < 0 {
		return "'" + string(b) + "'"
	}
	return "h'" + hex.EncodeToString(b) + "'"
}
