package view

import "time"

// ConsoleGuides is the list of services: console/guides.html.
type ConsoleGuides struct {
	Console
	State       string // changed, published, withdrawn, all
	Department  string
	Query       string
	Counts      map[string]int // by state
	Departments []Option
	Rows        []GuideRow
	From, To    int // of the rows shown, from 1
	Total       int
	PrevURL     string // empty on the first page
	NextURL     string // empty on the last page
}

// Option is one thing to choose.
type Option struct{ ID, Name string }

// GuideRow is one service in a list.
type GuideRow struct {
	ID        string
	Name      string
	Field     string
	Authority string
	Here      bool
	Rev       uint32
	At        time.Time
	Gone      bool
	Draft     bool
	Saved     time.Time
	Who       string // who saved the draft
}

// ConsoleGuideNew begins a guide: console/guide-new.html.
type ConsoleGuideNew struct {
	Console
	ID     string
	Name   string
	Errors map[string]string
}

// ConsoleGuide is one guide, its draft and its history: console/guide.html.
type ConsoleGuide struct {
	Console
	Row       GuideRow
	Version   uint64       // of the draft; 0 where none waits
	Faults    int          // that keep the draft from being published
	Overtaken bool         // published since the draft was begun
	Changes   []Difference // of the draft against what is published
	History   []GuideLine
	From, To  string // chosen to be compared at first
	Where     string // who gets what is published, in words
	Reason    string // as typed
	Errors    map[string]string
}

// GuideLine is one line of a guide's history.
type GuideLine struct {
	Ref    string // r3 a revision, d7 a version of a draft; empty for a withdrawal
	Rev    uint32
	Draft  uint64
	At     time.Time
	Who    string
	Gone   bool
	Reason string
}

// Difference is one field that differs, with the field in words.
type Difference struct {
	Label string
	Parts []DifferencePart
	Moved bool
}

// DifferencePart is a run of characters: in both texts, or in one.
type DifferencePart struct {
	Text    string
	Added   bool
	Removed bool
}

// ConsoleGuideCompare puts two texts of a guide side by side: console/guide-compare.html.
type ConsoleGuideCompare struct {
	Console
	ID, Name string
	From, To GuideLine
	History  []GuideLine
	Changes  []Difference
}

// ConsoleGuideEdit is the text of a guide as a form: console/guide-edit.html.
type ConsoleGuideEdit struct {
	Console
	ID        string
	Name      string
	Values    map[string]string // by path, as "materials/0/name"; of ticks "1"
	Materials int               // rows
	Steps     int
	Errors    map[string]string // by path
	Faults    []GuideFault      // the same in order, with the field in words
	Forms     []Option
	When      []string // conditions of the chosen form
	Clash     *GuideClash
	Saved     time.Time // of the draft; zero where none waits
	Who       string
	Rev       uint32 // published
	Overtaken bool
	Kept      bool // typed before the session ended, not saved yet
}

// GuideFault leads to the field that it is about.
type GuideFault struct {
	Path  string
	Label string
	Text  string
}

// GuideClash says that somebody saved while the reader typed.
type GuideClash struct {
	Who     string
	At      time.Time
	Changes []Difference // from theirs to what was typed
}

// ConsoleGuidePreview shows a text as the terminal will: console/guide-preview.html.
type ConsoleGuidePreview struct {
	Console
	ID, Name string
	Ref      string // of the text
	English  bool
	Elder    bool
	URL      string // of the terminal's page
	Draft    bool   // it waits to be published
	ZhURL    string
	EnURL    string
	PlainURL string // in the normal size
	ElderURL string
}

// ConsoleGuidePublish asks before a guide is published: console/guide-publish.html.
type ConsoleGuidePublish struct {
	Console
	ID, Name  string
	Version   uint64
	Rev       uint32
	Faults    []GuideFault
	Changes   []Difference
	Places    []Option // scopes to choose
	Scope     string
	Was       string // scope in force, in words; empty where none is
	Terminals []GuideTerminal
	Now       int // of these, connected
	Overtaken bool
}

// GuideTerminal is a terminal that gets a guide.
type GuideTerminal struct {
	Number    uint32
	Point     string
	Connected bool
}

// ConsoleGuideImport takes in a workbook: console/guide-import.html.
type ConsoleGuideImport struct {
	Console
	Phase     string // none, reading, checking, planned, publishing, done, failed
	Name      string
	Who       string
	Began     time.Time
	Key       string // tells this plan from another
	Took      string
	Done, Of  int
	Failed    string
	Counts    map[string]int // new, changed, again, unchanged, absent
	Changes   []ImportChange
	Beyond    int // changes not listed
	Faults    []ImportFault
	More      int
	Published int
}

// ImportChange is one guide that a workbook changes.
type ImportChange struct {
	ID, Name string
	Kind     string
	Fields   string // in words
	Draft    string // who has a draft open
}

// ImportFault is one mistake of a workbook.
type ImportFault struct {
	Sheet  string
	Row    int
	Cell   string
	Column string
	Text   string
}
