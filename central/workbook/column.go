package workbook

import (
	"strconv"
	"strings"

	"doorstep/sync/civic"
)

// column is one column of a sheet whose rows are a T.
type column[T any] struct {
	name  string  // the word in the first row
	path  string  // as catalogue.Rules names the field within its row
	width float64 // in characters
	help  string  // what it holds, for the sheet that explains
	one   []word  // the values it takes, one a cell
	many  []word  // the values it takes, several a cell
	plain bool    // a number
	must  bool
	get   func(*T) string
	set   func(*T, string) *civic.Error
}

// word is a value in the words of the workbook.
type word struct{ code, text string }

// The words of values that the catalogue knows by code.
var ( //nolint:gochecknoglobals // tables
	needWords = []word{{"required", "必要"}, {"optional", "非必要"}, {"later", "容缺后补"}, {"held", "免提交"}}
	dayWords  = []word{{"working", "工作日"}, {"calendar", "自然日"}}
	wayWords  = []word{{"terminal", "自助终端"}, {"community", "社区"}, {"online", "网上"}, {"window", "窗口"}}
	lifeWords = []word{
		{"birth", "出生"}, {"school", "上学"}, {"work", "工作"}, {"marriage", "结婚"}, {"health", "看病"}, {"old-age", "养老"},
		{"housing", "住房"}, {"business", "开店"},
	}
	trustWords = []word{
		{"G", "G 已公布的办事指南"}, {"A", "A 时限写在法条里"}, {"L", "L 有法律依据"}, {"W", "W 网上资料"}, {"B", "B 书"}, {"C", "C 常识"},
	}
	keepWords   = []word{{"permit", "许可"}, {"benefit", "待遇"}, {"register", "登记"}, {"letter", "信件"}, {"request", "个人信息请求"}}
	claimWords  = []word{{"copy", "查阅复制"}, {"correction", "更正补充"}, {"deletion", "删除"}}
	yesWords    = []word{{"yes", "是"}}
	acceptWords = []word{{"image/jpeg", "JPG"}, {"image/png", "PNG"}, {"application/pdf", "PDF"}}
)

// say returns the workbook's word for a code; the code itself where there is none.
func say(words []word, code string) string {
	for _, w := range words {
		if w.code == code {
			return w.text
		}
	}
	return code
}

// codeOf returns the code that a word or code in a cell names.
func codeOf(words []word, text string) (string, *civic.Error) {
	for _, w := range words {
		if text == w.code || text == w.text {
			return w.code, nil
		}
	}
	return "", civic.Refuse(civic.Invalid, "", "workbook.choice", texts(words))
}

func texts(words []word) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.text
	}
	return strings.Join(out, "、")
}

// sayMany and codesOf do the same for a cell with several.
func sayMany[T ~string](words []word, codes []T) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = say(words, string(c))
	}
	return strings.Join(out, "、")
}

func codesOf[T ~string](words []word, text string) ([]T, *civic.Error) {
	var out []T
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("、,，;；/\n", r) }) {
		code, err := codeOf(words, strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		out = append(out, T(code))
	}
	return out, nil
}

// lines reads a cell with one item a line.
func lines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func number(text string) (int, *civic.Error) {
	if text == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int(f)) || f < 0 || f > 1e6 {
		return 0, civic.Refuse(civic.Invalid, "", "workbook.whole")
	}
	return int(f), nil
}

func digits(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// The kinds of columns.

func text[T any](name, path string, width float64, help string, at func(*T) *string) column[T] {
	return column[T]{
		name: name, path: path, width: width, help: help,
		get: func(v *T) string { return *at(v) },
		set: func(v *T, s string) *civic.Error { *at(v) = s; return nil },
	}
}

func listed[T any](name, path string, width float64, help string, at func(*T) *[]string) column[T] {
	return column[T]{
		name: name, path: path, width: width, help: help,
		get: func(v *T) string { return strings.Join(*at(v), "\n") },
		set: func(v *T, s string) *civic.Error { *at(v) = lines(s); return nil },
	}
}

func counted[T any](name, path string, width float64, help string, at func(*T) *int) column[T] {
	return column[T]{
		name: name, path: path, width: width, help: help, plain: true,
		get: func(v *T) string { return digits(*at(v)) },
		set: func(v *T, s string) (err *civic.Error) { *at(v), err = number(s); return err },
	}
}

func flagged[T any](name, path string, width float64, help string, at func(*T) *bool) column[T] {
	return column[T]{
		name: name, path: path, width: width, help: help, one: yesWords,
		get: func(v *T) string {
			if *at(v) {
				return yesWords[0].text
			}
			return ""
		},
		set: func(v *T, s string) (err *civic.Error) {
			if s != "" {
				_, err = codeOf(yesWords, s)
			}
			*at(v) = s != "" && err == nil
			return err
		},
	}
}

func chosen[T any, S ~string](name, path string, width float64, help string, words []word, at func(*T) *S) column[T] {
	return column[T]{
		name: name, path: path, width: width, help: help, one: words,
		get: func(v *T) string { return say(words, string(*at(v))) },
		set: func(v *T, s string) *civic.Error {
			if s == "" {
				*at(v) = ""
				return nil
			}
			code, err := codeOf(words, s)
			*at(v) = S(code)
			return err
		},
	}
}

func several[T any, S ~string](name, path string, width float64, help string, words []word, at func(*T) *[]S) column[T] {
	return column[T]{
		name: name, path: path, width: width, help: help, many: words,
		get: func(v *T) string { return sayMany(words, *at(v)) },
		set: func(v *T, s string) (err *civic.Error) { *at(v), err = codesOf[S](words, s); return err },
	}
}

// required marks a column that no row may leave empty.
func required[T any](c column[T]) column[T] {
	c.must = true
	return c
}
