// Package boltstore keeps what a terminal may not lose: the journal of what it took in, the ciphertexts that belong
// to it, and what central published. FORMAT.md describes the files.
//
// Everything is kept twice. The journal, append-only segment files, is where an entry is committed (promise P1);
// a bbolt file beside it is what is read. Each holds enough to rebuild the other, and [Open] does so: it reads both
// before bbolt may touch its file, mends what can be mended, moves aside what cannot, and says in a [Report] what
// it found. The signed editions have a file of their own, from which the shelf is rebuilt with no line.
//
// All changes pass through one turn at a time: a change is planned in a bbolt transaction, appended to the journal,
// synced where it must be, and then committed. Callers that arrive together share the turn, so many applications
// cost the syncs of one. A change that is in the journal and not in bbolt is carried over before the next.
//
// Nothing here opens an application, an attachment or a receipt (promise P4): the package holds no key but the
// terminal's own, with which it signs entries and their positions. A Store is safe for concurrent use, starts no
// goroutine and returns copies only. Its refusals are *civic.Error; none names a person.
package boltstore
