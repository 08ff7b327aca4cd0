package boltfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
)

const (
	pageHeader   = 16
	elementSize  = 16
	boltMagic    = 0xED0CDAED
	boltVersion  = 2
	metaSize     = 64
	noFreelist   = ^uint64(0)
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01
	maxPageSize  = 64 << 10
	maxBad       = 64 // elements out of the file before a page counts as none
)

// file is the bytes of a bbolt file under inspection.
type file struct {
	b        []byte
	pageSize uint64
	meta     meta
	seen     map[uint64]bool // pages accounted for
}

// meta is the part of a meta page that leads to everything else.
type meta struct {
	pageSize uint32
	root     uint64
	freelist uint64
	pages    uint64 // high-water mark
	txid     uint64
}

// element is one key and value of a leaf.
type element struct {
	key, value []byte
	bucket     bool
}

// Inspect checks the whole file b and calls visit with each key and value of each top-level bucket; what visit returns
// ends it. The slices are parts of b. Nil means that bbolt can open the file and write to it without harm.
func Inspect(b []byte, visit func(name string, key, value []byte) error) error {
	f := &file{b: b, seen: map[uint64]bool{0: true, 1: true}}
	if err := f.readMeta(); err != nil {
		return err
	}
	if f.meta.pages > uint64(len(b))/f.pageSize {
		return fmt.Errorf("file ends at %d of %d pages", uint64(len(b))/f.pageSize, f.meta.pages)
	}
	err := f.walk(f.meta.root, nil, nil, func(e element) error {
		if !e.bucket {
			return errors.New("value outside a bucket")
		}
		return f.walkBucket(string(e.key), e.value, visit)
	})
	if err != nil {
		return err
	}
	return f.checkFree()
}

// readMeta takes the later of the valid metas. Both must be valid: bbolt writes one at a time, so that a power
// failure can tear one, and then the other, older one, is the last commit; that is found here as one damaged meta
// whose number is the higher. A file is sound if the older alone leads to a whole tree.
func (f *file) readMeta() error {
	size := uint64(4096)
	m0, ok0 := parseMeta(f.b, 0)
	if ok0 {
		size = uint64(m0.pageSize)
	}
	var m1 meta
	ok1 := false
	for ; size <= maxPageSize && !ok1; size *= 2 {
		if m1, ok1 = parseMeta(f.b, size); ok0 || (ok1 && uint64(m1.pageSize) == size) {
			break
		}
		ok1 = false
	}
	switch {
	case ok0 && (!ok1 || m0.txid > m1.txid):
		f.meta = m0
	case ok1:
		f.meta = m1
	default:
		return errors.New("no valid meta page")
	}
	f.pageSize = uint64(f.meta.pageSize)
	if f.pageSize < 512 || f.pageSize > maxPageSize || f.pageSize&(f.pageSize-1) != 0 {
		return fmt.Errorf("page size %d", f.pageSize)
	}
	return nil
}

func parseMeta(b []byte, off uint64) (m meta, ok bool) {
	if uint64(len(b)) < off+pageHeader+metaSize {
		return m, false
	}
	p := b[off+pageHeader : off+pageHeader+metaSize]
	sum := fnv.New64a()
	_, _ = sum.Write(p[:metaSize-8])
	le := binary.LittleEndian
	if le.Uint32(p) != boltMagic || le.Uint32(p[4:]) != boltVersion || le.Uint64(p[56:]) != sum.Sum64() {
		return m, false
	}
	return meta{
		pageSize: le.Uint32(p[8:]), root: le.Uint64(p[16:]), freelist: le.Uint64(p[32:]),
		pages: le.Uint64(p[40:]), txid: le.Uint64(p[48:]),
	}, true
}

// page returns a page with its overflow and counts it as used.
func (f *file) page(id uint64) ([]byte, error) {
	if id < 2 || id >= f.meta.pages {
		return nil, fmt.Errorf("page %d out of range", id)
	}
	start := id * f.pageSize
	le := binary.LittleEndian
	overflow := uint64(le.Uint32(f.b[start+12:]))
	if le.Uint64(f.b[start:]) != id || overflow >= f.meta.pages-id {
		return nil, fmt.Errorf("page %d has a wrong header", id)
	}
	for n := id; n <= id+overflow; n++ {
		if f.seen[n] {
			return nil, fmt.Errorf("page %d is used twice", n)
		}
		f.seen[n] = true
	}
	return f.b[start : start+(overflow+1)*f.pageSize], nil
}

// walk goes through the tree under a page whose keys lie from low up to, and not with, high; nil is no bound.
func (f *file) walk(id uint64, low, high []byte, leaf func(element) error) error {
	p, err := f.page(id)
	if err != nil {
		return err
	}
	switch flags := binary.LittleEndian.Uint16(p[8:]); flags {
	case leafPage:
		elements, err := leafElements(p)
		if err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
		for _, e := range elements {
			if bytes.Compare(e.key, low) < 0 || (high != nil && bytes.Compare(e.key, high) >= 0) {
				return fmt.Errorf("page %d: key out of order", id)
			}
			if err := leaf(e); err != nil {
				return err
			}
		}
		return nil
	case branchPage:
		return f.walkBranch(id, p, low, high, leaf)
	default:
		return fmt.Errorf("page %d: type %#x", id, flags)
	}
}

