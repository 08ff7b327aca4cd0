package locale_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the module's directory as seen from here.
const root = "../.."

// use is a place where the product names a key.
type use struct {
	at     string
	key    string
	args   int  // how many arguments fill its blanks; anyArgs if that is not to be seen there
	prefix bool // key is the beginning of one that is put together
	refuse bool // the key of a refusal
}

const anyArgs = -1

// keyLike is a text that may be a key; startLike may begin one.
var (
	keyLike   = regexp.MustCompile(`^[a-z][a-z-]*(\.[a-z0-9][a-z0-9_:-]*)+$`)
	startLike = regexp.MustCompile(`^[a-z][a-z-]*(\.[a-z0-9-]+)*\.$`)
)

// source is one file of the module.
type source struct {
	path string // from the module's directory
	file *ast.File
	set  *token.FileSet
}

func (s *source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

// sources parses the module without tests and the packages that serve tests only, whose names end in test.
func sources(t *testing.T) []*source {
	t.Helper()
	var out []*source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "testdata" || strings.HasSuffix(name, "test") || len(name) > 2 && name[0] == '.') {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		out = append(out, &source{filepath.ToSlash(rel), f, set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// goUses returns the keys that the module's Go code names. A text that looks like a key of a topic that the locale
// files have counts as one wherever it stands: it may reach a sentence through a variable.
func goUses(all []*source, topics map[string]bool) []use {
	carriers := carriersOf(all)
	var out []use
	for _, s := range all {
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				out = append(out, s.call(n, carriers[filepath.Dir(s.path)])...)
			case *ast.CompositeLit:
				out = append(out, s.refusal(n)...)
			case *ast.BinaryExpr:
				if key, ok := text(n.X); ok && n.Op == token.ADD && startLike.MatchString(key) && topics[topicOf(key)] {
					out = append(out, use{at: s.at(n), key: key, prefix: true})
				}
			case *ast.BasicLit:
				key, ok := text(n)
				if ok && keyLike.MatchString(key) && topics[topicOf(key)] && !isFile(key) {
					out = append(out, use{at: s.at(n), key: key, args: anyArgs})
				}
			}
			return true
		})
	}
	return out
}

// topicOf returns the first part of a key.
func topicOf(key string) string {
	topic, _, _ := strings.Cut(key, ".")
	return topic
}

// isFile reports whether a text is rather the name of a file.
func isFile(s string) bool {
	return slices.Contains([]string{".css", ".csv", ".db", ".js", ".json", ".key", ".log", ".pdf", ".pub", ".rec", ".svg", ".txt", ".yaml"}, filepath.Ext(s))
}

// carriersOf returns, for each directory, its functions that take a key, with the place of it among their arguments.
func carriersOf(all []*source) map[string]map[string]int {
	out := map[string]map[string]int{}
	for _, s := range all {
		dir := filepath.Dir(s.path)
		if out[dir] == nil {
			out[dir] = map[string]int{}
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			at := 0
			for _, field := range f.Type.Params.List {
				for _, name := range field.Names {
					if name.Name == "key" {
						out[dir][f.Name.Name] = at
					}
					at++
				}
			}
		}
	}
	return out
}

// call returns the key that a call names: Refuse, locale.T and locale.Count, or a function of the same package that
// hands it on.
func (s *source) call(c *ast.CallExpr, carriers map[string]int) []use {
	name, pkg := callee(c)
	u := use{at: s.at(c), args: anyArgs}
	at, carried := carriers[name]
	switch {
	case name == "Refuse" && (pkg == "civic" || pkg == "" && s.file.Name.Name == "civic"):
		at, u.refuse = 2, true
	case name == "T" && (pkg == "locale" || pkg == "" && s.file.Name.Name == "locale"):
		at = 1
	case name == "Count" && (pkg == "locale" || pkg == "" && s.file.Name.Name == "locale"):
		at, u.args = 1, 1
	case !carried:
		return nil
	}
	if at >= len(c.Args) {
		return nil
	}
	key, ok := text(c.Args[at])
	if sum, together := c.Args[at].(*ast.BinaryExpr); together {
		key, ok = text(sum.X)
		u.prefix = true
	}
	if !ok || u.prefix && !startLike.MatchString(key) || !u.prefix && !keyLike.MatchString(key) {
		return nil
	}
	if known := name == "Refuse" || name == "T"; known && !c.Ellipsis.IsValid() {
		u.args = len(c.Args) - at - 1
	}
	u.key = key
	return []use{u}
}

// refusal returns the key of a civic.Error that is written out.
func (s *source) refusal(c *ast.CompositeLit) []use {
	name, pkg := typeName(c.Type)
	if name != "Error" || pkg != "civic" && (pkg != "" || s.file.Name.Name != "civic") {
		return nil
	}
	u := use{at: s.at(c), refuse: true}
	for _, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch field, _ := kv.Key.(*ast.Ident); field.Name {
		case "Key":
			u.key, _ = text(kv.Value)
		case "Args":
			u.args = anyArgs
			if list, ok := kv.Value.(*ast.CompositeLit); ok {
				u.args = len(list.Elts)
			}
		}
	}
	if u.key == "" {
		return nil
	}
	return []use{u}
}

// consts returns the values of the constants of a type, sorted: what its values can be, without the empty one.
func consts(t *testing.T, all []*source, dir, typ string) []string {
	t.Helper()
	var out []string
	for _, s := range all {
		if filepath.Dir(s.path) != dir {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if name, _ := typeName(v.Type); name != typ {
				return true
			}
			for _, e := range v.Values {
				if value, ok := text(e); ok && value != "" {
					out = append(out, value)
				}
			}
			return true
		})
	}
	if len(out) == 0 {
		t.Errorf("%s has no constants of type %s: the check is blind", dir, typ)
	}
	slices.Sort(out)
	return out
}

func callee(c *ast.CallExpr) (name, pkg string) { return typeName(c.Fun) }

// typeName parts a plain or qualified name.
func typeName(e ast.Expr) (name, pkg string) {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name, ""
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return e.Sel.Name, x.Name
		}
		return e.Sel.Name, "?"
	}
	return "", ""
}

// text returns the value of a text literal.
func text(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}
