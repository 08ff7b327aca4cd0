package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const module = "doorstep"

// suite is one run of the faults.
type suite struct {
	flags
	out  io.Writer
	jobs []*job // one for each package, and one for each benchmark

	mu      sync.Mutex // guards all below
	rows    []*row
	owner   map[string]*row // by the test's name
	running map[string]time.Time
	lines   []string // that benchmarks printed
	broken  []string // packages that did not run to their end
}

// job is one run of the go tool.
type job struct {
	folder string
	tests  []string
	bench  bool
}

// newSuite picks the rows of a run.
func newSuite(f flags, out io.Writer) *suite {
	s := &suite{flags: f, out: out, owner: map[string]*row{}, running: map[string]time.Time{}}
	jobs := map[string]*job{}
	for _, spec := range faults {
		if f.Quick && !spec.quick {
			continue
		}
		r := &row{fault: spec, pending: len(spec.tests)}
		s.rows = append(s.rows, r)
		for _, name := range spec.tests {
			s.owner[name] = r
			folder, test := split(name)
			if jobs[folder] == nil {
				jobs[folder] = &job{folder: folder}
				s.jobs = append(s.jobs, jobs[folder])
			}
			jobs[folder].tests = append(jobs[folder].tests, test)
		}
	}
	if !f.Quick {
		for _, name := range measured {
			folder, test := split(name)
			s.jobs = append(s.jobs, &job{folder: folder, tests: []string{test}, bench: true})
		}
	}
	// The longest first: processes wait for each other more than they compute.
	slices.SortStableFunc(s.jobs, func(a, b *job) int { return b.weight() - a.weight() })
	return s
}

func (j *job) weight() int {
	switch {
	case j.folder == "deploy/trials":
		return 3
	case j.folder == "sync/simulate":
		return 2
	case j.bench:
		return 1
	}
	return 0
}

// split parts a test's name into its package's folder and its function.
func split(name string) (folder, test string) {
	at := strings.LastIndexByte(name, '.')
	return name[:at], name[at+1:]
}

// run does all jobs, two at a time, and tells what runs when nothing else is told.
func (s *suite) run(ctx context.Context) {
	queue := make(chan *job)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for j := range queue {
				if err := s.do(ctx, j); err != nil {
					s.mu.Lock()
					s.broken = append(s.broken, fmt.Sprintf("%s: %v", j.folder, err))
					s.mu.Unlock()
				}
			}
		})
	}
	done := make(chan struct{})
	go s.progress(done)
	for _, j := range s.jobs {
		queue <- j
	}
	close(queue)
	workers.Wait()
	close(done)
}

// progress says every half minute what is running.
func (s *suite) progress(done <-chan struct{}) {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		s.mu.Lock()
		var list []string
		for name, since := range s.running {
			list = append(list, fmt.Sprintf("%s (%v)", name, time.Since(since).Round(time.Second)))
		}
		slices.Sort(list)
		tell(s.out, "   ...  %d rows to come; running: %s\n", s.open(), strings.Join(list, ", "))
		s.mu.Unlock()
	}
}

func (s *suite) open() (n int) {
	for _, r := range s.rows {
		if r.pending > 0 {
			n++
		}
	}
	return n
}

// do runs one job. That a test fails is no error of the job.
func (s *suite) do(ctx context.Context, j *job) error {
	pattern := "^(" + strings.Join(j.tests, "|") + ")$"
	args := []string{"test", "-json", "-count=1", "-timeout=30m"}
	if j.bench {
		args = append(args, "-run=^$", "-bench="+pattern, "-benchtime=1x")
	} else {
		args = append(args, "-run="+pattern)
	}
	args = append(args, "./"+j.folder)
	env := os.Environ()
	if size := sizes[j.folder]; !j.bench {
		flags := size.full
		if s.Quick {
			flags = size.quick
		} else {
			env = append(env, size.env...)
		}
		if j.folder == "deploy/trials" {
			flags = append(slices.Clone(flags), "-bin="+s.Bin)
		}
		if len(flags) > 0 {
			args = append(append(args, "-args"), flags...)
		}
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Env, cmd.Stderr = env, os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("run go: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run go: %w", err)
	}
	var loose []string // what no test of ours printed: a build that failed, a panic
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			loose = append(loose, lines.Text())
			continue
		}
		if !s.hear(j, e) && e.Action == "output" {
			loose = append(loose, strings.TrimRight(e.Output, "\n"))
		}
	}
	err = errors.Join(lines.Err(), cmd.Wait())
	s.mu.Lock()
	defer s.mu.Unlock()
	failed := false
	for _, t := range j.tests {
		if r := s.owner[j.folder+"."+t]; r != nil {
			failed = failed || len(r.failed) > 0
			r.miss(s.out, j.folder+"."+t)
		}
	}
	if err != nil && !failed {
		return fmt.Errorf("%w\n%s", err, strings.Join(loose[max(0, len(loose)-30):], "\n"))
	}
	return nil
}

