package store

import (
	"context"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// Terminals keeps the fleet: codes to join it, the machines in it, and when each was last heard.
type Terminals interface {
	// AddEnrolment keeps a code that may be used once.
	AddEnrolment(ctx context.Context, e Enrolment, by Actor) error
	// Enrolments returns the codes whose time has not run out at now, oldest first: also used ones, since the terminal
	// that used one asks again with it when the answer was lost.
	Enrolments(ctx context.Context, now time.Time) ([]Enrolment, error)
	// Enrol uses up a code and gives the key a number that no terminal had before. A key that is known already
	// gets its next generation. The same key with the same code gets the same answer again, also after the code
	// has expired; any other use of a used, expired or unknown code is wire.CodeEnrolment.
	Enrol(ctx context.Context, enrolment string, publicKey []byte, now time.Time) (Terminal, error)
	// Terminal returns the terminal that holds a key, in its present generation; civic.NotFound.
	Terminal(ctx context.Context, key civic.KeyID) (Terminal, error)
	// Numbered returns the terminal as it was when it had a number; civic.NotFound.
	Numbered(ctx context.Context, number uint32) (Terminal, error)
	// Generations returns a terminal as it was in each of its generations, oldest first; none for an unknown key.
	Generations(ctx context.Context, key civic.KeyID) ([]Terminal, error)
	// Terminals returns the fleet by number.
	Terminals(ctx context.Context) ([]Terminal, error)
	// Seen records when a terminal was heard, and what it said of itself unless t is nil. An earlier time than the
	// one kept is passed over; an unknown key is no error.
	Seen(ctx context.Context, key civic.KeyID, at time.Time, t *wire.Telemetry) error
	// Revoke ends the use of a key. A second call changes nothing; civic.NotFound.
	Revoke(ctx context.Context, key civic.KeyID, reason string, at time.Time, by Actor) error
}

// Terminal is one machine of the fleet.
type Terminal struct {
	Key        civic.KeyID
	PublicKey  []byte
	Number     uint32
	Generation uint32
	Place      Place
	Since      time.Time // of the generation
	Seen       time.Time // zero if never heard
	Telemetry  wire.Telemetry
	Revoked    time.Time   // zero while it serves
	Reason     string      // of the revocation
	Ended      Ending      // how it ended at Revoked
	Follows    civic.KeyID // the key that it took over from; zero for a first one
}

// Place is where a terminal stands.
type Place struct {
	Point   string // key of the service point
	Name    string // its name as printed
	Address string
	Area    string // area code
}

// Enrolment is a code with which one machine may join the fleet. The secret is encrypted at rest.
type Enrolment struct {
	ID      string
	Secret  []byte
	Place   Place
	Made    time.Time
	Expires time.Time
	UsedBy  civic.KeyID // zero while it may be used
}
