package boltstore

import "log/slog"

// Finding is one thing that Open found: a locale key, and how many entries, places or bytes it concerns.
type Finding struct {
	Key   string `json:"key"`
	Count int64  `json:"count"`
}

// The locale keys of findings.
const (
	FoundTorn      = "store.found.torn"       // bytes at the journal's end that were never acknowledged; cut off
	FoundDamaged   = "store.found.damaged"    // unreadable places in the journal; the segment was written again
	FoundNoJournal = "store.found.no-journal" // the journal was gone and was written again, with so many entries
	FoundNoState   = "store.found.no-state"   // the bbolt file was gone and was made again, with so many entries
	FoundBadState  = "store.found.bad-state"  // the bbolt file was damaged, moved aside and made again
	FoundForward   = "store.found.forward"    // entries that the journal had and bbolt had not
	FoundBack      = "store.found.back"       // entries that bbolt had and the journal had not
	FoundLost      = "store.found.lost"       // entries whose bytes neither had and central never received
	FoundGap       = "store.found.gap"        // places in the chain of which nothing is known
	FoundPapers    = "store.found.papers"     // papers not sent yet whose file is gone
	FoundShelf     = "store.found.shelf"      // editions restored from their file
	FoundIdentity  = "store.found.identity"   // the identity file was gone and was made again
	FoundAllLost   = "store.found.all-lost"   // nothing was left: the terminal must be enrolled again
)

// Report says what Open found and mended. The zero Report is a store that was as it was left.
type Report struct {
	New      bool // there was no store, and one was made
	Findings []Finding
}

// Count returns the count of a finding, 0 if it was not made.
func (r Report) Count(key string) int64 {
	for _, f := range r.Findings {
		if f.Key == key {
			return f.Count
		}
	}
	return 0
}

// Has reports whether a finding was made.
func (r Report) Has(key string) bool {
	for _, f := range r.Findings {
		if f.Key == key {
			return true
		}
	}
	return false
}

// LogValue lists the findings.
func (r Report) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, len(r.Findings)+1)
	attrs = append(attrs, slog.Bool("new", r.New))
	for _, f := range r.Findings {
		attrs = append(attrs, slog.Int64(f.Key, f.Count))
	}
	return slog.GroupValue(attrs...)
}

// add notes a finding; a count of zero is none.
func (r *Report) add(key string, count int64) {
	if count > 0 {
		r.note(key, count)
	}
}

// note notes a finding whatever its count.
func (r *Report) note(key string, count int64) {
	r.Findings = append(r.Findings, Finding{key, count})
}
