// Package wire is the language that a terminal and central speak: the frames of PROTOCOL.md, their encoding, the
// version and the limits, and [Conn], what a session needs of a transport.
//
// A frame is a CBOR array of its type number and a map with integer keys. Receivers ignore keys they do not know
// and answer a type they do not know with an Error frame; type numbers and keys are never used again for another
// meaning. What is signed travels as the exact bytes that were signed ([Signed]); the functions in civic.go turn
// those bytes into civic's nouns and back, in this one place.
package wire

// History. A line whenever the other side can notice.
//
//	1  2026-11-23  hello, challenge, prove, enrol, welcome, entries, papers, editions, statuses, telemetry, ask
//	1  2026-11-25  prove may ask for pack: editions together, compressed
const (
	Version = 1 // spoken by this program
	Oldest  = 1 // still served
)

// Limits of version 1, in bytes unless said otherwise. A frame over its limit closes the session with CodeTooLarge.
const (
	MaxFrame     = 4 << 20   // any frame
	MaxSealed    = 1 << 20   // the sealed packet of one entry
	MaxPapers    = 64        // papers of one entry, a count
	MaxChunk     = 256 << 10 // one chunk of a paper
	MaxPaper     = 32 << 20  // one paper's ciphertext
	MaxHandshake = 64 << 10  // any frame before Welcome
	MaxUnpacked  = 4 << 20   // what a Pack holds
)
