package civic

import "time"

// Display is the plaintext of a display entry: what stood on the screens of a terminal, hour by hour. Notices and
// screens only; it holds nothing about the people before them.
type Display struct {
	ID    EntryID         `json:"id"`
	Point string          `json:"point"`
	Lines []DisplayedHour `json:"lines"`
	Lost  int             `json:"lost,omitempty"` // pages that stood on a screen while there was no room to record them
}

// DisplayedHour is what one revision of a notice stood on one screen within one hour.
type DisplayedHour struct {
	Screen   string    `json:"screen"` // lobby, or the name of the screen
	Notice   string    `json:"notice"`
	Rev      uint32    `json:"rev"`
	Digest   string    `json:"digest"` // of the body of the edition, hexadecimal: the very text that stood there
	Hour     time.Time `json:"hour"`   // its begin
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Showings int       `json:"showings"`         // how often its last page had its time
	Pages    int       `json:"pages"`            // pages that stood
	Millis   int64     `json:"millis"`           // how long, all pages together
	Unsure   bool      `json:"unsure,omitempty"` // the terminal's clock was not sure
}

// MaxDisplayedHours bounds the lines of one Display.
const MaxDisplayedHours = 1000

// Sound reports whether d is what a terminal may say.
func (d *Display) Sound() bool {
	if len(d.Lines) > MaxDisplayedHours || d.Lost < 0 {
		return false
	}
	for _, l := range d.Lines {
		if l.Notice == "" || l.Screen == "" || l.Showings < 0 || l.Pages < 1 || l.Millis < 0 || l.Last.Before(l.First) {
			return false
		}
	}
	return true
}
