package view

// Search is a page of a list of services: what a query found, a life event, or a department. kiosk/search.html.
type Search struct {
	Kiosk
	Query      string // what was typed; empty where the list is of an event or a department
	Event      string // id of the life event; empty otherwise
	Department string // key of the department; empty otherwise
	Found      []Found
	Pager      Pager
}

// Found is one service in a list.
type Found struct {
	ID        string
	Name      string // in the reader's language
	Authority string
	Days      int // of the decision, where that is a fact; 0 otherwise
	Working   bool
	Here      bool // can be filed at this terminal
}

// Departments is a page of the list of departments: kiosk/departments.html.
type Departments struct {
	Kiosk
	Departments []Department
	Pager       Pager
}

// Department is one department and how many services it decides.
type Department struct {
	Key   string
	Count int
}

// Pager says which part of a list a page shows, so that no list is longer than the screen.
type Pager struct {
	Number, Count int    // of this page, from 1, and of all
	Total         int    // things in the list
	Prev, Next    string // URLs; empty at either end
}