// event is what go test -json prints of a test (cmd/test2json).
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds
}

var benchLine = regexp.MustCompile(`^(Benchmark\S*\s.*ns/op.*|\s+\S+_test\.go:\d+: .*)$`)

// hear takes in one event, and reports whether it was of a test that a row has.
func (s *suite) hear(j *job, e event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j.bench {
		if line := strings.TrimRight(e.Output, "\n"); benchLine.MatchString(line) {
			s.lines = append(s.lines, strings.TrimSpace(line))
		}
		return false
	}
	top, sub, _ := strings.Cut(e.Test, "/")
	name := path.Join(strings.TrimPrefix(strings.TrimPrefix(e.Package, module), "/")) + "." + top
	r := s.owner[name]
	if r == nil || e.Test == "" {
		return false
	}
	switch e.Action {
	case "run":
		if sub == "" {
			s.running[top] = time.Now()
		}
	case "output":
		r.print(e.Test, e.Output)
	case "pass", "fail", "skip":
		r.end(e, sub != "")
		if sub == "" {
			delete(s.running, top)
			r.close(s.out, name)
		}
	}
	return true
}

// judge tells what failed, and reports whether all is well.
func (s *suite) judge(w io.Writer) bool {
	ok := true
	for _, r := range s.rows {
		switch r.result() {
		case failed, missed:
			ok = false
		case skipped:
			ok = ok && s.Quick // a quick run goes on where a tool or a right is missing
		}
		for _, text := range r.failed {
			tell(w, "\nFAILED %d, %s:\n%s\n", r.part, r.what, text)
		}
	}
	for _, b := range s.broken {
		ok = false
		tell(w, "\nDID NOT RUN %s\n", b)
	}
	return ok && s.lost() == 0 && s.doubled() == 0
}

func (s *suite) lost() (n int) {
	for _, r := range s.rows {
		n += r.numbers["lost"]
	}
	return n
}

func (s *suite) doubled() (n int) {
	for _, r := range s.rows {
		n += r.numbers["doubled"]
	}
	return n
}

// markdown writes the report.
func (s *suite) markdown(w io.Writer, took time.Duration) {
	kind := "./deploy/faults"
	if s.Quick {
		kind += " --quick"
	}
	tell(w, "# What the field does to Doorstep, and what is lost\n\n`%s`, %s, %v.\n\n", kind, time.Now().Format(time.RFC3339), took)
	tell(w, "| Part | What goes wrong | What holds | Tried | Seen | Lost | Doubled | Result |\n| --- | --- | --- | ---: | --- | ---: | ---: | --- |\n")
	for _, r := range s.rows {
		tell(w, "| %d | %s | %s | %d | %s | %s | %s | %s |\n", r.part, r.what, r.holds, r.tried(), r.seen(), r.number("lost"), r.number("doubled"), r.result())
	}
	tell(w, "| | **In total** | | %d | | %d | %d | |\n\n", s.tried(), s.lost(), s.doubled())
	tell(w, "A dash: the row counts no applications; what it holds is a test's to say. What each row runs:\n\n")
	for _, r := range s.rows {
		tell(w, "- %s: `%s`\n", r.what, strings.Join(r.tests, "`, `"))
		for _, why := range r.skipped {
			tell(w, "  - not tried: %s\n", why)
		}
	}
	if len(s.lines) > 0 {
		tell(w, "\n## Measured on this machine, held against nothing\n\n```\n%s\n```\n", strings.Join(s.lines, "\n"))
	}
	tell(w, "\nlost %d doubled %d\n", s.lost(), s.doubled())
}

func (s *suite) tried() (n int) {
	for _, r := range s.rows {
		n += r.tried()
	}
	return n
}
