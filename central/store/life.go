package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
)

// Life is what becomes of terminals after they joined: orders that wait for them, keys that follow keys, and entries
// that come without their terminal.
type Life interface {
	// GiveOrder keeps what a terminal is to do when it is next heard, in place of an order before it. The store sets the
	// order's N. civic.NotFound for an unknown key, wire.CodeRevoked for one whose use has ended, civic.Conflict where
	// the terminal has made a key for the order before: it takes that up at its next start, told or not.
	GiveOrder(ctx context.Context, o Order, by Actor) (Order, error)
	// DropOrder takes an order back; none is no error. civic.Conflict as for GiveOrder.
	DropOrder(ctx context.Context, key civic.KeyID, at time.Time, by Actor) error
	// Orders returns the orders that wait, by number.
	Orders(ctx context.Context) ([]Order, error)
	// Succeed gives the terminal of an order a new key, with its next generation, a new number and the order's place.
	// The old key serves on until TakeOver. The same key for the same order gets the same answer again; another key,
	// or an order that does not wait, is civic.Conflict.
	Succeed(ctx context.Context, key civic.KeyID, order uint64, publicKey []byte, at time.Time) (Terminal, error)
	// TakeOver ends the use of the key before the one that has proved itself, and its order. It returns the former
	// key, zero where there is none or its use has ended already.
	TakeOver(ctx context.Context, key civic.KeyID, at time.Time) (civic.KeyID, error)
	// Retire ends the use of a key that has carried out the order to retire; another order is civic.Conflict.
	Retire(ctx context.Context, key civic.KeyID, order uint64, at time.Time) error
	// Rescue holds entries that came without their journal, from the disk of a terminal that is gone, and returns how
	// many were not held before. As with Hold, one id and digest is kept once, whichever way it comes.
	Rescue(ctx context.Context, items []Item, at time.Time, by Actor) (fresh int, err error)
}

// Task is what an order asks of a terminal.
type Task string

// The tasks of terminals, as the protocol names them.
const (
	Rotate   Task = "rotate" // change the key
	Relocate Task = "move"   // send everything, change the key, and fill up anew for another place
	Wind     Task = "retire" // begin nothing new, send everything, and end
)

// Order is what a terminal is to do.
type Order struct {
	N        uint64
	Terminal civic.KeyID
	Task     Task
	Place    Place // of the key to come
	Made     time.Time
	Next     civic.KeyID // the key to come, zero until the terminal has made it
}

// Ending is how the use of a key ended.
type Ending string

// The endings of a key.
const (
	Serving  Ending = ""
	Revoked  Ending = "revoked"  // what it signed before comes to the operator
	Retired  Ending = "retired"  // it had sent everything
	Replaced Ending = "replaced" // the terminal has another key now
)
