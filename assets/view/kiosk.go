package view

import "time"

// Kiosk is the frame of every page of the resident's face.
type Kiosk struct {
	Lang     string  // "zh" or "en"
	Elder    bool    // one third larger, fewer things, no motion
	Contrast bool    // black ground, white and yellow
	Reach    bool    // everything to touch in the lower half, for a seated person
	PxPerMM  float64 // of the panel; 0 is the 21.5 inch panel of 1080x1920
	Token    string  // repeated by every form of the page, so that no other page can post in its place
	Place    string  // name of the service point
	Now      time.Time
	Path     string // of this page, to come back to after a change of language, size or contrast
	Line     Line
	Idle     Idle
	Open     bool // there is something to wipe: leaving asks first, and the idle clock runs
	Training bool // the terminal is in training mode
}

// Line is the state of the line to central, in words at the top of every page, and the answer to GET /line.
type Line struct {
	Up      bool `json:"up"`
	Waiting int  `json:"waiting"` // entries kept here and not yet held by central
}

// Idle is how long the page waits, from the site policy.
type Idle struct {
	Warning int // seconds without touch until the card asks
	Leave   int // seconds from the card until the session is wiped
}

// Home is the first page: kiosk/home.html.
type Home struct {
	Kiosk
	Events []Event
	// Ready is false while no new application can be started; Reason then says why, in words.
	Ready  bool
	Reason string
}

// Event is the tile of one life event.
type Event struct {
	ID    string // birth school work marriage health old-age housing business
	Count int    // services filed under it; 0 is shown as not open yet
}

// Message is a page of one thing said: an error, a notice, a question with one answer. kiosk/message.html.
type Message struct {
	Kiosk
	Tone  Tone
	Title string // in words, from the locale files
	Text  string // what it means and what to do
	URL   string // of the one action; empty is home
	Verb  string // on its key; empty says back to the first page
}

// Tone is the weight of a message.
type Tone string

// The tones, each with a sign and a word beside its colour.
const (
	Calm  Tone = ""      // said plainly
	Good  Tone = "good"  // done
	Soon  Tone = "soon"  // something is owed or must wait
	Alarm Tone = "alarm" // it went wrong
)

// Leave asks whether to wipe the session, for those without scripts. kiosk/leave.html.
type Leave struct {
	Kiosk
	Filed bool // an application has been taken in: nothing is lost by leaving
}

// Ended says that the session was wiped after nobody touched the screen. kiosk/idle.html.
type Ended struct{ Kiosk }
