// Package lobby decides what a notice screen shows: which notices are in force by the terminal's corrected clock,
// whose turn it is, where a long one goes on, and what proves that it was shown.
//
// A [Board] follows the shelf and keeps one [Screen]'s state for each screen by name. [Board.Now] is the only place
// that decides what stands on a screen; a page asks it, waits on [Board.Changed] for another answer, and tells
// [Board.Ended] of each page that had its time. The board starts no goroutine outside Run, knows nothing of pages or
// of the store's format, and never waits for the line.
package lobby
