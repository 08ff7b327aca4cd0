package view

import (
	"time"

	"doorstep/sync/civic"
)

// Notices is a list of what is on public display: kiosk/notices.html.
type Notices struct {
	Kiosk
	Query      string // what was typed
	Kind       NoticeKind
	Found      []PostedNotice // of this page of the list
	Count      int            // of all its pages
	Page, Last int            // from 1
	Earlier    string         // address of the page before; empty if there is none
	Later      string
}

// PostedNotice is one notice in a list.
type PostedNotice struct {
	ID        string
	Title     string
	Issuer    string
	Category  string
	Published time.Time
	Urgent    bool
}

// NoticeKind is a kind of notice and how many there are of it.
type NoticeKind struct {
	ID    string // empty for all
	Name  string
	Count int
}

// NoticeKinds lets a resident choose a kind: kiosk/kinds.html.
type NoticeKinds struct {
	Kiosk
	Kinds []NoticeKind // those of which there are any
	Count int          // of all
}

// NoticeText is one notice, to be read page by page: kiosk/notice.html.
type NoticeText struct {
	Kiosk
	Notice   civic.Notice
	Category string
	Urgent   bool
	Parts    []Part
	Until    time.Time
	Link     string // to read it on a phone; empty where there is none
	Back     string // address of the list it was chosen from
}
