package boltstore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"doorstep/sync/civic"
)

// journal is the append-only half: segment files of records. It is used by whoever has the turn.
type journal struct {
	disk  disk
	dir   string
	limit int64

	f       *os.File // the segment being written; nil before the first append
	number  uint64   // of that segment, or of the last one found
	size    int64    // where the next record goes
	abandon bool     // the disk failed in this segment: the next append begins another
	undone  []uint64 // entry records that could not be cut off again, by N
}

// append adds records in one write, and syncs them if they are to be durable on return. After a failure nothing of b
// counts: it is cut off, or, where even that fails, entries names the records that the next segment calls undone. A
// failed sync may have dropped pages that a later sync would call clean, so the segment is left in either case.
func (j *journal) append(b []byte, sync bool, entries []uint64) error {
	if err := j.ready(int64(len(b))); err != nil {
		return err
	}
	err := j.disk.writeAt("journal:append", j.f, b, j.size)
	if err == nil && sync {
		err = j.disk.sync("journal:sync", j.f)
	}
	if err == nil {
		j.size += int64(len(b))
		return nil
	}
	j.abandon = true
	if j.cut() != nil {
		j.undone = append(j.undone, entries...)
	}
	return fmt.Errorf("append to journal: %w", err)
}

// cut takes off what an append that failed left behind.
func (j *journal) cut() error {
	if err := j.disk.truncate("journal:truncate", j.f, j.size); err != nil {
		return err
	}
	return j.disk.sync("journal:truncate:sync", j.f)
}

// ready makes sure that there is a segment with room.
func (j *journal) ready(n int64) error {
	if j.f != nil && !j.abandon && (j.size+n <= j.limit || j.size == int64(fileHeader)) {
		return nil
	}
	return j.rotate()
}

// rotate closes the segment and begins the next one. The name is durable before anything is written under it.
func (j *journal) rotate() error {
	first := header()
	if len(j.undone) > 0 && j.cut() == nil {
		j.undone = nil
	}
	if len(j.undone) > 0 {
		b, err := encode(undone{j.undone})
		if err != nil {
			return err
		}
		first = appendRecord(first, recordUndone, b)
	}
	if j.f != nil && !j.abandon {
		// Row records need no sync of their own; here they get theirs.
		if err := j.disk.sync("journal:finish", j.f); err != nil {
			j.abandon = true
			return fmt.Errorf("close segment: %w", err)
		}
	}
	path := j.path(j.number + 1)
	if err := j.disk.replace("journal:rotate", path, first); err != nil {
		return fmt.Errorf("begin segment: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("begin segment: %w", err)
	}
	j.close()
	j.f, j.number, j.size, j.abandon, j.undone = f, j.number+1, int64(len(first)), false, nil
	return nil
}

func (j *journal) close() {
	if j.f != nil {
		_ = j.f.Close()
		j.f = nil
	}
}

const segmentSuffix = ".seg"

func (j *journal) path(number uint64) string {
	return filepath.Join(j.dir, fmt.Sprintf("%010d%s", number, segmentSuffix))
}

// segments returns the numbers of the segments there are, in order.
func (j *journal) segments() ([]uint64, error) {
	names, err := os.ReadDir(j.dir)
	if err != nil {
		return nil, fmt.Errorf("list journal: %w", err)
	}
	var list []uint64
	for _, e := range names {
		stem, ok := strings.CutSuffix(e.Name(), segmentSuffix)
		n, err := strconv.ParseUint(stem, 10, 64)
		if ok && err == nil && e.Type().IsRegular() {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list, nil
}

// resume goes on writing at the end of a segment that was read whole.
func (j *journal) resume(number uint64, size int64) error {
	f, err := os.OpenFile(j.path(number), os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open segment: %w", err)
	}
	j.f, j.number, j.size = f, number, size
	return nil
}

// each reads every record of every segment and calls do until it returns false. A segment that cannot be read holds
// nothing; who must know that has read the segment itself.
func (j *journal) each(do func(segment uint64, r record) bool) error {
	list, err := j.segments()
	if err != nil {
		return err
	}
	for _, n := range list {
		b, err := os.ReadFile(j.path(n))
		if err != nil {
			continue
		}
		for _, r := range readRecords(b).records {
			if !do(n, r) {
				return nil
			}
		}
	}
	return nil
}

// find reads an entry out of the segments, nil if none has it. It is slow, for the case that bbolt's copy is bad.
func (j *journal) find(id civic.EntryID) *entryRecord {
	var found *entryRecord
	_ = j.each(func(_ uint64, r record) bool {
		e := new(entryRecord)
		if r.kind == recordEntry && decode(r.payload, e) == nil && e.Row.ID == id {
			found = e
		}
		return true
	})
	return found
}
