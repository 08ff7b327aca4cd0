package view

import (
	"time"

	"doorstep/sync/civic"
)

// ConsolePeople lists the members of staff: console/people.html.
type ConsolePeople struct {
	Console
	Query  string
	Here   []PersonRow
	Left   []PersonRow
	Signed int  // how many people are signed in beside the reader
	Lonely bool // there is one administrator only
}

// PersonRow is one member of staff in a list.
type PersonRow struct {
	Login    string
	Name     string
	Roles    []civic.Role
	Place    string // department or service point, in words
	Fresh    bool   // the first password has not been replaced
	Self     bool
	Sessions int
	Since    time.Time // of the newest session; zero if none
	Left     time.Time // zero while the person works here
}

// ConsolePerson shows one member of staff, to be changed, or the form for a new one: console/person.html.
type ConsolePerson struct {
	Console
	New         bool
	Row         PersonRow
	Department  string // chosen, by key
	Point       string
	Departments []OfficeChoice
	Points      []OfficeChoice
	Boxes       []RoleBox
	Last        bool // the last administrator: cannot leave
	Password    string
	Errors      map[string]string // by name of the field, and "" for the whole, in words
}

// RoleBox is one role to be ticked.
type RoleBox struct {
	Role   civic.Role
	Held   bool
	Barred string // why the reader cannot change it, in words; empty if they can
	Notice bool   // one of the three steps of a notice, of which nobody holds two
}

// OfficeChoice is a department or service point to choose.
type OfficeChoice struct {
	Key    string
	Name   string
	Closed bool
}

// ConsoleOffices is the register of departments or service points: console/offices.html.
type ConsoleOffices struct {
	Console
	Kind string // department or point
	Rows []OfficeRow
	Lost []OfficeRow // named by guides, terminals or people, and not in the register
}

// OfficeRow is one department or service point.
type OfficeRow struct {
	Key     string
	Name    string
	Contact string
	Address string
	Hours   string
	Area    string
	People  int // who work there
	Uses    int // services that a department decides, terminals that stand at a point
	Closed  time.Time
}

// ConsoleOffice adds or changes one of them: console/office.html.
type ConsoleOffice struct {
	Console
	Kind   string
	New    bool
	Row    OfficeRow
	Errors map[string]string
}

// ConsolePassword lets the reader replace the own password: console/password.html.
type ConsolePassword struct {
	Console
	Fresh  bool // has to be replaced before anything else
	Least  int  // characters
	Errors map[string]string
}
