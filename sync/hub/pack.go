package hub

import "doorstep/sync/wire"

// packSize is how many bytes of editions go into one pack. More would pack better and hold up a custody for longer: a
// pack of this size takes a line of 7,000 bytes/s a second.
const packSize = 16 << 10

// frames returns editions as the terminal takes them.
func (s *session) frames(list []wire.Edition) []wire.Frame {
	var out []wire.Frame
	for len(list) > 0 {
		n := 1
		if s.pack {
			n = portion(list)
		}
		out = append(out, s.together(list[:n])...)
		list = list[n:]
	}
	return out
}

// portion returns how many editions, at least one, go into the next pack.
func portion(list []wire.Edition) int {
	size := 0
	for n, e := range list {
		if size += len(e.Edition.Payload); size > packSize {
			return max(n, 1)
		}
	}
	return len(list)
}

// together packs editions, or leaves them as they are where that does not make them fewer bytes: a picture.
func (s *session) together(list []wire.Edition) []wire.Frame {
	plain := make([]wire.Frame, len(list))
	size := 0
	for i := range list {
		e := &list[i]
		plain[i] = e
		size += len(e.Edition.Payload) + len(e.Edition.Signature) + len(e.Tag)
	}
	if !s.pack {
		return plain
	}
	p, err := s.packer.Pack(list)
	if err != nil || len(p.Zstd) >= size {
		return plain
	}
	return []wire.Frame{p}
}
