package view

import (
	"time"

	"doorstep/sync/civic"
)

// ConsoleNotices is the list of notices: console/notices.html.
type ConsoleNotices struct {
	Console
	View     string // mine, draft, proposed, checked, live, ended, all
	Views    []string
	Counts   map[string]int
	Category string // filter; empty for all
	Kinds    []civic.NoticeCategory
	Rows     []NoticeRow
	Total    int
	NextURL  string // empty on the last page
	Writes   bool   // the reader may write one
}

// NoticeRow is one notice in a list.
type NoticeRow struct {
	ID       string
	Title    string // empty in a draft that has none yet
	Category string
	Index    string
	State    civic.NoticeState
	Returned bool
	Live     bool
	Where    string // in words
	From     time.Time
	Until    time.Time
	Changed  time.Time
}

// ConsoleNotice is one notice, the page on which it is reviewed: console/notice.html.
type ConsoleNotice struct {
	Console
	Row      NoticeRow
	Notice   civic.Notice
	Kind     civic.NoticeCategory
	Parts    []Part
	Version  uint64
	Digest   string // empty in a draft
	Replaces string // title of the notice that it supersedes
	Problems []NoticeProblem
	Barred   bool // a problem keeps it from being proposed
	Compared *NoticeComparison
	Screens  [][]Part
	History  []NoticeEvent
	Edits    bool // the reader may change it
	Had      bool // the reader had a hand in it: the next must be another's
	Acts     []string
	Errors   map[string]string // by field of the act, and "" for the whole, in words
	Draft    map[string]string // what was typed in an act that was refused
	Kept     string            // the words of a refused act that can no longer be taken, to be copied
}

// NoticeProblem is something to mend, or to look at, before a notice is proposed.
type NoticeProblem struct {
	Text string
	Bars bool
}

// NoticeComparison holds a text against another.
type NoticeComparison struct {
	At     time.Time // when the other was published; zero where it is not
	Fields []NoticeDiffers
	Lines  []NoticeLine
	Same   bool
}

// NoticeDiffers is a field that changed: its key below "notice.field.".
type NoticeDiffers struct{ Field, Was, Now string }

// NoticeLine is a line of the body: Sign is "", "-" or "+".
type NoticeLine struct{ Sign, Text string }

// NoticeEvent is one step of a notice.
type NoticeEvent struct {
	At     time.Time
	Who    string
	Role   civic.Role
	State  civic.NoticeState
	Saved  bool // an edit of the text
	Back   bool // sent back or taken back
	Words  string
	Digest string
}

// ConsoleNoticeEdit is the editor: console/notice-edit.html.
type ConsoleNoticeEdit struct {
	Console
	ID      string
	New     bool
	Live    bool // another revision is shown meanwhile
	Version uint64
	Fields  map[string]string // as typed, by name
	Kinds   []civic.NoticeCategory
	Files   []civic.NoticeFile
	Dropped map[string]bool // attachments ticked to be left out
	Points  []Point
	Areas   []string
	Issuers []NoticeIssuer
	Others  []NoticeRow       // shown ones that this may take the place of
	Errors  map[string]string // by field, and "" for the whole, in words
	Theirs  *NoticeComparison // what was typed against what another saved meanwhile
	Limits  NoticeLimits
}

// NoticeIssuer is an issuer that was used before, with its code.
type NoticeIssuer struct{ Name, Code string }

// NoticeLimits are the bounds that the editor says.
type NoticeLimits struct {
	Title, Name, Body, Files, File int // File in megabytes
}

// Public is the frame of the public pages of notices.
type Public struct {
	Lang  string
	Other string // link to the page in the other language
	Host  string
	Now   time.Time
	Feeds bool // the page offers the feeds
}

// PublicList is posted/notices.html.
type PublicList struct {
	Public
	Category string
	Kinds    []PublicKind
	Places   []PublicPlace
	Place    string // chosen: "area:440113", "point:hualong" or empty
	Rows     []PublicRow
	Total    int
	NextURL  string
	FeedURL  string // the query that both feeds take, with its "?"; empty for all
}

// PublicKind is a kind of notice to filter by.
type PublicKind struct{ ID, Name string }

// PublicPlace is an area or a service point to filter by.
type PublicPlace struct{ ID, Name string }

// PublicRow is one notice in the public list.
type PublicRow struct {
	ID, Title, Category, Issuer, Index string
	Start                              time.Time
	Until                              time.Time
}

// PublicNotice is posted/notice.html.
type PublicNotice struct {
	Public
	Notice  civic.Notice
	Kind    civic.NoticeCategory
	Parts   []Part
	Where   string
	Start   time.Time
	Until   time.Time
	Ended   civic.NoticeState // withdrawn, expired or superseded; empty while shown
	EndedAt time.Time
	By      string // id of the notice that took its place
	Problem string // in words: there is nothing to show
}
