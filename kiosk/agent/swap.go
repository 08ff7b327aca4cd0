package agent

import (
	"bytes"
	"os"
)

// swaps is the kernel's list of swap areas: a line of headings, then a line for each.
const swaps = "/proc/swaps"

// warnOfSwap says so if memory may reach a disk: drafts and keys are in it (promise P4). The terminal serves all the
// same, since turning residents away protects nobody.
func (a *Agent) warnOfSwap() {
	if n := swapAreas(); n > 0 {
		a.opts.Logger.Error("swap is on: what residents type may reach the disk, turn it off", "areas", n)
	}
}

// swapAreas counts the swap areas in use; none where the kernel does not say.
func swapAreas() int {
	list, err := os.ReadFile(swaps)
	if err != nil {
		return 0
	}
	return areas(list)
}

// areas counts the swap areas in the kernel's list.
func areas(list []byte) int {
	return max(0, len(bytes.Split(bytes.TrimSpace(list), []byte("\n")))-1)
}
