package civic

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName bounds a name in characters: the longest that a resident identity card holds, and room for foreign ones.
const MaxName = 60

// compound lists the surnames of two characters that are common today.
const compound = " 欧阳 司马 上官 诸葛 司徒 东方 令狐 皇甫 尉迟 公孙 慕容 长孙 宇文 夏侯 轩辕 端木 百里 东郭 南宫 西门 独孤 闻人 申屠 澹台 淳于 单于 太史 钟离 呼延 万俟 第五 拓跋 赫连 公羊 濮阳 鲜于 闾丘 "

// CleanName brings a name into the form it is kept in: outer white space gone, inner runs made one space, the
// variants of the interpunct of minority and foreign names made one (·) without spaces around it. It refuses what is
// no text, control characters, invisible ones that would make two names look alike, and private-use characters,
// which mean something on one machine only. Rare characters and their variants stay as they are: no name is corrected.
func CleanName(s string) (string, error) {
	// What is no UTF-8 becomes utf8.RuneError in the first step and is refused as that.
	s = strings.Join(strings.Fields(strings.Map(interpunct, s)), " ")
	s = strings.NewReplacer(" · ", "·", " ·", "·", "· ", "·").Replace(s)
	n := 0
	for _, r := range s {
		n++
		switch {
		case unicode.Is(unicode.Co, r):
			return "", Refuse(Invalid, "", "name.private-use")
		case !nameable(r):
			return "", Refuse(Invalid, "", "name.control")
		}
	}
	switch {
	case n == 0:
		return "", Refuse(Missing, "", "name.empty")
	case n > MaxName:
		return "", Refuse(Invalid, "", "name.long", MaxName)
	}
	return s, nil
}

// CheckName reports whether CleanName takes s.
func CheckName(s string) error {
	_, err := CleanName(s)
	return err
}

// nameable reports whether a character may stand in a name. Of the invisible ones only the joiners may, which some
// scripts need to spell.
func nameable(r rune) bool {
	switch r {
	case '\u200c', '\u200d', '\u180e':
		return true
	case utf8.RuneError, '<', '>', '*': // a star is what a mask leaves
		return false
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Noncharacter_Code_Point)
}

func interpunct(r rune) rune {
	if strings.ContainsRune("•‧∙⋅・･．", r) {
		return '·'
	}
	return r
}

// MaskName keeps the surname of a Chinese name, and the first character of each part of one that has parts, as
// foreign names and those with an interpunct have. The stars count the characters of a Chinese name without parts
// only. A name of one character is starred whole.
func MaskName(name string) string {
	r := visible(name)
	switch {
	case len(r) <= 1:
		return strings.Repeat("*", len(r))
	case han(r[0]) && !strings.ContainsAny(string(r), "· "):
		keep := 1
		if len(r) > 2 && strings.Contains(compound, " "+string(r[:2])+" ") {
			keep = 2
		}
		return string(r[:keep]) + strings.Repeat("*", len(r)-keep)
	}
	var b strings.Builder
	for i, c := range r {
		starts := i == 0 || separates(r[i-1])
		switch {
		case separates(c):
			b.WriteRune(c)
		case !starts:
		case i > 0 && (i == len(r)-1 || separates(r[i+1])):
			b.WriteString("**") // a later part of one character would be told whole
		default:
			b.WriteString(string(c) + "**")
		}
	}
	return b.String()
}

func separates(r rune) bool { return r == ' ' || r == '·' }

// visible returns the characters of a name without the marks and joiners that belong to the one before, and without
// separators at its ends.
func visible(name string) []rune {
	return []rune(strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.M, unicode.Cf, unicode.Cc):
			return -1
		}
		return interpunct(r)
	}, name), " ·"))
}

// han reports whether r is a Chinese character, also one of the planes of rare characters that the tables of this
// Go do not list yet.
func han(r rune) bool { return unicode.Is(unicode.Han, r) || r >= 0x20000 && r <= 0x3fffd }
