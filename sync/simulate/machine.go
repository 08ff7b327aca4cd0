package simulate

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/identity"
	"doorstep/sync/linktest"
	"doorstep/sync/uplink"
	"doorstep/sync/wire"
)

// machine is one terminal: its disk, its line and what will happen to it.
type machine struct {
	*fleet
	n       int
	key     civic.KeyID
	line    *linktest.Line
	random  *rand.Rand // of the plan alone
	oneIn   uint64     // of so many frames one meets a fate
	delay   time.Duration
	writes  atomic.Uint64
	jump    atomic.Int64  // of the clock, nanoseconds
	crashed chan struct{} // power went in the middle of a write

	// Of live's goroutine alone.
	disk   *linktest.Terminal
	image  *linktest.Terminal   // an old copy
	dead   []*linktest.Terminal // disks that the operator has not read yet
	clone  *machine
	before *linktest.Terminal // the disk before the last filing, where Rules.EarlyReceipt is broken
	visits int

	running atomic.Pointer[running] // nil while it is off
}

// running is a terminal's program from one start to its end.
type running struct {
	disk   *linktest.Terminal
	uplink *uplink.Uplink
	power  context.CancelFunc
	done   chan struct{}
}

// event is what happens to a machine, or to central, at some time of the storm.
type event struct {
	at time.Duration
	do func()
}

func newMachine(f *fleet, n int) *machine {
	m := &machine{fleet: f, n: n, disk: linktest.NewTerminal(), crashed: make(chan struct{}, 1)}
	place := wire.Welcome{
		Number: uint32(n + 1), Generation: 1, Point: fmt.Sprintf("p%d", n%10), Area: fmt.Sprintf("4401%02d", n%5),
	}
	f.central.Admit(hub.Terminal{
		Key: m.disk.Key.ID, PublicKey: m.disk.Key.Public(), Number: place.Number, Generation: 1, Point: place.Point, Area: place.Area,
	})
	if err := m.disk.Enrolled(context.Background(), place); err != nil {
		panic("bug: simulate: " + err.Error())
	}
	m.key = m.disk.Key.ID
	m.weather()
	return m
}

// weather gives the machine its line, which may be a poor one, and its dice.
func (m *machine) weather() {
	r := rand.New(rand.NewPCG(m.Seed, uint64(m.n)))
	m.random = r
	m.oneIn = 12 + r.Uint64N(70)
	m.delay = 5*time.Millisecond + time.Duration(r.Int64N(int64(200*time.Millisecond)))
	m.line = &linktest.Line{Serve: m.serve, Bandwidth: []int{0, 4 << 10, 64 << 10}[r.IntN(3)], Fate: m.fate, Delay: m.late}
}

var fates = []linktest.Fate{linktest.Lose, linktest.Cut, linktest.Late, linktest.Repeat, linktest.Silent}

var fateNames = map[linktest.Fate]string{
	linktest.Lose: "frame lost", linktest.Cut: "cut behind a frame", linktest.Late: "frame after the next session's",
	linktest.Repeat: "frame repeated", linktest.Silent: "line silent",
}

// handshake is how many frames of each direction a session begins with.
const handshake = 2

// fate decides what becomes of a frame and notes that it passed.
func (m *machine) fate(p linktest.Passing) linktest.Fate {
	fate := linktest.Deliver
	if m.stormy() {
		if r := m.roll(rollFate, uint64(m.n), passing(p)); r%m.oneIn == 0 {
			fate = fates[r>>32%uint64(len(fates))]
		}
		if fate == linktest.Repeat && p.N <= handshake {
			fate = linktest.Cut // each step of the handshake waits for the one before
		}
	}
	m.note(m.n, p, fate)
	return fate
}

// passing numbers a frame of a machine.
func passing(p linktest.Passing) uint64 {
	n := uint64(p.Session)<<33 | uint64(p.N)<<1
	if p.Up {
		n |= 1
	}
	return n
}

