package locale_test

import (
	"errors"
	"fmt"
	"testing"

	"doorstep/assets/locale"
	"doorstep/sync/civic"
)

func TestT(t *testing.T) {
	cases := []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"zh", "days.working", []any{5}, "5 个工作日"},
		{"en", "days.working", []any{5}, "5 working days"},
		{"fr", "days.working", []any{5}, "5 个工作日"},
		{"zh", "no.such.key", nil, "‹no.such.key›"},
		{"zh", "days.working", nil, "{0} 个工作日"},
		{"zh", "search.found", []any{"{0}{1}"}, "和“{0}{1}”有关的事"},
	}
	for _, c := range cases {
		if got := locale.T(c.lang, c.key, c.args...); got != c.want {
			t.Errorf("T(%s, %s, %v) = %q, want %q", c.lang, c.key, c.args, got, c.want)
		}
	}
}

func TestErrorSaysWhatToDoAndNeverACause(t *testing.T) {
	cause := errors.New("open /var/lib/x: 张三")
	cases := []struct {
		err  error
		want string
	}{
		{civic.Refuse(civic.Invalid, "a", "form.low", 3), "不能小于 3。"},
		{fmt.Errorf("read page: %w", civic.Refuse(civic.Invalid, "a", "form.low", 3)), "不能小于 3。"},
		{&civic.Error{Code: civic.NotFound, Key: "no.such.key", Err: cause}, locale.T("zh", "error.not-found")},
		{&civic.Error{Code: "other", Err: cause}, locale.T("zh", "error.other")},
		{cause, locale.T("zh", "error.other")},
	}
	for _, c := range cases {
		if got := locale.Error(locale.Chinese, c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
	two := locale.Errors("en", []*civic.Error{civic.Refuse(civic.Invalid, "a", "form.low", 3), civic.Refuse(civic.Invalid, "a", "form.number")})
	if len(two) != 1 || two["a"] != "Not less than 3." {
		t.Errorf("Errors = %v", two)
	}
}

// Every code has a sentence of its own to fall back on.
func TestEveryCodeHasASentence(t *testing.T) {
	for _, code := range []civic.Code{
		civic.Invalid, civic.Missing, civic.NotFound, civic.Conflict, civic.Forbidden, civic.Unpublished, civic.Full,
		civic.Limited, civic.Unavailable, civic.Damaged, civic.Untrusted, civic.Unsupported,
	} {
		if !locale.Has("error." + string(code)) {
			t.Errorf("no sentence for code %s", code)
		}
	}
	for _, s := range civic.Statuses() {
		for _, prefix := range []string{"status.", "state."} {
			if !locale.Has(prefix + string(s)) {
				t.Errorf("no sentence for %s%s", prefix, s)
			}
		}
	}
}
