package civic_test

import (
	"errors"
	"testing"

	"doorstep/sync/civic"
)

// refused fails the test unless err is a *civic.Error with the given locale key, or nil where key is empty. It
// reports whether there is an error.
func refused(t testing.TB, err error, key string) bool {
	t.Helper()
	var e *civic.Error
	switch {
	case err == nil && key == "":
		return false
	case err == nil:
		t.Fatalf("taken, want %s", key)
	case !errors.As(err, &e):
		t.Fatalf("err = %v, want a *civic.Error", err)
	case e.Key != key:
		t.Fatalf("err = %v, want key %q", err, key)
	}
	return true
}

// day reads a date that the test knows to be one.
func day(t testing.TB, s string) civic.Date {
	t.Helper()
	d, err := civic.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
