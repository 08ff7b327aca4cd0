package uplink

import (
	"testing"

	"doorstep/sync/wire"
)

// FuzzAnswer is that no answer of central to a look-up makes the terminal panic.
func FuzzAnswer(f *testing.F) {
	f.Add("", []byte(`{"code":"0104112345678914","status":"accepted"}`))
	f.Add("not-found", []byte(nil))
	f.Fuzz(func(t *testing.T, code string, status []byte) {
		a := &wire.Answer{Status: status}
		if code != "" {
			a.Code = "not-found"
		}
		if n, err := readAnswer(a); (n == nil) == (err == nil) {
			t.Errorf("got %+v, %v", n, err)
		}
	})
}
