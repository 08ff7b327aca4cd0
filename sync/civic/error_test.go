package civic_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"doorstep/sync/civic"
)

func TestErrorIs(t *testing.T) {
	err := fmt.Errorf("settle: %w", &civic.Error{Code: civic.Conflict, Field: "entry", Key: "entry.id", Err: io.ErrUnexpectedEOF})
	for _, test := range []struct {
		target error
		want   bool
	}{
		{&civic.Error{Code: civic.Conflict}, true},
		{&civic.Error{Code: civic.Conflict, Field: "entry"}, true},
		{&civic.Error{Code: civic.Conflict, Key: "entry.id"}, true},
		{&civic.Error{Code: civic.Conflict, Field: "digest"}, false},
		{&civic.Error{Code: civic.Conflict, Key: "entry.digest"}, false},
		{&civic.Error{Code: civic.Invalid}, false},
		{io.ErrUnexpectedEOF, true},
		{io.EOF, false},
	} {
		if errors.Is(err, test.target) != test.want {
			t.Errorf("is %v: %v", test.target, !test.want)
		}
	}
}

func TestErrorText(t *testing.T) {
	for _, test := range []struct {
		err  *civic.Error
		want string
	}{
		{&civic.Error{Code: civic.Full}, "full"},
		{civic.Refuse(civic.Invalid, "applicant/number", "idnumber.checksum", 1), "invalid applicant/number (idnumber.checksum)"},
		{&civic.Error{Code: civic.Damaged, Err: io.EOF}, "damaged: EOF"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
