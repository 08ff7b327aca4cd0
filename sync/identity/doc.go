// Package identity decides who is who: a terminal's key file ([Terminal]), central's key files ([Central]), the
// list of keys that central publishes ([CentralKeys]), what a terminal makes of that list ([Keyring]) and the
// enrolment code that ties the two together the first time ([Code]).
//
// Trust runs from the code that a person typed to the fingerprint of central's root key, from the root key to the
// keys edition it signs, and from there to the keys that sign and seal day by day. No certificate and no date takes
// part: a terminal whose clock is wrong must still take applications in (promise P9).
//
// Key files are JSON with a version, readable by their owner alone, written once and never written over. The
// package logs nothing, and no error text holds key material.
package identity
