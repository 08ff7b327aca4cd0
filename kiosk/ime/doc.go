// Package ime turns key presses on the touch screen into Chinese characters: full and abbreviated pinyin on 26 or
// nine keys, stroke classes, and code points for characters that nothing else reaches.
//
// An Engine is built once, holds only published data and never changes: it learns nothing from anybody, so the
// next resident sees the same candidates as the one before, and there is nothing to wipe. The keyboard sends the
// keys pressed so far; each Candidate says which text it stands for and which keys it leaves for the next one.
//
// Every character of the Table of General Standard Chinese Characters can be typed by its pinyin, and so can every
// other character whose reading is known. Words come from the lists in lexicon, written for forms and addresses,
// and, where Open is given them, from a larger dictionary made ready at build time; without that dictionary long
// phrases are put together from characters and the small lists, and strokes are not offered (see Engine.Modes).
package ime