func (f *file) walkBranch(id uint64, p, low, high []byte, leaf func(element) error) error {
	le := binary.LittleEndian
	count := int(le.Uint16(p[10:]))
	if count == 0 || pageHeader+count*elementSize > len(p) {
		return fmt.Errorf("page %d: %d branches", id, count)
	}
	keys := make([][]byte, count)
	for i := range keys {
		at := pageHeader + i*elementSize
		var ok bool
		if keys[i], ok = part(p, uint64(at)+uint64(le.Uint32(p[at:])), uint64(le.Uint32(p[at+4:]))); !ok {
			return fmt.Errorf("page %d: branch %d out of the page", id, i)
		}
		if i > 0 && bytes.Compare(keys[i-1], keys[i]) >= 0 {
			return fmt.Errorf("page %d: branches out of order", id)
		}
	}
	if len(keys[0]) > 0 && bytes.Compare(keys[0], low) < 0 {
		return fmt.Errorf("page %d: first branch out of order", id)
	}
	for i, key := range keys {
		end := high
		if i+1 < count {
			end = keys[i+1]
		}
		if err := f.walk(le.Uint64(p[pageHeader+i*elementSize+8:]), key, end, leaf); err != nil {
			return err
		}
	}
	return nil
}

// walkBucket visits the values of one bucket, which may lie inside its parent's page.
func (f *file) walkBucket(name string, header []byte, visit func(name string, key, value []byte) error) error {
	if len(header) < 16 {
		return fmt.Errorf("bucket %s has no header", name)
	}
	leaf := func(e element) error {
		if e.bucket {
			return fmt.Errorf("bucket inside bucket %s", name)
		}
		return visit(name, e.key, e.value)
	}
	root := binary.LittleEndian.Uint64(header)
	if root != 0 {
		return f.walk(root, nil, nil, leaf)
	}
	elements, err := leafElements(header[16:])
	if err != nil {
		return fmt.Errorf("bucket %s: %w", name, err)
	}
	for _, e := range elements {
		if err := leaf(e); err != nil {
			return err
		}
	}
	return nil
}

// leafElements reads the keys and values of a leaf page and checks their order.
func leafElements(p []byte) ([]element, error) {
	le := binary.LittleEndian
	if len(p) < pageHeader || le.Uint16(p[8:]) != leafPage {
		return nil, errors.New("not a leaf")
	}
	count := int(le.Uint16(p[10:]))
	if pageHeader+count*elementSize > len(p) {
		return nil, fmt.Errorf("%d elements do not fit", count)
	}
	list := make([]element, 0, count)
	for i := range count {
		e, ok := leafElement(p, pageHeader+i*elementSize)
		if !ok {
			return nil, fmt.Errorf("element %d out of the page", i)
		}
		if i > 0 && bytes.Compare(list[i-1].key, e.key) >= 0 {
			return nil, errors.New("keys out of order")
		}
		list = append(list, e)
	}
	return list, nil
}

func leafElement(p []byte, at int) (e element, ok bool) {
	le := binary.LittleEndian
	pos, keySize, valueSize := uint64(at)+uint64(le.Uint32(p[at+4:])), uint64(le.Uint32(p[at+8:])), uint64(le.Uint32(p[at+12:]))
	e.bucket = le.Uint32(p[at:])&bucketFlag != 0
	if e.key, ok = part(p, pos, keySize); !ok {
		return e, false
	}
	e.value, ok = part(p, pos+keySize, valueSize)
	return e, ok
}

func part(p []byte, pos, size uint64) ([]byte, bool) {
	if pos > uint64(len(p)) || size > uint64(len(p))-pos {
		return nil, false
	}
	return p[pos : pos+size : pos+size], true
}

// checkFree reads the freelist. A page that is both used and free would be overwritten by the next commit; one that
// is neither is a sign that the tree is not the one the list was made for.
func (f *file) checkFree() error {
	if f.meta.freelist == noFreelist {
		return errors.New("no freelist")
	}
	p, err := f.page(f.meta.freelist)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	if le.Uint16(p[8:]) != freelistPage {
		return errors.New("freelist is of another type")
	}
	count, at := uint64(le.Uint16(p[10:])), uint64(pageHeader)
	if count == 0xFFFF {
		count, at = le.Uint64(p[at:]), at+8
	}
	if count > (uint64(len(p))-at)/8 {
		return fmt.Errorf("freelist of %d pages does not fit", count)
	}
	for i := range count {
		id := le.Uint64(p[at+8*i:])
		if id >= f.meta.pages || f.seen[id] {
			return fmt.Errorf("free page %d is used or out of range", id)
		}
		f.seen[id] = true
	}
	if uint64(len(f.seen)) != f.meta.pages {
		return fmt.Errorf("%d of %d pages are accounted for", len(f.seen), f.meta.pages)
	}
	return nil
}

// Salvage calls visit with every key and value on any page of b that looks like a leaf, of any age. What is true among
// them is for the caller to tell by checksum and revision.
func Salvage(b []byte, visit func(key, value []byte)) {
	const step = 512 // no page is smaller, whatever the damaged metas say
	for off := 0; off+pageHeader <= len(b); off += step {
		salvagePage(b[off:], visit)
	}
}

func salvagePage(p []byte, visit func(key, value []byte)) {
	le := binary.LittleEndian
	if le.Uint16(p[8:]) != leafPage {
		return
	}
	count := int(le.Uint16(p[10:]))
	bad := 0
	for i := 0; i < count && pageHeader+(i+1)*elementSize <= len(p) && bad < maxBad; i++ {
		e, ok := leafElement(p, pageHeader+i*elementSize)
		switch {
		case !ok:
			bad++
		case !e.bucket:
			visit(e.key, e.value)
		case len(e.value) > 16+pageHeader && le.Uint64(e.value) == 0:
			salvagePage(e.value[16:], visit)
		}
	}
}
