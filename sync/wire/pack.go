package wire

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// Packer packs editions. One serves many sessions: making it costs more than using it.
type Packer struct{ zstd *zstd.Encoder }

// NewPacker returns a packer.
func NewPacker() *Packer {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithEncoderCRC(false))
	if err != nil {
		panic("bug: wire: zstd writer: " + err.Error())
	}
	return &Packer{w}
}

// Pack packs editions into one frame: guides say much in the same words, and together they teach the packer those
// words. Which packing pays is measured in sync/DECISIONS.md. It fails where Unpack would refuse the result.
func (p *Packer) Pack(list []Edition) (*Pack, error) {
	b, err := encMode.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("pack editions: %w", err)
	}
	if len(b) > MaxUnpacked {
		return nil, malformed(fmt.Errorf("%d bytes in a pack", len(b)))
	}
	return &Pack{p.zstd.EncodeAll(b, nil)}, nil
}

// Unpack returns the editions, at most MaxUnpacked bytes of them. Their signatures are not verified.
func (p *Pack) Unpack() ([]Edition, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxUnpacked))
	if err != nil {
		panic("bug: wire: zstd reader: " + err.Error())
	}
	defer r.Close()
	b, err := r.DecodeAll(p.Zstd, nil)
	if err != nil {
		return nil, malformed(err)
	}
	var list []Edition
	if err := decMode.Unmarshal(b, &list); err != nil {
		return nil, malformed(err)
	}
	return list, nil
}
