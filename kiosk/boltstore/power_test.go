package boltstore_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestPowerLost replays what a program at work asked of the disk, up to a random point, on a disk that does no more
// than it must: of what was not synced, writes are lost, kept or torn at 512 bytes, and names are as they were at
// some moment since their directory was synced. Every entry acknowledged before that point must be there.
func TestPowerLost(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("SKIPPED: strace is needed to record what a program writes: apt-get install strace")
	}
	points := rounds(400)
	c := newCrash(t)
	before := filepath.Join(t.TempDir(), "before")
	copyDir(t, c.m.opts.Dir, before)
	ops := record(t, c, 120)
	disk := c.m.opts.Dir
	acknowledged := 0
	for i := range points {
		random := rand.New(rand.NewPCG(uint64(i), 11))
		cut := random.IntN(len(ops) + 1)
		c.papers, c.shown = map[string][]string{}, map[string]bool{}
		c.m.opts.Dir = filepath.Join(t.TempDir(), "after")
		d := newPlatter(t, before, disk)
		for _, op := range ops[:cut] {
			if op.call == "say" {
				c.heard(string(op.data))
				continue
			}
			d.do(op)
		}
		d.fail(t, random, c.m.opts.Dir)
		c.check(t, torn)
		acknowledged += len(c.papers)
		if err := os.RemoveAll(c.m.opts.Dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("figures tried=%d calls-recorded=%d receipts-checked=%d", points, len(ops), acknowledged)
}

// op is one call of the recorded program.
type op struct {
	call   string
	fd     int
	path   string // or the new name
	from   string // the old name
	flags  string
	off    int64
	data   []byte
	result int64
	start  int // line at which the call began
}

// record runs a victim under strace and returns its calls in the order they ended.
func record(t *testing.T, c *crash, count int) []op {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command("strace", "-f", "-o", trace, "-xx", "-s", "4000000", "-e", "signal=none",
		"-e", "trace=openat,write,pwrite64,fdatasync,fsync,ftruncate,renameat,unlinkat,linkat,close", os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), envDir+"="+c.m.opts.Dir, envSeed+"="+c.seed, envCount+"="+strconv.Itoa(count), envLabel+"=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: strace: %v: %.200s", err, out)
	}
	b, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	var ops []op
	begun := map[string]string{}
	started := map[string]int{}
	resumed := regexp.MustCompile(`^<\.\.\. \w+ resumed>\s?`)
	for n, line := range strings.Split(string(b), "\n") {
		pid, rest, ok := strings.Cut(line, " ")
		rest = strings.TrimLeft(rest, " ")
		if !ok {
			continue
		}
		start := n
		if head, unfinished := strings.CutSuffix(rest, " <unfinished ...>"); unfinished {
			begun[pid], started[pid] = head, n
			if strings.HasPrefix(head, "close(") {
				// Its number is free from here on: another thread may be given it before the call has ended.
				begun[pid], rest = "", head+") = 0"
			} else {
				continue
			}
		}
		if at := resumed.FindStringIndex(rest); at != nil {
			rest, start = begun[pid]+rest[at[1]:], started[pid]
		}
		if o, ok := parse(rest); ok {
			o.start = start
			ops = append(ops, o)
		}
	}
	return ops
}

var callPattern = regexp.MustCompile(`^(\w+)\((.*)\)\s+= (-?\d+)`)

// parse reads one finished call; those that failed or do not matter are left out.
func parse(line string) (o op, ok bool) {
	m := callPattern.FindStringSubmatch(line)
	if m == nil || strings.HasPrefix(m[3], "-") {
		return o, false
	}
	args := strings.Split(m[2], ", ")
	o.call = m[1]
	o.result, _ = strconv.ParseInt(m[3], 10, 64)
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(args[i], 10, 64)
		return n
	}
	switch o.call {
	case "openat":
		o.path, o.flags = string(unhex(args[1])), args[2]
	case "pwrite64":
		o.fd, o.data, o.off = int(number(0)), unhex(args[1]), number(3)
		o.data = o.data[:o.result]
	case "write":
		if number(0) != 1 {
			return o, false
		}
		o.call, o.data = "say", unhex(args[1])
		return o, strings.HasPrefix(string(o.data), "taken ") || strings.HasPrefix(string(o.data), "shown ")
	case "ftruncate":
		o.fd, o.off = int(number(0)), number(1)
	case "fdatasync", "fsync", "close":
		o.fd = int(number(0))
	case "renameat", "linkat":
		o.from, o.path = string(unhex(args[1])), string(unhex(args[3]))
	case "unlinkat":
		o.path = string(unhex(args[1]))
	}
	return o, true
}

// unhex reads a string of \x escapes in quotes.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(s, `"`), `\x`, ""))
	if err != nil {
		panic("bug: trace: " + err.Error())
	}
	return b
}

// platter is a disk that keeps apart what is durable and what only was asked for.
type platter struct {
	root    string
	now     map[string]*inode // names as the program sees them
	durable map[string]*inode // names that survive
	pending map[string][]op   // by directory: changes of names since it was synced
	fds     map[int]*inode
	dirs    map[int]string
}

type inode struct {
	path    string // under which it was opened last
	content []byte
	pending []op
}

