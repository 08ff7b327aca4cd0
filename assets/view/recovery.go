package view

import (
	"time"

	"doorstep/sync/civic"
)

// ConsoleRecovery tells what happened to central and its terminals, what is lost, and what to do: console/recovery.html.
type ConsoleRecovery struct {
	Console
	Backup    time.Time // of the last verified backup; zero if none
	Restores  []Restored
	Machines  []Traced // terminals that were put back or copied, and machines not known here
	Entries   []LostEntry
	Steps     []LostStep
	Truncated bool // there are more than are listed
}

// Restored is one restore of central.
type Restored struct {
	At, Taken time.Time
	Editions  uint64 // published after the backup, as terminals had them
	First     uint64 // number of the first of them
	Last      uint64
}

// Traced is one machine that needs somebody.
type Traced struct {
	Number uint32 // zero for a machine not known here
	Point  string
	Key    string // beginning of its key id
	Last   time.Time
	Text   string // what happened and what to do
}

// LostEntry is an entry that nobody has bytes of.
type LostEntry struct {
	Code   civic.TrackingCode
	Kind   civic.EntryKind
	Taken  time.Time
	Number uint32 // of the terminal that told
	Point  string
}

// LostStep is a case of which what came after the backup is lost.
type LostStep struct {
	Code civic.TrackingCode
	At   time.Time // when a terminal told
}
