package ime

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/encoding/simplifiedchinese"
)

//go:embed lexicon/*.txt
var lists embed.FS

// WordsFile is the name under which Open looks for the larger dictionary: a line a word, "词 频次 ci'yu",
// in UTF-8, gathered by the asset build from a published word list.
const WordsFile = "words.txt"

// A list is one of the hand-made lists whose words come first under a hint.
type list int

const (
	noList list = iota - 1
	surnames
	given
	places
	listCount
)

// unseemly characters can be typed, but stand behind all others of the standard on a screen in a public hall.
const unseemly = "婊嫖妓娼淫奸屄屌肏屎屁"

// A word is one text under one reading, with how useful it is.
type word struct {
	text   string
	spell  string           // syllables joined by '
	weight int32            // about a thousand times the binary logarithm of how often it is written
	rank   [listCount]int16 // its place in each list, from 1; 0 where the list lacks it
}

// A lexicon gathers words: the same text and reading given twice is one word with the better of both.
type lexicon struct {
	words   []word
	at      map[[2]string]int // text and reading to the word's place
	strokes []drawn
}

// Weights on the scale of a word's frequency. A character's weight comes from its level; a list's word gets one
// that lets it stand beside words of the large dictionary.
const (
	levelOne   = 7500  // first level of GB 2312
	levelTwo   = 4500  // second level
	levelThree = 3500  // in the national table, not in GB 2312
	levelRest  = 1000  // any other character in the basic blocks
	levelName  = 5500  // at least this much for a character that parents choose
	rareSound  = 3400  // at most this much under a reading that everyday writing does not use
	phraseTop  = 12000 // first of the phrases; each later one a little less
	placeTop   = 9500
	serviceTop = 7500
	nameTop    = 5200
)

func readLexicon(data fs.FS) (*lexicon, error) {
	lex := &lexicon{words: make([]word, 0, 1<<17), at: make(map[[2]string]int, 1<<17)}
	if err := lex.characters(); err != nil {
		return nil, err
	}
	for _, l := range []struct {
		file string
		list list
		top  int32
	}{
		{"surnames", surnames, nameTop}, {"given", given, nameTop}, {"places", places, placeTop},
		{"phrases", noList, phraseTop}, {"services", noList, serviceTop},
	} {
		if err := lex.list(l.file, l.list, l.top); err != nil {
			return nil, err
		}
	}
	if data == nil {
		return lex, nil
	}
	return lex, lex.extend(data)
}

// add puts a word in, or betters the one that is there.
func (lex *lexicon) add(text, spell string, weight int32) *word {
	key := [2]string{text, spell}
	i, ok := lex.at[key]
	if !ok {
		i = len(lex.words)
		lex.at[key] = i
		lex.words = append(lex.words, word{text: text, spell: spell, weight: weight})
	}
	w := &lex.words[i]
	w.weight = max(w.weight, weight)
	return w
}

// characters adds every character whose reading is known, under all its readings.
func (lex *lexicon) characters() error {
	weights, err := characterWeights()
	if err != nil {
		return err
	}
	everyday, err := everydayReadings()
	if err != nil {
		return err
	}
	weigh := func(r rune) {
		usual := true
		for _, reading := range Readings(r) {
			weight := weights.of(r)
			if !usual {
				weight = weighReading(weight, everyday[string(r)+reading])
			}
			lex.add(string(r), reading, weight)
			usual = false
		}
	}
	for r := range pinyin.PinyinDict {
		weigh(rune(r))
	}
	for pair, use := range everyday {
		r, n := utf8.DecodeRuneInString(pair)
		if _, known := lex.at[[2]string{pair[:n], pair[n:]}]; !known {
			lex.add(string(r), pair[n:], weighReading(weights.of(r), use))
		}
	}
	return nil
}

// weighReading lowers the weight of a character under a reading that is not its first: hardly for one in everyday
// use, behind every common character for one that is not used at all.
func weighReading(weight int32, use usage) int32 {
	switch use {
	case everydayUse:
		return weight - 500
	case occasionalUse:
		return min(weight-4000, levelOne+500)
	}
	return min(weight-9000, rareSound)
}

