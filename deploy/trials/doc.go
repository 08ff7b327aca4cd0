// Package trials holds what Doorstep promises against the worst that a service point knows: power failures, a line
// that breaks in the middle of a word, a stolen disk, a damaged one, a full one. Its tests build the real programs
// once, run them as processes, file through the terminal's pages over HTTP as a browser does, and look at central's
// database and the terminal's files from outside.
//
// The sizes that `go test ./deploy/trials` runs by itself take about three minutes. The full ones are
//
//	go test ./deploy/trials -count=1 -timeout=60m -v -kills=400 -cuts=60 -flips=60 -powers=100
//
// Each trial prints its figures in lines that begin with "figures". The trials of the disk and of the power mount file
// systems of their own (loop, XFS, ext4: xfsprogs, e2fsprogs) and are skipped, saying so, where that is not permitted.
package trials
