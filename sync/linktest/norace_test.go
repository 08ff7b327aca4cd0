//go:build !race

package linktest_test

const raced = false
