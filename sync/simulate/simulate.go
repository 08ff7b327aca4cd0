// Package simulate runs a central and a fleet of terminals through hours in which everything goes wrong at once, in
// virtual time and from one seed. [Run] does one such run and tells what was broken afterwards.
//
// Both halves are the real ones, hub and uplink, over linktest's lines and its stores in memory. While the storm lasts,
// frames are lost, late and repeated; lines go down; terminals and central lose power in the middle of a write;
// machines are put back to an old image or copied; central is put back to its backup; clocks jump; applications are
// taken in and editions published all the while. An operator enrols a terminal anew when it says that its journal is
// forked, and reads the disk of a machine that was replaced. Then the weather clears, and after a while every
// application must be one case or one thing set aside, and every terminal must have what was published for it.
//
// What goes wrong is a function of the seed, the terminal, and how many frames, writes and sessions it has had; no two
// things happen at the same instant. So the same seed gives the same run, frame by frame but for what the scheduler
// picks first of one instant: [Result.Trace] tells.
//
// Frames of one connection are never put out of order: that is the transport's promise (wire.Conn). What is late
// arrives behind the frames of later sessions. It is for tests alone.
package simulate

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/wire"
)

// Options say what one run is.
type Options struct {
	Seed      uint64
	Terminals int // 50
	Rules     Rules
	Sample    func() // called before the fleet is taken down, when all is in step; may be nil
}

// Rules are those that a run may break on purpose, to see that it finds it.
type Rules struct {
	linktest.Rules
	CursorFirst  bool // a terminal stores how far it is before what it was sent
	EarlyReceipt bool // a terminal thanks before the entry is safe: a power cut takes the last one along
}

// Result is what a run came to.
type Result struct {
	TakenIn, Cases, Aside int
	Lost, Doubled         int
	MissingPapers         int // of which central has not every byte
	Editions              int
	Sessions, Frames      int
	Faults                map[string]int
	Lasted                time.Duration
	Trace                 uint64   // of every frame: when, whose, what and its fate
	Wrong                 []string // what was broken, in words; empty if nothing
}

const (
	storm = 2 * time.Minute // how long things go wrong
	limit = 6 * time.Hour   // for everything to be in step again
)

// fleet is one run.
type fleet struct {
	Options
	began    time.Time
	machines []*machine
	crashed  chan struct{} // central lost power in the middle of a write
	root     identity.Fingerprint

	mu      sync.Mutex // guards all below
	central *linktest.Central
	backup  *linktest.Central
	hub     *hub.Hub           // nil while central is down
	process context.Context    // of the hub's program
	kill    context.CancelFunc // ends it with every session
	filed   []filing
	left    int  // events that have not happened yet
	over    bool // all is in step, or will never be
	result  Result
	chunks  map[[2]int]int // by machine and session: sent less answered
}

// filing is one application that a terminal took in.
type filing struct {
	id     civic.EntryID
	digest civic.Digest
	aside  bool
}

// Run does one run. It is called in a synctest bubble.
func Run(o Options) Result {
	if o.Terminals <= 0 {
		o.Terminals = 50
	}
	f := &fleet{
		Options: o, began: time.Now(), crashed: make(chan struct{}, 1), chunks: map[[2]int]int{},
		result: Result{Faults: map[string]int{}},
	}
	f.central = linktest.NewCentral()
	f.central.Rules, f.central.Judge = o.Rules.Rules, judge
	f.backup = f.central.Copy()
	f.root = identity.FingerprintOf(f.central.Root.Public())
	f.open()
	for n := range o.Terminals {
		f.machines = append(f.machines, newMachine(f, n))
	}
	ctx, cancel := context.WithCancel(context.Background())
	var live sync.WaitGroup
	for _, m := range f.machines {
		live.Go(func() { m.live(ctx) })
	}
	live.Go(func() { f.live(ctx) })
	f.settle()
	f.mu.Lock()
	f.over = true
	f.mu.Unlock()
	if o.Sample != nil {
		o.Sample()
	}
	cancel()
	live.Wait()
	f.close()
	f.check()
	f.result.Lasted = time.Since(f.began)
	return f.result
}

// settle waits until everything is in step.
func (f *fleet) settle() {
	var done int // machines in step: nothing happens to them any more
	for time.Since(f.began) < limit {
		sleep(context.Background(), time.Second)
		if f.remaining() > 0 || f.stormy() {
			continue
		}
		for done < len(f.machines) && f.machines[done].inStep() {
			done++
		}
		if done == len(f.machines) {
			return
		}
	}
	for _, m := range f.machines[done:] {
		if !m.inStep() {
			f.wrong("terminal %d is not in step: %s", m.n, m.report())
		}
	}
}

func (f *fleet) remaining() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left
}

// open starts a hub over the present store, as central's process does.
func (f *fleet) open() {
	c := f.central
	book := &ledger{Central: c, fleet: f}
	h, err := hub.New(hub.Options{
		Registrar: c, Intake: book, Papers: book, Bulletin: c, Enquiry: c, Signer: c.Sign, Store: c.Store,
		Logger: slog.New(slog.DiscardHandler), Limits: hub.Limits{Handshakes: 16, Inbox: 64 << 10},
		Random: func(bound time.Duration) time.Duration {
			return time.Duration(f.roll(rollWait, uint64(time.Since(f.began))) % uint64(bound))
		},
	})
	if err != nil {
		panic("bug: simulate: " + err.Error())
	}
	f.hub = h
	f.process, f.kill = context.WithCancel(context.Background())
}

// serve is central's end of every line.
func (f *fleet) serve(ctx context.Context, conn wire.Conn) {
	f.mu.Lock()
	h, process := f.hub, f.process
	f.mu.Unlock()
	if h == nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(process, cancel)()
	_ = h.Serve(ctx, conn)
	if n := len(h.Sessions()); n > f.Terminals {
		f.wrong("%d sessions for %d terminals", n, f.Terminals)
	}
}

// close takes the fleet down; every machine is off already.
func (f *fleet) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := f.hub.Close(ctx); err != nil {
		f.wrong("central does not end: %v", err)
	}
	f.kill()
	for _, m := range f.machines {
		m.line.Wait()
		f.result.Sessions += m.line.Sessions()
	}
}

func (f *fleet) stormy() bool { return time.Since(f.began) < storm }

func (f *fleet) wrong(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.result.Wrong) < 20 {
		f.result.Wrong = append(f.result.Wrong, fmt.Sprintf(format, args...))
	}
}

func (f *fleet) count(fault string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.result.Faults[fault]++
}

// What a roll of the dice is for: two rolls with the same numbers for different ends are independent.
const (
	rollFate = iota + 1
	rollDelay
	rollWait
	rollWrite
	rollTake
	rollPlan
)

// roll gives the number that the seed has for a place in the run.
func (f *fleet) roll(what ...uint64) uint64 {
	h := fnv.New64a()
	b := binary.LittleEndian.AppendUint64(nil, f.Seed)
	for _, n := range what {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	_, _ = h.Write(b)
	x := h.Sum64() // FNV's low bits alone are weak
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}

// sleep reports false where ctx ended before d was over.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