// note adds a frame to the trace and looks at what the protocol bounds.
func (f *fleet) note(machine int, p linktest.Passing, fate linktest.Fate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return
	}
	f.result.Frames++
	f.result.Trace += f.roll(uint64(time.Since(f.began)), uint64(machine), passing(p), uint64(wire.TypeOf(p.Frame)), uint64(fate))
	if fate != linktest.Deliver {
		f.result.Faults[fateNames[fate]]++
	}
	session := [2]int{machine, p.Session}
	if fate == linktest.Repeat {
		f.chunks[session] = -1 << 30 // an answer that comes twice is taken for that to the next chunk
	}
	switch e := p.Frame.(type) {
	case *wire.Chunk:
		if f.chunks[session]++; f.chunks[session] > 1 {
			f.result.Wrong = append(f.result.Wrong, fmt.Sprintf("terminal %d has %d chunks on the way", machine, f.chunks[session]))
		}
	case *wire.Need:
		f.chunks[session]--
	case *wire.Error:
		if e.About == wire.TypeChunk {
			f.chunks[session]--
		}
	}
}

// late gives every frame a delay of its own, so that no two arrive at one instant.
func (m *machine) late(p linktest.Passing) time.Duration {
	return m.delay + time.Duration(m.roll(rollDelay, uint64(m.n), passing(p))%uint64(50*time.Millisecond))
}

// at draws an instant of the storm.
func (m *machine) at(from, to time.Duration) time.Duration {
	return from + time.Duration(m.random.Int64N(int64(to-from)))
}

