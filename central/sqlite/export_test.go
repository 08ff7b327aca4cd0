package sqlite

// FiguresSQL is the text of a count, for a test of what it reads.
var FiguresSQL = figuresSQL
