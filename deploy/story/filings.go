package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"doorstep/sync/civic"
)

// filings are the services that have a form of their own. HJ-009 is filed with the line cut; these follow.
var filings = []string{"HJ-006", "HJ-008", "JS-001", "SB-001", "SB-006", "SB-010", "LD-001", "LD-004", "WS-014", "QY-002", "QY-003"}

// examples is where the examples lie that the forms are tested with, and exampleDay the day they were written for.
const examples = "sync/catalogue/testdata/filings"

var exampleDay = civic.Date{Year: 2026, Month: 9, Day: 26}

// twelveForms files one application of each service that has a form of its own, and looks whether each is a case.
func (t *teller) twelveForms(ctx context.Context) error {
	for _, id := range filings {
		touches, typed := t.screen.touches, t.screen.typed
		given, err := t.fileExample(id)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		t.efforts[id] = effort{given, t.screen.touches - touches, t.screen.typed - typed}
	}
	table, err := formTable(append([]string{"HJ-009"}, filings...), t.efforts)
	if err != nil {
		return err
	}
	if err := os.WriteFile(t.site.Path("forms.md"), []byte(table), 0o600); err != nil {
		return fmt.Errorf("write the table of forms: %w", err)
	}
	err = until(ctx, "a case of each form", func() (bool, error) {
		n, err := t.count(ctx, `SELECT count(DISTINCT service) FROM cases`)
		return n == len(filings)+1, err
	})
	if err != nil {
		return err
	}
	return t.counts(ctx, len(filings)+1, "cases", `SELECT count(*) FROM cases`)
}

// fileExample files the example of one service and returns how many answers it gave.
func (t *teller) fileExample(id string) (int, error) {
	a, err := example(id, time.Now())
	if err != nil {
		return 0, err
	}
	return len(a), t.fileAs(id, a)
}

// fileAs goes the whole way of one service, from its guide until the resident leaves.
func (t *teller) fileAs(id string, a answers) error {
	s := t.screen
	if err := s.open("http://" + t.site.Ports.Pages + "/guide/" + id); err != nil {
		return err
	}
	if err := s.picture(t.site.Path("form-" + id + "-00.png")); err != nil {
		return err
	}
	if err := t.begin(id); err != nil {
		return err
	}
	if err := t.fillForm(a, "form-"+id); err != nil {
		return err
	}
	if err := t.handOver(); err != nil {
		return err
	}
	if err := s.press(mainKey); err != nil {
		return err
	}
	if err := s.says(a["name"][0]); err != nil {
		return err
	}
	if err := s.press(mainKey); err != nil {
		return err
	}
	if err := s.says("已收件"); err != nil {
		return err
	}
	if _, err := t.shownCode(); err != nil {
		return err
	}
	return s.press(mainKey) // leaves
}

// handOver does for each paper what its kind allows: it is photographed, follows later, is looked up, or is left out.
func (t *teller) handOver() error {
	s := t.screen
	for i := range maxPages {
		open, err := eval[string](s, `(e => e ? e.dataset.material + ' ' + e.querySelector('.need').className.split(' ')[1] : '')(
			[...document.querySelectorAll('section.material')].find(e => !e.querySelector('p.state')))`)
		if err != nil || open == "" {
			return err
		}
		id, need, _ := strings.Cut(open, " ")
		switch state := map[string]string{"later": "owed", "held": "held", "optional": "none"}[need]; state {
		case "":
			err = t.attach(id, uint8(i*20))
		default:
			err = s.press(fmt.Sprintf(`#m-%s button[value=%q]`, id, state))
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("more than %d papers", maxPages)
}

// example reads an example as the form's fields are named, with its days moved to where they would be today.
func example(id string, today time.Time) (answers, error) {
	b, err := os.ReadFile(filepath.Join(filepath.FromSlash(examples), id+".json"))
	if err != nil {
		return nil, fmt.Errorf("read the example: %w", err)
	}
	var tree any
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("read the example: %w", err)
	}
	a := answers{"guardian": {"true"}} // asked where a child is too young to agree
	a.put("", tree, int(civic.DateOf(today).Time().Sub(exampleDay.Time()).Hours()/24))
	return a, nil
}

var dayShape = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// put adds a value of an example and what is below it. Days are moved by a number of days.
func (a answers) put(path string, value any, move int) {
	switch v := value.(type) {
	case map[string]any:
		for name, part := range v {
			a.put(strings.TrimPrefix(path+"/"+name, "/"), part, move)
		}
	case []any:
		for i, part := range v {
			if _, ok := part.(map[string]any); ok {
				a.put(fmt.Sprintf("%s/%d", path, i), part, move)
			} else {
				a.put(path, part, move)
			}
		}
	default:
		text := fmt.Sprint(v)
		if day, err := civic.ParseDate(text); err == nil && dayShape.MatchString(text) {
			text = day.Add(move).String()
		}
		a[path] = append(a[path], text)
	}
}
