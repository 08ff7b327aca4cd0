package main

import (
	"io"
	"regexp"
	"strconv"
	"strings"
)

// row is what a fault came to. The suite's mutex guards it.
type row struct {
	fault
	pending int // tests that have not ended
	ran     int // tests and subtests that passed or failed, those with subtests of their own left out
	seconds float64
	numbers map[string]int
	texts   map[string]string
	keys    []string // of both, as they came
	output  map[string][]string
	failed  []string // what failing tests printed
	skipped []string // why
	missed  []string // tests that did not run at all
	parents map[string]bool
	ended   map[string]bool
}

// result is what a row came to, in a word.
type result string

const (
	passed  result = "ok"
	failed  result = "FAILED"
	skipped result = "not tried"
	missed  result = "DID NOT RUN"
)

func (r *row) result() result {
	switch {
	case len(r.failed) > 0:
		return failed
	case len(r.missed) > 0 || r.pending > 0:
		return missed
	case len(r.skipped) > 0:
		return skipped
	}
	return passed
}

var figures = regexp.MustCompile(`figures ((?:\S+=\S+ ?)+)`)

// most is how many lines of a failing test are kept.
const most = 60

// print takes in a line that a test printed.
func (r *row) print(test, line string) {
	if r.output == nil {
		r.output = map[string][]string{}
	}
	r.output[test] = append(r.output[test], strings.TrimRight(line, "\n"))
	m := figures.FindStringSubmatch(line)
	if m == nil {
		return
	}
	if r.numbers == nil {
		r.numbers, r.texts = map[string]int{}, map[string]string{}
	}
	for _, pair := range strings.Fields(m[1]) {
		key, value, _ := strings.Cut(pair, "=")
		_, number := r.numbers[key]
		_, text := r.texts[key]
		if !number && !text {
			r.keys = append(r.keys, key)
		}
		if n, err := strconv.Atoi(value); err == nil {
			r.numbers[key] += n
		} else {
			r.texts[key] = value
		}
	}
}

// end takes in that a test or a subtest has ended.
func (r *row) end(e event, sub bool) {
	if r.parents == nil {
		r.parents, r.ended = map[string]bool{}, map[string]bool{}
	}
	if at := strings.LastIndexByte(e.Test, '/'); at > 0 {
		r.parents[e.Test[:at]] = true
	}
	if !r.parents[e.Test] && e.Action != "skip" {
		r.ran++
	}
	lines := r.output[e.Test]
	delete(r.output, e.Test)
	switch e.Action {
	case "fail":
		r.failed = append(r.failed, strings.Join(lines[max(0, len(lines)-most):], "\n"))
	case "skip":
		why := "skipped"
		for _, l := range lines {
			if _, after, ok := strings.Cut(l, "_test.go:"); ok {
				_, why, _ = strings.Cut(after, ": ")
			}
		}
		r.skipped = append(r.skipped, strings.TrimPrefix(why, "SKIPPED: "))
	}
	if !sub {
		r.seconds += e.Elapsed
	}
}

// close notes that one of the row's tests has ended, and tells of the row once all have.
func (r *row) close(w io.Writer, test string) {
	if r.ended[test] {
		return
	}
	r.ended[test] = true
	if r.pending--; r.pending == 0 {
		tell(w, "%9s  %2d  %s: tried %d, lost %s, doubled %s, %.0f s\n", r.result(), r.part, r.what, r.tried(), r.number("lost"), r.number("doubled"), r.seconds)
	}
}

// miss closes a test that did not run.
func (r *row) miss(w io.Writer, test string) {
	if r.ended[test] {
		return
	}
	r.missed = append(r.missed, test)
	if r.ended == nil {
		r.ended = map[string]bool{}
	}
	r.close(w, test)
}

// tried is how often the fault was tried.
func (r *row) tried() int {
	if n, ok := r.numbers["tried"]; ok {
		return n
	}
	return r.ran
}

// number is a figure of a row that may not count it.
func (r *row) number(key string) string {
	if n, ok := r.numbers[key]; ok {
		return strconv.Itoa(n)
	}
	return "–"
}

// seen are the other figures.
func (r *row) seen() string {
	var list []string
	for _, key := range r.keys {
		switch key {
		case "tried", "lost", "doubled":
			continue
		}
		value, ok := r.texts[key]
		if !ok {
			value = strconv.Itoa(r.numbers[key])
		}
		list = append(list, key+" "+value)
	}
	return strings.Join(list, ", ")
}
