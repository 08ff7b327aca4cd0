package boltstore

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
)

// boltOptions keep the freelist synced: without it a large file takes seconds to open on a small disk. The mapping
// is larger than the file will be for long, so that readers do not hold up a writer that has to map it again; the
// file itself grows by growStep, since all of it is read at the next start.
func boltOptions() *bolt.Options {
	return &bolt.Options{Timeout: time.Second, FreelistType: bolt.FreelistMapType, InitialMmapSize: 256 << 20, NoStatistics: true}
}

const growStep = 256 << 10

// openBolt opens a file that boltfile found sound, or makes a new one, and makes the buckets that are missing.
func openBolt(path string) (db *bolt.DB, err error) {
	err = guard(func() error {
		if db, err = bolt.Open(path, 0o600, boltOptions()); err != nil {
			return err
		}
		db.AllocSize = growStep
		return begin(db)
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", fileBolt, err)
	}
	return db, nil
}

// begin makes what is missing in the file; most times nothing is, and nothing is written.
func begin(db *bolt.DB) error {
	whole := true
	err := db.View(func(tx *bolt.Tx) error {
		for _, k := range buckets {
			whole = whole && tx.Bucket([]byte(k.name)) != nil
		}
		return nil
	})
	if err != nil || whole {
		return err
	}
	return db.Update(func(tx *bolt.Tx) error {
		for _, k := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(k.name)); err != nil {
				return err
			}
		}
		return metaBucket.save(tx, keySchema, uint32(schema))
	})
}

// guard calls do and turns what bbolt does about a broken file, a failed assertion or a fault in its mapping, into
// an error. Our own broken invariants still end the program.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if s, ok := p.(string); ok && strings.HasPrefix(s, "bug: ") {
			panic(p)
		}
		err = &civic.Error{Code: civic.Damaged, Key: "store.damaged", Err: fmt.Errorf("bbolt: %v", p)}
	}()
	return do()
}

// view reads in one transaction.
func (s *Store) view(do func(tx *bolt.Tx) error) error {
	return guard(func() error { return s.db.View(do) })
}

// The keys of the meta bucket.
var (
	keySchema  = []byte("schema")
	keyPlace   = []byte("place")
	keySync    = []byte("sync")
	keyCustody = []byte("custody")
	keySettled = []byte("settled")
	keyCursor  = []byte("cursor")
	keySeen    = []byte("seen")
	keyMissing = []byte("missing")
)

// putRow stores a row and everything that follows from it. before is the row it replaces, nil if it is new.
func putRow(tx *bolt.Tx, before, r *row) error {
	if before != nil && (before.Gen != r.Gen || before.Seq != r.Seq) {
		if err := orderBucket.delete(tx, orderKey(before.Gen, before.Seq)); err != nil {
			return err
		}
	}
	steps := []func() error{
		func() error { return entriesBucket.save(tx, r.ID[:], r) },
		func() error { return putOrder(tx, r) },
		func() error { return putCode(tx, r) },
		func() error { return list(tx, unshownBucket, r, r.unshown()) },
		func() error { return list(tx, damagedBucket, r, r.state() == civic.DamagedEntry) },
		func() error { return putUnsent(tx, before, r) },
		func() error { return dropPurged(tx, r) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// putOrder gives the row its seat, unless a void sits there for it.
func putOrder(tx *bolt.Tx, r *row) error {
	if r.Voided {
		return nil
	}
	return orderBucket.put(tx, orderKey(r.Gen, r.Seq), r.ID[:])
}

// putCode lists the row under its code. A void is for central; the code leads to what it stands for.
func putCode(tx *bolt.Tx, r *row) error {
	if r.Kind == civic.EntryVoid {
		return nil
	}
	return codesBucket.put(tx, codeKey(r.Code, r.N), r.ID[:])
}

// list puts the row on a list, or takes it off.
func list(tx *bolt.Tx, k bucket, r *row, on bool) error {
	if on {
		return k.put(tx, numberKey(r.N), r.ID[:])
	}
	return k.delete(tx, numberKey(r.N))
}

func putUnsent(tx *bolt.Tx, before, r *row) error {
	if before != nil {
		for i := range before.Papers {
			if err := unsentBucket.delete(tx, paperKey(before.N, i)); err != nil {
				return err
			}
		}
	}
	for i, p := range r.Papers {
		if p.Sent || p.Lost || r.Damaged || r.Purged != 0 {
			continue
		}
		if err := unsentBucket.put(tx, paperKey(r.N, i), append(r.ID[:], p.Digest[:]...)); err != nil {
			return err
		}
	}
	return nil
}

// dropPurged lets the bytes of a purged entry go.
func dropPurged(tx *bolt.Tx, r *row) error {
	if r.Purged == 0 {
		return nil
	}
	if err := bodiesBucket.delete(tx, r.ID[:]); err != nil {
		return err
	}
	return receiptsBucket.delete(tx, r.ID[:])
}

// putEntry stores an entry record: its row, its bytes and its receipt.
func putEntry(tx *bolt.Tx, before *row, e *entryRecord) error {
	if err := putRow(tx, before, &e.Row); err != nil {
		return err
	}
	if err := bodiesBucket.save(tx, e.Row.ID[:], e.Body); err != nil {
		return err
	}
	if e.Receipt == nil {
		return nil
	}
	return receiptsBucket.put(tx, e.Row.ID[:], e.Receipt)
}

// getRow returns the row of an entry, nil if there is none.
func getRow(tx *bolt.Tx, id civic.EntryID) (*row, error) {
	var r row
	ok, err := entriesBucket.load(tx, id[:], &r)
	if err != nil || !ok {
		return nil, err
	}
	return &r, nil
}

// rowAt returns the row at a place in the journal, nil if there is none.
func rowAt(tx *bolt.Tx, gen uint32, seq uint64) (*row, error) {
	id, err := orderBucket.get(tx, orderKey(gen, seq))
	if err != nil || len(id) != len(civic.EntryID{}) {
		return nil, err
	}
	return getRow(tx, civic.EntryID(id))
}
