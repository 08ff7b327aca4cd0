package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"doorstep/kiosk/ime"
)

// The words come from the jieba dictionary as the Go module gse carries it. The module is used for this file only,
// so go.mod does not name it; the digest says which file is meant.
const (
	wordModule  = "github.com/go-ego/gse@v0.80.3"
	wordFile    = "data/dict/zh/s_1.txt"
	wordDigest  = "2b3063ec552327520bee3c0c5819d6e131ab3db50a60b94641ec90f611c24bcd"
	wordLicence = "jieba's dictionary (MIT), Copyright (c) 2013 Sun Junyi, as distributed in " + wordModule +
		" (Apache-2.0). The terms of the MIT licence are those printed for pinyin-pro below.\n\n"
)

// What is taken of the dictionary: words written often enough, not too long, and fit for a public screen.
const (
	rarest      = 20
	longest     = 7
	unfitForAll = "妓嫖淫奸娼婊尸屎屌肏屄"
)

// dictionary writes the two files that the terminal's keyboard learns from: words with their readings, and the
// strokes of characters.
func dictionary(names map[string]string) error {
	table, err := words()
	if err != nil {
		return fmt.Errorf("words of the keyboard: %w", err)
	}
	if err := put(names, ime.WordsFile, table); err != nil {
		return err
	}
	drawn, err := strokes()
	if err != nil {
		return fmt.Errorf("strokes of the keyboard: %w", err)
	}
	return put(names, ime.StrokesFile, drawn)
}

// counted is a word and how often it was met.
type counted struct {
	text  string
	count int
}

// words returns the lines of ime.WordsFile.
func words() ([]byte, error) {
	raw, err := wordList()
	if err != nil {
		return nil, err
	}
	chosen := choose(string(raw))
	readings, err := read(chosen)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for i, w := range chosen {
		if plausible(w.text, readings[i]) {
			fmt.Fprintf(&out, "%s %d %s\n", w.text, w.count, readings[i])
		}
	}
	return out.Bytes(), nil
}

// wordList fetches the published word list and checks that it is the one meant.
func wordList() ([]byte, error) {
	list, err := exec.Command("go", "mod", "download", "-json", wordModule).Output()
	if err != nil {
		return nil, fmt.Errorf("go mod download %s: %w", wordModule, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(list, &module); err != nil {
		return nil, fmt.Errorf("go mod download %s: %w", wordModule, err)
	}
	raw, err := os.ReadFile(filepath.Join(module.Dir, wordFile))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != wordDigest {
		return nil, errors.New("the word list is not the one this program was written for")
	}
	return raw, nil
}

// choose returns the words worth offering, the most frequent first. Names of persons are left out: a keyboard that
// proposes them would correct people's own.
func choose(list string) []counted {
	var out []counted
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) < 3 || strings.HasPrefix(fields[2], "nr") {
			continue
		}
		count, err := strconv.Atoi(fields[1])
		n := utf8.RuneCountInString(fields[0])
		if err != nil || count < rarest || n < 2 || n > longest || !standard(fields[0]) || strings.ContainsAny(fields[0], unfitForAll) {
			continue
		}
		out = append(out, counted{fields[0], count})
	}
	slices.SortFunc(out, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(a.text, b.text))
	})
	return out
}

// standard reports whether a word is written in the simplified characters of GB 2312.
func standard(text string) bool {
	coded, err := simplifiedchinese.HZGB2312.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return false
	}
	for _, r := range text {
		if len(ime.Readings(r)) == 0 {
			return false
		}
	}
	return len(coded) > 0
}

// read asks pinyin-pro, which knows words and not only characters, how the words are read.
func read(list []counted) ([]string, error) {
	var in strings.Builder
	for _, w := range list {
		in.WriteString(w.text + "\n")
	}
	node := exec.Command("node", "internal/build/readings.mjs")
	node.Stdin, node.Stderr = strings.NewReader(in.String()), os.Stderr
	out, err := node.Output()
	if err != nil {
		return nil, fmt.Errorf("read the words with pinyin-pro: %w", err)
	}
	readings := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(readings) != len(list) {
		return nil, fmt.Errorf("pinyin-pro read %d of %d words", len(readings), len(list))
	}
	return readings, nil
}

// plausible reports whether each syllable of a reading is a reading of its character.
func plausible(text, reading string) bool {
	syllables := strings.Split(reading, "'")
	chars := []rune(text)
	if len(chars) != len(syllables) {
		return false
	}
	for i, r := range chars {
		if !slices.Contains(ime.Readings(r), syllables[i]) {
			return false
		}
	}
	return true
}

var strokeTables = regexp.MustCompile(`JSON\.parse\('(\{[^']*\})'\)`)

// strokes returns the lines of ime.StrokesFile, from the stroke orders of cnchar-order.
func strokes() ([]byte, error) {
	source, err := os.ReadFile("node_modules/cnchar-order/cnchar.order.min.js")
	if err != nil {
		return nil, err
	}
	tables := strokeTables.FindAllSubmatch(source, -1)
	if len(tables) != 2 {
		return nil, fmt.Errorf("cnchar-order holds %d tables, not 2", len(tables))
	}
	var orders map[string]string
	var shapes map[string]struct{ Name string }
	if err := errors.Join(json.Unmarshal(tables[0][1], &orders), json.Unmarshal(tables[1][1], &shapes)); err != nil {
		return nil, err
	}
	lines := make([]string, 0, len(orders))
	for text, order := range orders {
		classes := make([]byte, len(order))
		for i := range len(order) {
			classes[i] = class(shapes[order[i:i+1]].Name)
		}
		if utf8.RuneCountInString(text) == 1 && !bytes.ContainsRune(classes, 0) {
			lines = append(lines, text+" "+string(classes)+"\n")
		}
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "")), nil
}

// class returns the key of a stroke: 1 横 2 竖 3 撇 4 捺 5 折, where a 提 counts as 横, a 竖钩 as 竖 and a 点 as 捺, as the
// national standard for the order of strokes has it. Every other stroke with a turn is a 折.
func class(name string) byte {
	switch name {
	case "横", "提":
		return '1'
	case "竖", "竖钩":
		return '2'
	case "撇":
		return '3'
	case "捺", "点", "点2":
		return '4'
	case "":
		return 0
	}
	return '5'
}