// plan is what happens to the machine, in order.
func (m *machine) plan() []event {
	var list []event
	add := func(at time.Duration, fault string, do func()) {
		list = append(list, event{at, func() {
			if fault != "" {
				m.count(fault)
			}
			do()
		}})
	}
	for range 2 + m.random.IntN(5) {
		sizes := make([]int, m.random.IntN(3))
		for i := range sizes {
			sizes[i] = 1 + m.random.IntN(30_000)
		}
		aside := m.random.IntN(8) == 0
		add(m.at(0, storm), "", func() { m.file(aside, sizes...) })
	}
	for range m.random.IntN(2) {
		away := m.at(0, 20*time.Second)
		add(m.at(0, storm), "terminal without power", func() { m.reboot(away) })
	}
	for range m.random.IntN(3) {
		by := time.Duration(m.random.Int64N(int64(60*365*24*time.Hour))) - 30*365*24*time.Hour
		add(m.at(0, storm), "clock jumped", func() { m.jump.Store(int64(by)) })
	}
	if m.random.IntN(2) == 0 {
		from := m.at(0, storm)
		add(from, "line down", func() { m.line.Down(true) })
		add(m.at(from+1, from+time.Minute), "", func() { m.line.Down(false) })
	}
	switch m.random.IntN(12) {
	case 0, 1:
		from := m.at(0, storm/2)
		back := m.at(from+1, storm-30*time.Second)
		add(from, "", func() { m.image = m.disk.Copy() })
		add(back, "terminal put back to an image", m.putBack)
		add(m.at(back+1, storm), "", m.visit)
	case 2:
		from := m.at(0, storm/2)
		add(from, "terminal copied", m.copyMachine)
		add(m.at(from+1, from+30*time.Second), "", func() {
			if m.clone != nil {
				m.clone.file(false)
			}
		})
		add(m.at(from+40*time.Second, storm), "", m.visit)
	}
	slices.SortFunc(list, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return list
}

// attention is how often the operator looks at a terminal.
const attention = 2 * time.Second

// live runs the machine until ctx ends.
func (m *machine) live(ctx context.Context) {
	plan := m.plan()
	m.mu.Lock()
	m.left += len(plan)
	m.mu.Unlock()
	sleep(ctx, time.Duration(m.roll(rollPlan, uint64(m.n))%uint64(5*time.Second)))
	m.on()
	defer m.off()
	for {
		next := attention
		if len(plan) > 0 {
			next = max(min(next, time.Until(m.began.Add(plan[0].at))), 1)
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-m.crashed:
			m.count("power lost while writing")
			m.reboot(m.at(0, 5*time.Second))
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
		for len(plan) > 0 && time.Since(m.began) >= plan[0].at {
			plan[0].do()
			plan = plan[1:]
			m.mu.Lock()
			m.left--
			m.mu.Unlock()
		}
		if m.running.Load().uplink.State().Reason == wire.CodeForked {
			m.visit()
		}
	}
}

// on starts the program over the disk, with nothing remembered.
func (m *machine) on() {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{disk: m.disk, power: cancel, done: make(chan struct{})}
	r.uplink = m.program(&disk{Terminal: m.disk, machine: m, power: cancel})
	m.running.Store(r)
	go func() {
		defer close(r.done)
		if err := r.uplink.Run(ctx); err != nil {
			m.wrong("terminal %d ended: %v", m.n, err)
		}
	}()
}

// off takes its power.
func (m *machine) off() {
	r := m.running.Swap(nil)
	r.power()
	<-r.done
	select {
	case <-m.crashed:
	default:
	}
}

func (m *machine) reboot(away time.Duration) {
	m.off()
	if m.before != nil {
		m.disk, m.before = m.before, nil
	}
	sleep(context.Background(), away+1)
	m.on()
}

func (m *machine) program(d *disk) *uplink.Uplink {
	u, err := uplink.New(uplink.Options{
		Dial: m.line.Dial, Key: d.Key, Keys: identity.NewKeyring(m.root),
		Journal: d, Papers: d, Shelf: d, Statuses: d, Site: d, Past: d, Boot: [16]byte(linktest.NewID()),
		Logger: slog.New(slog.DiscardHandler), Agent: "test",
		Clock: func() time.Time { return time.Now().Add(time.Duration(m.jump.Load())) },
		Random: func(bound time.Duration) time.Duration {
			return time.Duration(m.roll(rollWait, uint64(m.n), uint64(time.Since(m.began))) % uint64(bound))
		},
	})
	if err != nil {
		panic("bug: simulate: " + err.Error())
	}
	return u
}

// file takes in an application. One that is to be set aside says so by its first byte.
func (m *machine) file(aside bool, papers ...int) {
	if m.Rules.EarlyReceipt {
		m.before = m.disk.Copy()
	}
	e := &civic.Entry{Kind: civic.EntryApplication, ID: linktest.NewID(), Sealed: make([]byte, 64)}
	binary.BigEndian.PutUint64(e.Sealed[8:], m.roll(rollPlan, uint64(m.n)))
	if aside {
		e.Sealed[0] = 1
	}
	e.Evidence.Wall = time.Now().Add(time.Duration(m.jump.Load()))
	digest := m.disk.File(e, papers...)
	m.mu.Lock()
	m.filed = append(m.filed, filing{e.ID, digest, aside})
	m.mu.Unlock()
}

// judge is how central opens what file made.
func judge(e *civic.Entry) civic.Outcome {
	if e.Sealed[0] == 1 {
		return civic.OutcomeUnreadable
	}
	return civic.OutcomeCase
}

// putBack replaces the disk by the old image.
func (m *machine) putBack() {
	m.off()
	m.dead = append(m.dead, m.disk)
	m.disk, m.before = m.image, nil
	m.on()
}

// copyMachine starts a second machine from a copy of the disk, with the same key.
func (m *machine) copyMachine() {
	m.clone = &machine{fleet: m.fleet, n: m.n + 1000, key: m.key, disk: m.disk.Copy(), crashed: make(chan struct{}, 1)}
	m.clone.weather()
	m.clone.on()
}

// visit is the operator at the machine: a copy is switched off, disks that were replaced are read, and the terminal is
// enrolled anew.
func (m *machine) visit() {
	m.count("operator's visit")
	if c := m.clone; c != nil {
		c.off()
		m.dead, m.clone = append(m.dead, c.disk), nil
		c.line.Wait()
	}
	m.off()
	m.before = nil
	for _, d := range m.dead {
		m.disk.Recover(d)
	}
	m.dead = nil
	for range 20 {
		if m.enrol() == nil {
			break
		}
		sleep(context.Background(), 5*time.Second+time.Duration(m.n)*time.Millisecond)
	}
	m.on()
}

func (m *machine) enrol() error {
	m.visits++
	secret := identity.Secret(binary.BigEndian.AppendUint64(nil, m.roll(rollPlan, uint64(m.n), uint64(m.visits))|1))
	m.mu.Lock()
	m.central.Invite(hub.Enrolment{ID: fmt.Sprintf("%d-%d", m.n, m.visits), Secret: secret[:]})
	m.mu.Unlock()
	ctx := context.Background()
	conn, err := m.line.Dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = m.program(&disk{Terminal: m.disk, machine: m, power: func() {}, safe: true}).Enrol(ctx, conn, secret)
	return err
}
