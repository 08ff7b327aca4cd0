// Package desk is the work of a terminal: find a service, fill its form, check its papers, take the application in,
// look a case up. It knows nothing of pages, of the store's format or of the line; what it needs of them are the
// small interfaces [Store], [Site], [Line] and [Clock].
//
// A resident's draft is a [Session], in memory only: answers and papers leave it sealed to central, or are wiped.
// A session pins the revisions of guide and form it began with, so that nothing published meanwhile changes its
// rules. [Session.Confirm] takes the application in and returns the receipt only after the store has made
// everything durable (promise P1); pressed twice it returns the same receipt.
//
// The desk works without a line. Bounds stop what would begin, never what has begun (promise P8): see
// [Desk.Ready]. Every refusal is a *civic.Error whose key names the sentence in the reader's language; none holds
// an answer, a name or a number.
//
// A Desk is safe for concurrent use, and so is a Session.
package desk
