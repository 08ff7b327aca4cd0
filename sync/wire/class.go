package wire

import "doorstep/sync/civic"

// Class says who a failure concerns, and so what follows from it: whether one thing waits or all, whether trying
// again helps, whether a person must act. It goes by the code alone, never by words.
type Class string

// The classes of PROTOCOL.md 9.
const (
	ClassItem     Class = "item"     // one thing is at fault: it waits, everything else goes on
	ClassLink     Class = "link"     // the line, or what stands on it: try again soon, as long as it takes
	ClassTrust    Class = "trust"    // who is who, or what speaks which version: a person must act, taking in goes on
	ClassOverload Class = "overload" // there is too much now: come back when told
)

// classes is the table of PROTOCOL.md 9. The codes of a line are those of package link, which stands above this one.
var classes = map[civic.Code]Class{
	CodeTooOld:     ClassTrust,
	CodeTooNew:     ClassTrust,
	CodeRevoked:    ClassTrust,
	CodeUnknownKey: ClassTrust,
	CodeForked:     ClassTrust,
	CodeEnrolment:  ClassTrust,

	CodeUnknownFrame: ClassItem,
	CodeTooLarge:     ClassItem,
	CodeDisorder:     ClassItem,

	CodeMalformed:  ClassLink,
	CodeSuperseded: ClassLink,

	CodeBusy: ClassOverload,

	civic.Untrusted:   ClassTrust,
	civic.Unsupported: ClassTrust,

	civic.Invalid:     ClassItem,
	civic.Missing:     ClassItem,
	civic.NotFound:    ClassItem,
	civic.Conflict:    ClassItem,
	civic.Forbidden:   ClassItem,
	civic.Unpublished: ClassItem,
	civic.Damaged:     ClassItem,

	civic.Full:        ClassOverload,
	civic.Limited:     ClassOverload,
	civic.Unavailable: ClassOverload,

	"line-dns":         ClassLink,
	"line-unreachable": ClassLink,
	"line-refused":     ClassLink,
	"line-timeout":     ClassLink,
	"line-tls":         ClassLink,
	"line-captive":     ClassLink,
	"line-lost":        ClassLink,
	"line-proxy":       ClassLink,
	"line-intercepted": ClassLink,
	"line-restored":    ClassLink,
}

// ClassOf returns the class of a code. One that is not known here came from a later version and tells nothing of
// itself: the connection is at fault, and is tried again.
func ClassOf(c civic.Code) Class {
	if k, ok := classes[c]; ok {
		return k
	}
	return ClassLink
}
