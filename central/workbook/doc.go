// Package workbook writes the catalogue as an XLSX workbook and reads it back, for districts that keep their services
// in a spreadsheet: a sheet of services, one of materials, one of steps, and one that explains every column and the
// values it takes.
//
// [Write] and [Read] are each other's inverse: what was written reads as the same guides. Read names every mistake by
// sheet, row and column, all at once up to a bound; whether a guide may be published is for package catalogue to say,
// and [Book.Place] finds the cell of a fault that it names. Nothing touches the disk while reading: what a workbook
// may unpack to is bounded, so that a small file cannot fill the memory.
//
// The format is version 1. Columns are found by the words in the first row, in any order; a word that is none of ours
// is a mistake, so that a column is never lost without a word.
package workbook
