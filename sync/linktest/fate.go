package linktest

import (
	"math/rand/v2"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// First asks each in turn and takes the first fate that is not Deliver.
func First(list ...func(Passing) Fate) func(Passing) Fate {
	return func(p Passing) Fate {
		for _, fate := range list {
			if f := fate(p); f != Deliver {
				return f
			}
		}
		return Deliver
	}
}

// Once gives a fate to every frame of the types the first time it is sent. A custody is the same as another that
// reaches as far.
func Once(fate Fate, types ...wire.Type) func(Passing) Fate {
	seen := map[civic.Digest]bool{}
	return func(p Passing) Fate {
		if !isOf(p.Frame, types) {
			return Deliver
		}
		name := civic.DigestOf(p.Bytes)
		if c, ok := p.Frame.(*wire.Custody); ok {
			var body wire.CustodyBody
			if wire.Unmarshal(c.Payload, &body) == nil {
				name = body.Through.Digest
			}
		}
		if seen[name] {
			return Deliver
		}
		seen[name] = true
		return fate
	}
}

// Always gives a fate to every frame of the types.
func Always(fate Fate, types ...wire.Type) func(Passing) Fate {
	return func(p Passing) Fate {
		if isOf(p.Frame, types) {
			return fate
		}
		return Deliver
	}
}

// Randomly gives one of the fates to one in oneIn frames.
func Randomly(seed uint64, oneIn int, fates ...Fate) func(Passing) Fate {
	random := rand.New(rand.NewPCG(seed, 2))
	return func(Passing) Fate {
		if random.IntN(oneIn) > 0 {
			return Deliver
		}
		return fates[random.IntN(len(fates))]
	}
}

func isOf(f wire.Frame, types []wire.Type) bool {
	for _, t := range types {
		if wire.TypeOf(f) == t {
			return true
		}
	}
	return false
}
