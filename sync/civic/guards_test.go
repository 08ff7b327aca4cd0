package civic_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sources parses the package's files without its tests.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		t.Fatal("no files to guard")
	}
	return out
}

// Both halves and every layer lean on the nouns, so the nouns lean on nothing but the standard library, to any depth.
func TestImportsStandardLibraryOnly(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); !slices.Equal(got, []string{"doorstep/sync/civic"}) {
		t.Errorf("links %v", got)
	}
}

// Rules take the time and the bytes as arguments: nothing here reads a clock, a file, a process or the net, draws
// lots or writes a log of its own.
func TestImportsNothingThatReachesOut(t *testing.T) {
	for _, f := range sources(t) {
		for _, imp := range f.Imports {
			path, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			switch root, _, _ := strings.Cut(path, "/"); root {
			case "os", "net", "syscall", "unsafe", "runtime", "math", "log", "sync", "database", "plugin":
				if path != "log/slog" { // for LogValue only
					t.Errorf("imports %s", path)
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok {
					switch x.Name + "." + s.Sel.Name {
					case "time.Now", "time.Since", "time.Until", "time.After", "time.Sleep", "time.Local", "slog.Default", "slog.Info":
						t.Errorf("%s.%s in a rule", x.Name, s.Sel.Name)
					}
				}
			}
			return true
		})
	}
}

// Every refusal explains itself (promise P10): each locale key used here has a sentence in both languages, with the
// same blanks, and every sentence of these files is used.
func TestEveryRefusalHasItsSentence(t *testing.T) {
	used := map[string]bool{}
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if s := keyOf(n); s != "" {
				used[s] = true
			}
			return true
		})
	}
	zh, en := sentences(t, "zh"), sentences(t, "en")
	blank := regexp.MustCompile(`\{\d+\}`)
	for key := range used {
		a, b := blank.FindAllString(zh[key], -1), blank.FindAllString(en[key], -1)
		slices.Sort(a)
		slices.Sort(b)
		if zh[key] == "" || en[key] == "" || !slices.Equal(a, b) {
			t.Errorf("%s: zh %q, en %q", key, zh[key], en[key])
		}
	}
	for key := range read(t, "../../assets/locale/zh.civic.json") {
		if !used[key] {
			t.Errorf("%s is said nowhere", key)
		}
	}
}

// keyOf returns the locale key that a call of Refuse or a literal of Error names.
func keyOf(n ast.Node) string {
	var arg ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "Refuse" && len(n.Args) >= 3 {
			arg = n.Args[2]
		}
	case *ast.KeyValueExpr:
		if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Key" {
			arg = n.Value
		}
	}
	lit, ok := arg.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// sentences merges the files of one language.
func sentences(t *testing.T, lang string) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../assets/locale/" + lang + ".*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no sentences in %s (%v)", lang, err)
	}
	all := map[string]string{}
	for _, name := range names {
		for k, v := range read(t, name) {
			all[k] = v
		}
	}
	return all
}

func read(t *testing.T, name string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]string
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}
