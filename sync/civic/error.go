package civic

// Code is the stable name of a kind of failure. It travels on the wire and in logs; its text never changes, while
// the words that people read come from the locale key beside it.
type Code string

// The codes that every part of Doorstep shares. Parts with failures of their own define more, in their package.
const (
	Invalid     Code = "invalid"     // the input breaks a rule; Field says where
	Missing     Code = "missing"     // something required was not given; Field says what
	NotFound    Code = "not-found"   // no such thing, or not for this reader
	Conflict    Code = "conflict"    // the thing changed or exists with other content
	Forbidden   Code = "forbidden"   // this role may not do this
	Unpublished Code = "unpublished" // the working-day calendar does not reach this date
	Full        Code = "full"        // a bound is reached: disk, queue, size
	Limited     Code = "limited"     // too many tries; later again
	Unavailable Code = "unavailable" // the line or a device is needed and absent
	Damaged     Code = "damaged"     // stored bytes do not match their checksum
	Untrusted   Code = "untrusted"   // a signature or key does not verify
	Unsupported Code = "unsupported" // a version, suite or kind not known here
)

// Error is a refusal that a person will read. The reader's language is chosen where it is shown: Key names the
// sentence in the locale files and Args fill its blanks. Err, the cause, is for the log and never shown.
type Error struct {
	Code  Code
	Field string // path of the field at fault, as in "applicant/number"; empty if none
	Key   string // locale key of the sentence, as in "idnumber.checksum"
	Args  []any  // what the sentence names: limits, dates, counts; never personal data
	Err   error
}

// Error gives the code, the field and the cause for logs. It holds no personal data as long as Err does not.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Field != "" {
		s += " " + e.Field
	}
	if e.Key != "" {
		s += " (" + e.Key + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an *Error of the same code that names no field or key, or the same ones, so that
// errors.Is(err, &Error{Code: Conflict}) asks for the kind of failure alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Field == "" || t.Field == e.Field) && (t.Key == "" || t.Key == e.Key)
}

// Refuse makes an Error without a cause.
func Refuse(code Code, field, key string, args ...any) *Error {
	return &Error{Code: code, Field: field, Key: key, Args: args}
}
