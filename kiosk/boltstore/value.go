package boltstore

import (
	"encoding/binary"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"

	"doorstep/sync/civic"
)

// bbolt has no checksums of its own: a flipped bit comes back as a wrong value and no error. So every value carries
// one, over its bucket, its key and itself. The bucket's tag is inside too, by which a value found on a loose page
// is known.

// schema is the version of the bbolt file's content.
//
//	1  2026-11-23  first
const schema = 1

const (
	valueVersion = 1
	valueHeader  = 1 + 1 + 4 // version, tag, CRC32C
)

// bucket is one bucket of the file: its name, and the tag in its values.
type bucket struct {
	name string
	tag  byte
}

// The buckets. order, codes, unsent, unshown and damaged follow from entries and are made again with it.
var (
	metaBucket     = bucket{"meta", 'm'}     // schema, place, sync, custody, cursor, seen, settled
	entriesBucket  = bucket{"entries", 'e'}  // entry id: row
	bodiesBucket   = bucket{"bodies", 'b'}   // entry id: signed entry
	receiptsBucket = bucket{"receipts", 'r'} // entry id: locked receipt
	orderBucket    = bucket{"order", 'o'}    // generation, seq: entry id
	codesBucket    = bucket{"codes", 'c'}    // tracking code, N: entry id
	unsentBucket   = bucket{"unsent", 'u'}   // N, index: entry id and digest of a paper that central does not have whole
	unshownBucket  = bucket{"unshown", 'n'}  // N: entry id
	damagedBucket  = bucket{"damaged", 'x'}  // N: entry id
	editionsBucket = bucket{"editions", 'd'} // kind, item id, revision: shelfRow
	statusesBucket = bucket{"statuses", 's'} // tracking code: statusRow
	buckets        = [...]bucket{
		metaBucket, entriesBucket, bodiesBucket, receiptsBucket, orderBucket, codesBucket,
		unsentBucket, unshownBucket, damagedBucket, editionsBucket, statusesBucket,
	}
)

func checksum(tag byte, key, payload []byte) uint32 {
	sum := crc32.Checksum([]byte{valueVersion, tag}, castagnoli)
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, payload)
}

// put stores payload under key.
func (k bucket) put(tx *bolt.Tx, key, payload []byte) error {
	v := make([]byte, valueHeader, valueHeader+len(payload))
	v[0], v[1] = valueVersion, k.tag
	binary.BigEndian.PutUint32(v[2:], checksum(k.tag, key, payload))
	return tx.Bucket([]byte(k.name)).Put(key, append(v, payload...))
}

// get returns the payload under key, nil if there is none. It is valid until the transaction ends.
func (k bucket) get(tx *bolt.Tx, key []byte) ([]byte, error) {
	v := tx.Bucket([]byte(k.name)).Get(key)
	if v == nil {
		return nil, nil
	}
	return k.payload(key, v)
}

// payload checks a value and returns what it holds.
func (k bucket) payload(key, v []byte) ([]byte, error) {
	if len(v) < valueHeader || v[0] != valueVersion || v[1] != k.tag ||
		binary.BigEndian.Uint32(v[2:]) != checksum(k.tag, key, v[valueHeader:]) {
		return nil, civic.Refuse(civic.Damaged, k.name, "store.damaged")
	}
	return v[valueHeader:], nil
}

func (k bucket) delete(tx *bolt.Tx, key []byte) error { return tx.Bucket([]byte(k.name)).Delete(key) }

// save stores a noun as CBOR.
func (k bucket) save(tx *bolt.Tx, key []byte, v any) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	return k.put(tx, key, b)
}

// load reads what save stored into v, which keeps no part of the page; ok is false if there is nothing.
func (k bucket) load(tx *bolt.Tx, key []byte, v any) (ok bool, err error) {
	b, err := k.get(tx, key)
	if b == nil || err != nil {
		return false, err
	}
	return true, decode(b, v)
}

// each calls do with the keys from first on, and their payloads, until it returns false. A damaged value ends it
// with an error.
func (k bucket) each(tx *bolt.Tx, first []byte, do func(key, payload []byte) (bool, error)) error {
	c := tx.Bucket([]byte(k.name)).Cursor()
	for key, v := c.Seek(first); key != nil; key, v = c.Next() {
		p, err := k.payload(key, v)
		if err != nil {
			return err
		}
		if more, err := do(key, p); !more || err != nil {
			return err
		}
	}
	return nil
}

func orderKey(gen uint32, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, gen), seq)
}

func codeKey(code civic.TrackingCode, n uint64) []byte {
	b := code.Bytes()
	return binary.BigEndian.AppendUint64(b[:], n)
}

func numberKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func paperKey(n uint64, index int) []byte {
	return binary.BigEndian.AppendUint16(numberKey(n), uint16(index))
}
