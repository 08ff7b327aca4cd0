// Package boltfile reads a bbolt file without bbolt, to tell whether bbolt may open it and to save values from one that
// it may not.
//
// bbolt maps its file and trusts what it finds: a truncated file or a flipped bit can end the program inside Open, or
// in a goroutine that Check starts, where nothing can recover it. [Inspect] takes the bytes of the file and goes
// through them after bbolt's documented layout (file version 2): metas, tree, order of keys, every page used once or
// free. [Salvage] finds what looks like a value on any page. Neither panics, whatever the bytes.
package boltfile
