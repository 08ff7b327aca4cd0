package boltstore

import (
	"context"
	"encoding/binary"
	"hash/crc32"
)

// Newer returns a record file as a later version would begin it.
func Newer(b []byte) []byte {
	b = append([]byte(nil), b...)
	binary.BigEndian.PutUint32(b[8:], fileVersion+1)
	binary.BigEndian.PutUint32(b[12:], crc32.Checksum(b[:12], castagnoli))
	return b
}

// FailHalfWay plans a change that stores something and then fails.
func (s *Store) FailHalfWay(ctx context.Context, why error) error {
	return s.commit(ctx, 0, func(b *batch) error {
		b.touched++
		b.head.Seq += 100
		if err := metaBucket.save(b.tx, []byte("half"), uint32(1)); err != nil {
			return err
		}
		return why
	})
}
