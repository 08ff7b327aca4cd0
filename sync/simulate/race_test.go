//go:build race

package simulate_test

// raced tells that the race detector makes everything ten times slower.
const raced = true
