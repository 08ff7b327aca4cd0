package form

import (
	"maps"
	"slices"
)

// Conditions returns the names of the conditions that materials may depend on, by name.
func (f *Form) Conditions() []string { return slices.Sorted(maps.Keys(f.conditions)) }
