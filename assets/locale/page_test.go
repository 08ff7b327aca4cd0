package locale_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"text/template/parse"
)

// pageUses returns the keys that the templates name.
func pageUses(t *testing.T, topics map[string]bool) []use {
	t.Helper()
	var out []use
	dir := filepath.Join(root, "assets", "templates")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		trees := map[string]*parse.Tree{}
		p := parse.New(d.Name())
		p.Mode = parse.SkipFuncCheck
		if trees[d.Name()], err = p.Parse(string(b), "", "", trees); err != nil {
			return err
		}
		for _, tree := range trees {
			w := walker{at: "assets/templates/" + filepath.Base(filepath.Dir(path)) + "/" + d.Name(), topics: topics}
			w.node(tree.Root)
			out = append(out, w.uses...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// walker collects the keys of one template.
type walker struct {
	at     string
	topics map[string]bool
	uses   []use
}

func (w *walker) node(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, c := range n.Nodes {
			w.node(c)
		}
	case *parse.ActionNode:
		w.node(n.Pipe)
	case *parse.TemplateNode:
		w.node(n.Pipe)
	case *parse.IfNode:
		w.branch(&n.BranchNode)
	case *parse.RangeNode:
		w.branch(&n.BranchNode)
	case *parse.WithNode:
		w.branch(&n.BranchNode)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, c := range n.Cmds {
			w.command(c)
		}
	case *parse.StringNode:
		if keyLike.MatchString(n.Text) && w.topics[topicOf(n.Text)] && !isFile(n.Text) {
			w.uses = append(w.uses, use{at: w.at, key: n.Text, args: anyArgs})
		}
	}
}

func (w *walker) branch(n *parse.BranchNode) {
	w.node(n.Pipe)
	w.node(n.List)
	w.node(n.ElseList)
}

// command reads t and n with a key, and print with the beginning of one. A sentence that a page takes without
// arguments may keep its blanks: its script fills them.
func (w *walker) command(c *parse.CommandNode) {
	for _, a := range c.Args {
		w.node(a)
	}
	name, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok || len(c.Args) < 2 {
		return
	}
	speaks := name.Ident == "t" || name.Ident == "n"
	first, ok := c.Args[1].(*parse.StringNode)
	if pipe, inner := c.Args[1].(*parse.PipeNode); inner && speaks {
		first, ok = beginning(pipe)
	}
	switch {
	case !ok:
	case name.Ident == "t" && keyLike.MatchString(first.Text):
		u := use{at: w.at, key: first.Text, args: len(c.Args) - 2}
		if u.args == 0 {
			u.args = anyArgs
		}
		w.uses = append(w.uses, u)
	case name.Ident == "n" && keyLike.MatchString(first.Text):
		w.uses = append(w.uses, use{at: w.at, key: first.Text, args: 1})
	case name.Ident == "print" && startLike.MatchString(first.Text) && w.topics[topicOf(first.Text)], speaks && startLike.MatchString(first.Text):
		w.uses = append(w.uses, use{at: w.at, key: first.Text, prefix: true})
	}
}

// beginning returns what a key begins with that is printed together in brackets.
func beginning(p *parse.PipeNode) (*parse.StringNode, bool) {
	if len(p.Cmds) != 1 || len(p.Cmds[0].Args) < 2 {
		return nil, false
	}
	s, ok := p.Cmds[0].Args[1].(*parse.StringNode)
	return s, ok
}