// newPlatter begins with the files of a directory, all durable, under the names the program will use.
func newPlatter(t *testing.T, from, root string) *platter {
	t.Helper()
	d := &platter{
		root: root, now: map[string]*inode{}, durable: map[string]*inode{}, pending: map[string][]op{},
		fds: map[int]*inode{}, dirs: map[int]string{},
	}
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(from, path)
		node := &inode{content: b}
		d.now[filepath.Join(root, rel)], d.durable[filepath.Join(root, rel)] = node, node
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *platter) do(o op) {
	switch o.call {
	case "openat":
		d.open(o)
	case "close":
		delete(d.fds, o.fd)
		delete(d.dirs, o.fd)
	case "pwrite64", "ftruncate":
		if n := d.fds[o.fd]; n != nil {
			n.pending = append(n.pending, o)
		}
	case "fdatasync", "fsync":
		if n := d.fds[o.fd]; n != nil {
			n.sync(o.start)
		} else if dir, ok := d.dirs[o.fd]; ok {
			for _, p := range d.pending[dir] {
				d.name(p)
			}
			d.pending[dir] = nil
		}
	case "renameat", "linkat", "unlinkat":
		if !strings.HasPrefix(o.path, d.root) {
			return
		}
		if o.call == "unlinkat" {
			delete(d.now, o.path)
		} else {
			d.now[o.path] = d.now[o.from]
			if o.call == "renameat" {
				delete(d.now, o.from)
			}
		}
		d.pending[filepath.Dir(o.path)] = append(d.pending[filepath.Dir(o.path)], o)
	}
}

func (d *platter) open(o op) {
	if !strings.HasPrefix(o.path, d.root) {
		return
	}
	n := d.now[o.path]
	switch {
	case n == nil && !strings.Contains(o.flags, "O_CREAT"):
		d.dirs[int(o.result)] = filepath.Clean(o.path)
		return
	case n == nil:
		n = &inode{}
		d.now[o.path] = n
		dir := filepath.Dir(o.path)
		d.pending[dir] = append(d.pending[dir], op{call: "create", path: o.path})
		// The name leads to this inode, whatever the name leads to later.
		d.pending[dir][len(d.pending[dir])-1].fd = d.remember(n)
	case strings.Contains(o.flags, "O_TRUNC"):
		n.pending = append(n.pending, op{call: "ftruncate", start: o.start})
	}
	n.path = o.path
	d.fds[int(o.result)] = n
}

// remember gives an inode a number that no descriptor has.
func (d *platter) remember(n *inode) int {
	id := -1 - len(d.fds)
	for d.fds[id] != nil {
		id--
	}
	d.fds[id] = n
	return id
}

// name makes one change of names durable.
func (d *platter) name(o op) {
	switch o.call {
	case "create":
		d.durable[o.path] = d.fds[o.fd]
	case "unlinkat":
		delete(d.durable, o.path)
	case "renameat", "linkat":
		if n := d.durable[o.from]; n != nil {
			d.durable[o.path] = n
		}
		if o.call == "renameat" {
			delete(d.durable, o.from)
		}
	}
}

// sync makes durable what was written before the call began.
func (n *inode) sync(start int) {
	var rest []op
	for _, o := range n.pending {
		if o.start < start {
			n.apply(o, nil)
		} else {
			rest = append(rest, o)
		}
	}
	n.pending = rest
}

// apply changes the content; with a source of chance only some sectors of it.
func (n *inode) apply(o op, random *rand.Rand) {
	if o.call == "ftruncate" {
		kept := n.content[:min(o.off, int64(len(n.content)))]
		n.content = append(kept[:len(kept):len(kept)], make([]byte, o.off-int64(len(kept)))...)
		return
	}
	if end := o.off + int64(len(o.data)); end > int64(len(n.content)) {
		n.content = append(n.content, make([]byte, end-int64(len(n.content)))...)
	}
	for at := 0; at < len(o.data); {
		step := min(512-int(o.off+int64(at))%512, len(o.data)-at)
		if random == nil || random.IntN(2) == 0 {
			copy(n.content[o.off+int64(at):], o.data[at:at+step])
		}
		at += step
	}
}

// fail ends the power and writes what is left to a directory.
func (d *platter) fail(t *testing.T, random *rand.Rand, to string) {
	t.Helper()
	for _, dir := range slices.Sorted(maps.Keys(d.pending)) {
		list := d.pending[dir]
		for _, o := range list[:random.IntN(len(list)+1)] {
			d.name(o)
		}
	}
	done := map[*inode]bool{}
	for _, path := range slices.Sorted(maps.Keys(d.durable)) {
		n := d.durable[path]
		if n == nil {
			continue
		}
		if !done[n] {
			done[n] = true
			n.lose(random)
		}
		rel, err := filepath.Rel(d.root, path)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, rel), n.content, 0o600)
		}
		if err != nil {
			t.Fatal(errors.Join(fmt.Errorf("write %s", rel), err))
		}
	}
}

// lose decides over each write that was not synced.
func (n *inode) lose(random *rand.Rand) {
	for _, o := range n.pending {
		switch random.IntN(3) {
		case 0:
			n.apply(o, nil)
		case 1:
			n.apply(o, random)
		}
	}
}
