package ime

import (
	"fmt"
	"io/fs"
	"slices"
)

// A Mode is a way of typing.
type Mode string

// The modes of typing. Engine.Modes says which of them an engine can serve.
const (
	Pinyin Mode = "pinyin" // letters, v for ü, ' between syllables where they could be read in two ways
	Nine   Mode = "nine"   // the digits 2 to 9, each standing for the letters a telephone prints on it
	Stroke Mode = "stroke" // 1 to 5 for 横 竖 撇 捺(点) 折, 6 for a stroke one is not sure of
	Code   Mode = "code"   // a Unicode or GB 18030 code in hexadecimal digits
)

// A Hint says what the field is for; it changes the order of candidates, never which can be reached.
type Hint string

// The hints. An unknown hint is taken as Text.
const (
	Text    Hint = "text"
	Name    Hint = "name"
	Address Hint = "address"
)

// Limits of one query. Keys beyond maxKeys are left over for the next one.
const (
	maxKeys     = 64
	maxResults  = 2000
	pageResults = 60
)

// Query is what the keyboard knows when it asks for candidates.
type Query struct {
	Mode   Mode   // empty means Pinyin
	Keys   string // the keys pressed and not yet turned into text
	Before string // text before the cursor in this field; under Name it tells a surname from a given name
	Hint   Hint
	Max    int // how many candidates at most; 0 means 60, more than 2,000 is taken as 2,000
}

// Candidate is one text that the keys may stand for.
type Candidate struct {
	Text string `json:"text"`
	Rest string `json:"rest"` // the end of Query.Keys that this text leaves over
}

// Engine answers queries. It is immutable: any number of goroutines may share it.
type Engine struct {
	index   []entry  // every word under its reading, sorted by reading, then the more useful first
	letters spelling // letters to syllables
	digits  spelling // digits of nine keys to syllables
	strokes []drawn  // characters by their strokes, the more useful first
}

// New builds an engine from the lists that are part of the program.
func New() (*Engine, error) { return Open(nil) }

// Open builds an engine from the lists that are part of the program and the dictionaries found in data:
// WordsFile and StrokesFile. Either may be missing, and data may be nil.
func Open(data fs.FS) (*Engine, error) {
	lex, err := readLexicon(data)
	if err != nil {
		return nil, fmt.Errorf("read the word lists: %w", err)
	}
	e := &Engine{}
	if err := e.learn(lex); err != nil {
		return nil, fmt.Errorf("index the words: %w", err)
	}
	return e, nil
}

// Modes returns the modes this engine can serve; Stroke is among them only where stroke data was found.
func (e *Engine) Modes() []Mode {
	modes := []Mode{Pinyin, Nine}
	if len(e.strokes) > 0 {
		modes = append(modes, Stroke)
	}
	return append(modes, Code)
}

// Candidates returns what the keys of q may stand for, the most useful first. The same query always has the same
// answer. Keys that mean nothing in the mode end the reading there: they come back in Rest.
func (e *Engine) Candidates(q Query) []Candidate {
	limit := q.limit()
	switch q.Mode {
	case Pinyin, "":
		return e.spelled(&e.letters, q, limit)
	case Nine:
		return e.spelled(&e.digits, q, limit)
	case Stroke:
		return e.drawn(q.Keys, limit)
	case Code:
		return coded(q.Keys, limit)
	}
	return nil
}

func (q Query) limit() int {
	if q.Max <= 0 {
		return pageResults
	}
	return min(q.Max, maxResults)
}

// Supports reports whether the engine can serve mode.
func (e *Engine) Supports(mode Mode) bool { return slices.Contains(e.Modes(), mode) }
