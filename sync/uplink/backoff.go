package uplink

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// backoff decides how long to wait before the next try: a random time below a bound that doubles (full jitter), so
// that a fleet that lost its line at once does not come back at once.
type backoff struct {
	min, max time.Duration
	random   func(time.Duration) time.Duration // nil for rand.N
	tries    int
}

const (
	longest = 10 * time.Minute // no answer of central, or of who poses as it, keeps a terminal away for longer
	settled = 20               // a refusal that only a person can lift waits this many times longer
)

func (b *backoff) reset() { b.tries = 0 }

// next returns the wait after err.
func (b *backoff) next(err error) time.Duration {
	bound := b.min
	for range b.tries {
		if bound *= 2; bound >= b.max {
			bound = b.max
			break
		}
	}
	b.tries++
	var r *refusal
	switch {
	case errors.As(err, &r) && r.After > 0:
		after := min(time.Duration(r.After)*time.Millisecond, longest)
		return after + b.draw(after/4+1)
	case errors.As(err, new(*again)):
	case isFinal(err):
		bound = min(b.max*settled, longest)
		return bound/2 + b.draw(bound/2+1)
	}
	return b.draw(bound + 1)
}

// draw returns a random wait below a bound.
func (b *backoff) draw(bound time.Duration) time.Duration {
	if b.random == nil {
		return rand.N(bound)
	}
	return b.random(bound)
}

// isFinal reports whether trying again cannot help until a person has acted. What did not verify here is no such
// case: somebody else may have answered in central's place, and central itself answer the next time.
func isFinal(err error) bool {
	code := reasonOf(err)
	return wire.ClassOf(code) == wire.ClassTrust && (code != civic.Untrusted || errors.As(err, new(*refusal)))
}

// refusal is an Error frame from central.
type refusal wire.Error

// Error names the code.
func (r *refusal) Error() string { return "central refused: " + string(r.Code) }

// again ends a session so that a lane that is stuck is tried from the beginning.
type again struct{ code civic.Code }

// Error names what was stuck.
func (a *again) Error() string { return "begin again: " + string(a.code) }

// reasonOf returns the stable code for why a session ended.
func reasonOf(err error) civic.Code {
	var r *refusal
	var e *civic.Error
	var a *again
	switch {
	case errors.As(err, &r):
		return r.Code
	case errors.As(err, &a):
		return a.code
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.DeadlineExceeded):
		return "line-timeout"
	}
	return civic.Unavailable
}

// reasonKey returns the locale key of a reason.
func reasonKey(code civic.Code) string {
	switch {
	case code == "":
		return ""
	case !strings.HasPrefix(string(code), "line-") && !isKnown(code):
		code = wire.CodeUnknownFrame // a later version's: there are no words for it here but that versions differ
	}
	return "link." + strings.TrimPrefix(string(code), "line-")
}

// isKnown reports whether a code is one of this version's.
func isKnown(code civic.Code) bool {
	switch code {
	case civic.Invalid, civic.Missing, civic.NotFound, civic.Conflict, civic.Forbidden, civic.Unpublished, civic.Full,
		civic.Limited, civic.Unavailable, civic.Damaged, civic.Untrusted, civic.Unsupported,
		wire.CodeTooOld, wire.CodeTooNew, wire.CodeUnknownFrame, wire.CodeMalformed, wire.CodeTooLarge, wire.CodeRevoked,
		wire.CodeUnknownKey, wire.CodeSuperseded, wire.CodeBusy, wire.CodeForked, wire.CodeEnrolment, wire.CodeDisorder:
		return true
	}
	return false
}

// Error returns a refusal by central as the domain error that a person reads.
func Error(err error) *civic.Error {
	var e *civic.Error
	if errors.As(err, &e) {
		return e
	}
	code := reasonOf(err)
	return &civic.Error{Code: code, Key: reasonKey(code), Err: err}
}
