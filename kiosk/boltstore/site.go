package boltstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Place is where the terminal stands in the fleet, as central said when it was enrolled.
type Place struct {
	Number     uint32 // terminal number of the generation
	Generation uint32
	Point      string
	PointName  string
	Area       string
}

// identity is what is known of a terminal even when all else is lost: that it is not a new one.
type identity struct {
	Number     uint32 `cbor:"1,keyasint"`
	Generation uint32 `cbor:"2,keyasint"`
	Point      string `cbor:"3,keyasint"`
	PointName  string `cbor:"4,keyasint,omitempty"`
	Area       string `cbor:"5,keyasint"`
	Lost       uint32 `cbor:"6,keyasint,omitempty"` // the last generation whose chain was lost: it may not go on
}

// chainGeneration is the generation in which new entries are chained: none is left of a lost one.
func (i identity) chainGeneration() uint32 {
	if i.Lost >= i.Generation {
		return 0
	}
	return i.Generation
}

// Place returns where the terminal stands; NotFound before it is enrolled.
func (s *Store) Place(ctx context.Context) (Place, error) {
	if err := ctx.Err(); err != nil {
		return Place{}, err
	}
	i := s.who()
	if i.Number == 0 {
		return Place{}, civic.Refuse(civic.NotFound, "place", "store.unenrolled")
	}
	return Place{Number: i.Number, Generation: i.Generation, Point: i.Point, PointName: i.PointName, Area: i.Area}, nil
}

// Enrolled stores the place that central gave. A new generation begins a new chain: everything that central has not
// settled is chained again in it, in the order it was taken in. A generation whose chain was lost here cannot go
// on, since central would take the new chain for a fork: that is wire.CodeForked, and the terminal must be enrolled
// under a new one.
func (s *Store) Enrolled(ctx context.Context, w wire.Welcome) error {
	now := s.who()
	if w.Generation <= now.Lost || w.Generation < now.Generation {
		return &civic.Error{Code: wire.CodeForked, Field: "generation", Key: "store.generation"}
	}
	next := identity{
		Number: w.Number, Generation: w.Generation, Point: w.Point, PointName: w.PointName, Area: w.Area, Lost: now.Lost,
	}
	if next == now {
		return ctx.Err()
	}
	err := s.commit(ctx, 4096, func(b *batch) error {
		payload, err := encode(next)
		if err != nil {
			return err
		}
		b.records = appendRecord(b.records, recordIdentity, payload)
		b.touched++
		if err := metaBucket.put(b.tx, keyPlace, payload); err != nil {
			return err
		}
		b.after = append(b.after, func() { s.setIdentity(next) })
		if next.chainGeneration() == b.head.Generation {
			return nil
		}
		b.after = append(b.after, s.raiseOutgoing)
		return s.rechain(b, next)
	})
	if err != nil {
		return err
	}
	// bbolt is read first at the next start, so a crash before this line loses nothing.
	return s.exclusive(func() error { return s.saveIdentity(next) })
}

func (s *Store) setIdentity(i identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity = i
}

func (s *Store) saveIdentity(i identity) error {
	payload, err := encode(i)
	if err != nil {
		return err
	}
	b := appendRecord(header(), recordIdentity, payload)
	if err := s.disk.replace("identity", s.path(fileIdentity), b); err != nil {
		return refuse("save identity", err)
	}
	return nil
}

// readIdentity returns nil where there is no file, or none that can be read.
func readIdentity(path string) (i *identity, newer bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read identity: %w", err)
	}
	c := readRecords(b)
	for _, r := range c.records {
		v := new(identity)
		if r.kind == recordIdentity && decode(r.payload, v) == nil {
			i = v
		}
	}
	return i, c.newer, nil
}

// rechain begins the chain of a new generation with everything that is not settled.
func (s *Store) rechain(b *batch, next identity) error {
	var list []*row
	err := entriesBucket.each(b.tx, nil, func(_, payload []byte) (bool, error) {
		r := new(row)
		if err := decode(payload, r); err != nil {
			return false, err
		}
		if r.owing() || (r.Damaged && !r.Voided && r.Purged == 0) {
			list = append(list, r)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(x, y *row) int { return int(int64(x.N) - int64(y.N)) })
	b.head = wire.Head{Generation: next.chainGeneration()}
	b.sync = true
	for _, r := range list {
		if r.Damaged {
			err = s.void(b, r, next.Number)
		} else {
			err = b.move(s, r)
		}
		if err != nil {
			return err
		}
	}
	return metaBucket.save(b.tx, keySettled, settledRow{Gen: b.head.Generation})
}

// move chains a row again after the head.
func (b *batch) move(s *Store, r *row) error {
	before := *r
	if err := b.place(s.opts.Signer, r); err != nil {
		return err
	}
	b.sync = true
	return b.changeRow(&before, r)
}

// syncRow is what is known of central's clock.
type syncRow struct {
	Boot   [16]byte `cbor:"1,keyasint"`
	Mono   int64    `cbor:"2,keyasint"`
	Time   int64    `cbor:"3,keyasint"`
	Offset int64    `cbor:"4,keyasint"` // nanoseconds
}

// Synchronised stores central's clock against this machine's, for the evidence of later entries.
func (s *Store) Synchronised(ctx context.Context, central time.Time) error {
	e := s.opts.Clock()
	r := syncRow{Boot: e.Boot, Mono: int64(e.Mono), Time: central.UnixMilli(), Offset: int64(e.Wall.Sub(central))}
	return s.commit(ctx, 256, func(b *batch) error {
		b.touched++
		return metaBucket.save(b.tx, keySync, r)
	})
}

// LastSync returns what the terminal knows of central's clock: the Sync fields of an Evidence, zero if it never
// heard it.
func (s *Store) LastSync(ctx context.Context) (civic.Evidence, error) {
	if err := ctx.Err(); err != nil {
		return civic.Evidence{}, err
	}
	var e civic.Evidence
	err := s.view(func(tx *bolt.Tx) (err error) {
		e, err = lastSync(tx)
		return err
	})
	return e, err
}

func lastSync(tx *bolt.Tx) (civic.Evidence, error) {
	var r syncRow
	if ok, err := metaBucket.load(tx, keySync, &r); err != nil || !ok {
		return civic.Evidence{}, err
	}
	return civic.Evidence{
		SyncBoot: r.Boot, SyncMono: time.Duration(r.Mono), SyncTime: instant(r.Time), SyncOffset: time.Duration(r.Offset),
	}, nil
}

// Telemetry returns what the operator is to see of the store. The agent adds printer and version.
func (s *Store) Telemetry(ctx context.Context) (wire.Telemetry, error) {
	q, err := s.Waiting(ctx)
	if err != nil {
		return wire.Telemetry{}, err
	}
	t := wire.Telemetry{Queue: uint64(q.Entries), Oldest: millis(q.Oldest)}
	if t.Free, err = s.Free(ctx); err != nil {
		return t, err
	}
	lost, err := s.Lost(ctx, math.MaxInt)
	if err != nil {
		return t, err
	}
	t.Lost = uint64(len(lost))
	err = s.view(func(tx *bolt.Tx) error {
		e, err := lastSync(tx)
		if err != nil {
			return err
		}
		t.Offset = e.SyncOffset.Milliseconds()
		t.Unshown = uint64(tx.Bucket([]byte(unshownBucket.name)).Stats().KeyN)
		t.Damaged = uint64(tx.Bucket([]byte(damagedBucket.name)).Stats().KeyN)
		return nil
	})
	return t, err
}
