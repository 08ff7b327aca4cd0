package wire

import "doorstep/sync/civic"

// Classed reports whether the table of classes names a code.
func Classed(c civic.Code) bool {
	_, ok := classes[c]
	return ok
}
