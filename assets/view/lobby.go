package view

import (
	"time"

	"doorstep/sync/civic"
)

// Lobby is the frame of every page of the lobby face: what a screen shows to a hall.
type Lobby struct {
	PxPerMM float64 // of the panel
	Far     float64 // how far away it is read, in millimetres
	Token   string  // repeated by what the page posts
	Screen  string  // its name, where a terminal has several
	Version string  // of what is shown; the page waits for another
	Aside   string  // of what stands beside it
	Place   string
	Now     time.Time // by central's clock
	Sure    bool      // the clock can be believed
	Fresh   Fresh
	Next    []LobbyTitle // what comes next
	Hours   string       // told beside the notice where nothing comes next
	Contact string
	All     []LobbyTitle // everything in force, for a browser without scripts
}

// Fresh is how old what is shown may be.
type Fresh struct {
	Now   bool      // in step with central at this moment
	At    time.Time // last in step; zero if never
	Since time.Time // the line is down since; zero where it is up
}

// LobbyTitle is one line of a list of notices.
type LobbyTitle struct {
	Title  string
	Issuer string
	Urgent bool
}

// LobbyNotice is a screen with a notice: lobby/notice.html.
type LobbyNotice struct {
	Lobby
	Notice   civic.Notice
	Category string
	Urgent   bool
	Parts    []Part
	Page, Of int    // where it goes on, if it was begun in an earlier turn
	Link     string // to read it on a phone; empty where there is none
}

// LobbyStanding is a screen with nothing to announce: lobby/standing.html.
type LobbyStanding struct {
	Lobby
	Open     string // when, in words
	Address  string
	Call     string   // telephone
	Services []string // what can be filed here
	Count    int      // of them
}
