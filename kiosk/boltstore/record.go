package boltstore

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"doorstep/sync/wire"
)

// Journal segments, the list of purged entries, the shelf file and the identity file are the same kind of file: a
// header and records, each with a checksum of its own, so that one damaged place costs one record.

// fileVersion is the version of the record files; a record carries it too, since a header may be lost.
//
//	1  2026-11-23  entries, rows, custody, undone, editions, cursor, identity
const fileVersion = 1

var (
	fileMagic   = [8]byte{'D', 'O', 'O', 'R', 'S', 'T', 'E', 'P'}
	recordMagic = [4]byte{0xD5, 'r', 'e', 'c'}
	castagnoli  = crc32.MakeTable(crc32.Castagnoli)
)

const (
	fileHeader   = len(fileMagic) + 4 + 4     // magic, version, CRC32C
	recordHeader = len(recordMagic) + 4 + 4*2 // magic, version, type, two zero bytes, length, CRC32C
	maxRecord    = wire.MaxFrame
)

// recordType says what a record holds. Numbers are never used again for another meaning.
type recordType byte

const (
	recordEntry    recordType = 1 // an entryRecord
	recordRow      recordType = 2 // a row: the state of an entry as it became
	recordCustody  recordType = 3 // a wire.Signed, central's custody
	recordUndone   recordType = 4 // an undone: records in an abandoned segment that never counted
	recordEdition  recordType = 16
	recordCursor   recordType = 17
	recordIdentity recordType = 32
)

// record is one record as found in a file.
type record struct {
	kind    recordType
	payload []byte
	off     int64
}

// header returns the first bytes of a record file.
func header() []byte {
	b := append(make([]byte, 0, fileHeader), fileMagic[:]...)
	b = binary.BigEndian.AppendUint32(b, fileVersion)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// appendRecord appends one record to b.
func appendRecord(b []byte, kind recordType, payload []byte) []byte {
	start := len(b)
	b = append(b, recordMagic[:]...)
	b = append(b, fileVersion, byte(kind), 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	sum := crc32.Update(crc32.Checksum(b[start+4:], castagnoli), castagnoli, payload)
	b = binary.BigEndian.AppendUint32(b, sum)
	return append(b, payload...)
}

// content is what reading a record file found.
type content struct {
	records []record
	damaged int   // places between valid records, or before the first, that are none
	torn    int64 // bytes after the last valid record
	end     int64 // offset after the last valid record
	newer   bool  // written by a later version
}

// readRecords finds every valid record of a file. After a damaged place it goes on at the next valid record, however
// far that is.
func readRecords(b []byte) content {
	c := content{}
	off := int64(0)
	if v, ok := readHeader(b); ok {
		c.newer = v > fileVersion
		off = int64(fileHeader)
	}
	c.end = off
	for off < int64(len(b)) {
		r, n, version := readRecord(b[off:])
		if n == 0 {
			skip := bytes.Index(b[off+1:], recordMagic[:])
			if skip < 0 {
				break
			}
			off += 1 + int64(skip)
			continue
		}
		if off > c.end || off == 0 {
			c.damaged++
		}
		c.newer = c.newer || version > fileVersion
		r.off = off
		c.records = append(c.records, r)
		off += n
		c.end = off
	}
	c.torn = int64(len(b)) - c.end
	return c
}

func readHeader(b []byte) (version uint32, ok bool) {
	if len(b) < fileHeader || !bytes.Equal(b[:8], fileMagic[:]) ||
		crc32.Checksum(b[:12], castagnoli) != binary.BigEndian.Uint32(b[12:]) {
		return 0, false
	}
	return binary.BigEndian.Uint32(b[8:]), true
}

// readRecord reads the record at the start of b; n is 0 where there is none.
func readRecord(b []byte) (r record, n int64, version byte) {
	if len(b) < recordHeader || !bytes.Equal(b[:4], recordMagic[:]) {
		return r, 0, 0
	}
	size := binary.BigEndian.Uint32(b[8:])
	if size > maxRecord || int(size) > len(b)-recordHeader {
		return r, 0, 0
	}
	payload := b[recordHeader : recordHeader+int(size)]
	if crc32.Update(crc32.Checksum(b[4:12], castagnoli), castagnoli, payload) != binary.BigEndian.Uint32(b[12:]) {
		return r, 0, 0
	}
	return record{kind: recordType(b[5]), payload: payload}, int64(recordHeader) + int64(size), b[4]
}
