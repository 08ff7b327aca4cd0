package civic

import "time"

// EditionKind says what an edition publishes.
type EditionKind string

// The kinds of edition (DESIGN.md 3).
const (
	EditionKeys     EditionKind = "keys"     // central's keys, signed by the root key
	EditionPolicy   EditionKind = "policy"   // site policy
	EditionTerminal EditionKind = "terminal" // one terminal's number, key, point and validity
	EditionCalendar EditionKind = "calendar"
	EditionGuide    EditionKind = "guide"
	EditionForm     EditionKind = "form"
	EditionNotice   EditionKind = "notice"
	EditionAlert    EditionKind = "alert"
)

// Edition is one published revision of one item. N numbers the feed of one central without gaps; Rev counts the
// revisions of the item. A withdrawn item is an edition without body.
type Edition struct {
	N         uint64
	Kind      EditionKind
	ID        string
	Rev       uint32
	Scope     Scope
	From      time.Time // shown from; zero: at once
	Until     time.Time // shown until; zero: until withdrawn
	Body      []byte    // JSON of the noun the kind names; nil for a tombstone
	Tombstone bool
}

// Revision names the edition's revision.
func (e *Edition) Revision() Revision { return Revision{e.ID, e.Rev} }

// Scope says which terminals an edition is for. The zero Scope is every terminal.
type Scope struct {
	Area     string // area code prefix, as 440113
	Point    string // key of one service point
	Terminal KeyID  // one terminal
}

// Covers reports whether a terminal in the given place is within s.
func (s Scope) Covers(area, point string, terminal KeyID) bool {
	switch {
	case s.Terminal != KeyID{}:
		return s.Terminal == terminal
	case s.Point != "":
		return s.Point == point
	case s.Area != "":
		return len(area) >= len(s.Area) && area[:len(s.Area)] == s.Area
	}
	return true
}

// Cursor says how far a terminal has applied the feed of one central. Tag is central's chain value at N, opaque to
// the terminal and compared by central only; an impossible cursor causes a full refill.
type Cursor struct {
	Store EntryID // central's store id
	N     uint64
	Tag   Digest
}

// Policy is the site policy edition: what a fleet is told by central and no machine sets for itself.
type Policy struct {
	TrackingHost string        `json:"tracking_host"` // host of the link in the QR
	Authority    string        `json:"authority"`     // who receives, as printed at the top of a receipt
	Privacy      PrivacyNotice `json:"privacy"`
	IdleWarning  int           `json:"idle_warning"` // seconds without touch until the warning
	IdleLeave    int           `json:"idle_leave"`   // seconds from the warning until the session is wiped
	DiskReserve  int64         `json:"disk_reserve"` // bytes kept free: below, no new application is started
	MaxPaper     int64         `json:"max_paper"`    // bytes of one attachment
	MaxPapers    int64         `json:"max_papers"`   // bytes of all attachments of an application
	MaxQueue     int           `json:"max_queue"`    // entries kept before new applications stop
	Contact      string        `json:"contact"`      // telephone for questions
	ReplyDays    int           `json:"reply_days"`   // reply limit in working days
	// Retention changes terms by class, in years; see Terms. Central alone reads it.
	Retention map[string]int `json:"retention,omitempty"`
	Hours     string         `json:"hours,omitempty"` // when the service points are open, in words
}

// PrivacyNotice is what the resident reads before the first field (promise P13).
type PrivacyNotice struct {
	Version     string `json:"version"`
	Processor   string `json:"processor"` // who processes, with contact
	Purpose     string `json:"purpose"`
	Means       string `json:"means"`
	Retention   string `json:"retention"`
	Rights      string `json:"rights"`
	PurposeEN   string `json:"purpose_en,omitempty"`
	MeansEN     string `json:"means_en,omitempty"`
	RetentionEN string `json:"retention_en,omitempty"`
	RightsEN    string `json:"rights_en,omitempty"`
}

// TerminalNotice is the terminal edition: what other terminals of the district need to verify a receipt.
type TerminalNotice struct {
	Number     uint32    `json:"number"`
	Generation uint32    `json:"generation"`
	Key        []byte    `json:"key"` // Ed25519 public key
	Point      string    `json:"point"`
	PointName  string    `json:"point_name"`
	Address    string    `json:"address,omitempty"`
	Area       string    `json:"area"`
	From       time.Time `json:"from"`
	Until      time.Time `json:"until,omitzero"` // end of validity; zero while it serves
	Training   bool      `json:"training,omitempty"`
}