// list adds the words of one hand-made list. A word without a reading of its own gets the usual readings of
// its characters.
func (lex *lexicon) list(file string, l list, top int32) error {
	items, err := readList(file)
	if err != nil {
		return err
	}
	for i, item := range items {
		text, spell, ok := strings.Cut(item, "=")
		if !ok {
			spell = usualSpelling(text)
		}
		weight := top - int32(min(i*5, 3000))
		if utf8.RuneCountInString(text) == 1 {
			weight = 0
			if l == given {
				weight = levelName
			}
		}
		w := lex.add(text, spell, weight)
		if l != noList && w.rank[l] == 0 {
			w.rank[l] = int16(i + 1)
		}
	}
	return nil
}

// extend adds the dictionaries that data holds.
func (lex *lexicon) extend(data fs.FS) error {
	if err := each(data, WordsFile, lex.dictionaryLine); err != nil {
		return err
	}
	return each(data, StrokesFile, lex.strokeLine)
}

// each calls use for every line of a file; a missing file has none.
func each(data fs.FS, name string, use func(line string) error) error {
	f, err := data.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		if line = strings.TrimRight(line, "\r\n"); line == "" || line[0] == '#' {
			continue
		}
		if err := use(line); err != nil {
			return fmt.Errorf("%s line %d: %w", name, number, err)
		}
	}
	return nil
}

func (lex *lexicon) dictionaryLine(line string) error {
	text, rest, _ := strings.Cut(line, " ")
	count, spell, ok := strings.Cut(rest, " ")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n <= 0 || utf8.RuneCountInString(text) != strings.Count(spell, "'")+1 {
		return errors.New("not a word, a count and a reading")
	}
	lex.add(text, spell, logWeight(n))
	return nil
}

// logWeight puts a frequency on the scale of weights.
func logWeight(count int) int32 { return int32(1000 * math.Log2(float64(count))) }

// usualSpelling reads each character of text in its usual way.
func usualSpelling(text string) string {
	var parts []string
	for _, r := range text {
		if readings := Readings(r); len(readings) > 0 {
			parts = append(parts, readings[0])
		}
	}
	return strings.Join(parts, "'")
}

// readList returns the words of a hand-made list in their order.
func readList(file string) ([]string, error) {
	text, err := lists.ReadFile("lexicon/" + file + ".txt")
	if err != nil {
		return nil, err
	}
	var out []string
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "#") {
			out = append(out, strings.Fields(lines.Text())...)
		}
	}
	return out, lines.Err()
}

// A usage tells how much everyday writing uses a second reading.
type usage int

const (
	_ usage = iota
	occasionalUse
	everydayUse
)

// everydayReadings returns the second readings in use by character and reading, "长chang".
func everydayReadings() (map[string]usage, error) {
	items, err := readList("everyday")
	if err != nil {
		return nil, err
	}
	uses := make(map[string]usage, len(items))
	for _, item := range items {
		if text, spell, ok := strings.Cut(item, "="); ok {
			uses[text+spell] = everydayUse
		} else {
			uses[strings.Replace(item, "~", "", 1)] = occasionalUse
		}
	}
	return uses, nil
}

// charWeights holds the weights of the characters that are better than the rest.
type charWeights map[rune]int32

// characterWeights ranks characters: those of common.txt by their place, then the two levels of GB 2312, then what
// else the national table has.
func characterWeights() (charWeights, error) {
	common, err := readList("common")
	if err != nil {
		return nil, err
	}
	beyond, err := readList("beyond")
	if err != nil {
		return nil, err
	}
	weights := make(charWeights, 9000)
	place := 0
	for _, r := range strings.Join(common, "") {
		if _, seen := weights[r]; !seen {
			place++
			weights[r] = max(logWeight(800000/place), levelOne+500)
		}
	}
	for row := 0xB0; row <= 0xF7; row++ {
		level := int32(levelOne)
		if row >= 0xD8 {
			level = levelTwo
		}
		weights.row(byte(row), level)
	}
	for _, r := range strings.Join(beyond, "") {
		weights[r] = levelThree
	}
	for _, r := range unseemly {
		weights[r] = levelRest
	}
	return weights, nil
}

// row gives every character in a row of GB 2312 at least a level's weight.
func (weights charWeights) row(row byte, level int32) {
	for cell := 0xA1; cell <= 0xFE; cell++ {
		pair, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{row, byte(cell)})
		if err != nil {
			continue
		}
		if r, _ := utf8.DecodeRune(pair); r != utf8.RuneError {
			weights[r] = max(weights[r], level)
		}
	}
}

func (weights charWeights) of(r rune) int32 {
	if w, ok := weights[r]; ok {
		return w
	}
	if r >= 0x4E00 && r <= 0x9FFF {
		return levelRest
	}
	return 0
}
