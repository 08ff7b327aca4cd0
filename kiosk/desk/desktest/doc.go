// Package desktest is what tests of the terminal's work stand on: [Memory], a store that keeps its word in memory
// and passes the same suite as the durable one ([Outbox]); [Site], a terminal with real keys; [Clock], a clock set
// by the test; and [Open], a desk with the catalogue on its shelf.
package desktest
