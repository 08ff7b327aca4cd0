package wire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// TestClasses holds three things against each other: every code that the module defines, the class that ClassOf
// gives it, and the table of PROTOCOL.md. None may have one that the others lack.
func TestClasses(t *testing.T) {
	page := classTable(t)
	codes := definedCodes(t)
	if len(codes) < 30 {
		t.Fatalf("%d codes are found: the test is blind", len(codes))
	}
	for code, at := range codes {
		class, ok := page[code]
		switch {
		case !ok:
			t.Errorf("%s: %s is not in the table of PROTOCOL.md", at, code)
		case class != wire.ClassOf(code):
			t.Errorf("%s is %s by the code and %s by PROTOCOL.md", code, wire.ClassOf(code), class)
		}
		if !wire.Classed(code) {
			t.Errorf("%s: %s has no class", at, code)
		}
	}
	for code := range page {
		if _, ok := codes[code]; !ok {
			t.Errorf("PROTOCOL.md knows a code %s that no one defines", code)
		}
	}
	if wire.ClassOf("of-a-later-version") != wire.ClassLink {
		t.Error("an unknown code is not tried again")
	}
}

// TestOutcomes holds the outcomes that the code defines against the table of PROTOCOL.md.
func TestOutcomes(t *testing.T) {
	page := map[string]bool{}
	for _, row := range rowsUnder(t, "### Outcome") {
		page[row[1]] = true
	}
	defined := constsOf(t, "Outcome")
	if len(defined) < 12 {
		t.Fatalf("%d outcomes are found: the test is blind", len(defined))
	}
	for o, at := range defined {
		if !page[o] {
			t.Errorf("%s: outcome %s is not in PROTOCOL.md", at, o)
		}
		delete(page, o)
	}
	for o := range page {
		t.Errorf("PROTOCOL.md knows an outcome %s that no one defines", o)
	}
}

var tableRow = regexp.MustCompile("^\\| `([^`]+)` \\|(?: ([a-z]+) \\|)?")

// rowsUnder returns the rows of the tables under a heading of PROTOCOL.md.
func rowsUnder(t *testing.T, heading string) (out [][]string) {
	t.Helper()
	page, err := os.ReadFile("../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "\n"+heading)
	if !ok {
		t.Fatalf("PROTOCOL.md has no %s", heading)
	}
	for line := range strings.Lines(rest) {
		if strings.HasPrefix(line, "#") {
			break
		}
		if m := tableRow.FindStringSubmatch(line); m != nil {
			out = append(out, m)
		}
	}
	return out
}

func classTable(t *testing.T) map[civic.Code]wire.Class {
	t.Helper()
	out := map[civic.Code]wire.Class{}
	for _, row := range rowsUnder(t, "## 9. Error codes") {
		out[civic.Code(row[1])] = wire.Class(row[2])
	}
	return out
}

// definedCodes returns every constant of type Code below sync, and where it stands.
func definedCodes(t *testing.T) map[civic.Code]string {
	t.Helper()
	out := map[civic.Code]string{}
	for v, at := range constsOf(t, "Code") {
		out[civic.Code(v)] = at
	}
	return out
}

// constsOf returns the string constants whose declared type has a name, in the packages below sync.
func constsOf(t *testing.T, typ string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), "../"+path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				name := ""
				switch x := v.Type.(type) {
				case *ast.Ident:
					name = x.Name
				case *ast.SelectorExpr:
					name = x.Sel.Name
				}
				if name != typ {
					continue
				}
				for _, value := range v.Values {
					lit, ok := value.(*ast.BasicLit)
					if !ok {
						continue
					}
					text, err := strconv.Unquote(lit.Value)
					if err != nil {
						return err
					}
					out[text] = path
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
