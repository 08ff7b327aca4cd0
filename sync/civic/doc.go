// Package civic holds the nouns of public service that both halves of Doorstep share, and the rules about them
// that need nothing but their arguments: which step a case may take, when a clock ends, whether a document number
// can be real, what a receipt says.
//
// A service (事项) has a guide and a form. A resident confirms an [Application]; the terminal seals it into an
// [Entry] and hands over a [Receipt] with a [TrackingCode]. Central opens the entry into a [Case]. What central
// publishes travels as an [Edition].
//
// The package imports the standard library only and nothing of Doorstep's, does no input or output, reads no
// clock (rules take the time as an argument) and keeps no state. Its values are safe to copy and to share.
package civic
