package quiet_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/sync/quiet"
)

func logger(out *bytes.Buffer) *slog.Logger {
	drop := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return slog.New(quiet.New(slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: drop}), time.Minute))
}

func TestRepetitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := logger(&out)
		for i := range 1000 {
			log.Warn("refused", "terminal", 7, "code", "malformed", "error", errors.New(strings.Repeat("x", i)))
		}
		log.Warn("refused", "terminal", 8, "code", "malformed")
		log.With("terminal", 9).Warn("refused")
		log.With("terminal", 9).Warn("refused")
		log.With("terminal", 10).WithGroup("g").Warn("refused", "code", "x")
		log.Error("refused", "terminal", 7, "code", "malformed")
		timer := time.NewTimer(time.Minute)
		<-timer.C
		log.Warn("refused", "terminal", 7, "code", "malformed")
		want := `level=WARN msg=refused terminal=7 code=malformed error=""
level=WARN msg=refused terminal=8 code=malformed
level=WARN msg=refused terminal=9
level=WARN msg=refused terminal=10 g.code=x
level=ERROR msg=refused terminal=7 code=malformed
level=WARN msg=refused terminal=7 code=malformed repeated=999
`
		if out.String() != want {
			t.Errorf("got\n%s\nwant\n%s", out.String(), want)
		}
	})
}

// TestBounded is a flood in which no two lines are alike.
func TestBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := logger(&out)
		for i := range 100_000 {
			log.Warn("refused", "terminal", i)
		}
		if n := strings.Count(out.String(), "\n"); n > 1100 {
			t.Errorf("%d lines", n)
		}
		timer := time.NewTimer(time.Minute)
		<-timer.C
		out.Reset()
		log.Warn("refused", "terminal", "new")
		if !strings.Contains(out.String(), "terminal=new") {
			t.Error("nothing is written after the flood")
		}
	})
}
