package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/assets"
	"doorstep/sync/catalogue"
)

// effort is what filing one application took.
type effort struct{ answers, touches, typed int }

// formTable writes, for each form that was filed, what it asks, what that took, and what it checks.
func formTable(order []string, efforts map[string]effort) (string, error) {
	services, err := catalogue.Parse(assets.Catalogue())
	if err != nil {
		return "", fmt.Errorf("read the catalogue: %w", err)
	}
	var b strings.Builder
	b.WriteString("| service | questions | papers | answered | touches | characters | checks |\n|---|---|---|---|---|---|---|\n")
	for _, id := range order {
		for _, s := range services {
			if s.Guide.ID != id {
				continue
			}
			var form any
			if err := json.Unmarshal(s.FormBody, &form); err != nil {
				return "", fmt.Errorf("read the form of %s: %w", id, err)
			}
			var c checks
			c.read(form)
			e := efforts[id]
			fmt.Fprintf(&b, "| %s %s | %d | %d | %d | %d | %d | %s |\n",
				id, s.Guide.Name, c.questions, len(s.Guide.Materials), e.answers, e.touches, e.typed, c)
		}
	}
	return b.String(), nil
}

// checks counts what a form holds its answers to.
type checks struct {
	questions                                             int
	identity, documents, phones, credit, accounts, past   int
	order, ages, conditions, repeats, patterns, agreement int
}

// read counts what stands anywhere in a schema.
func (c *checks) read(node any) {
	switch v := node.(type) {
	case map[string]any:
		for key, part := range v {
			c.one(key, part)
			c.read(part)
		}
	case []any:
		for _, part := range v {
			c.read(part)
		}
	}
}

func (c *checks) one(key string, value any) {
	word, _ := value.(string)
	switch key {
	case "x-control":
		c.questions++
		switch word {
		case "idnumber":
			c.identity++
		case "document":
			c.documents++
		case "repeat":
			c.repeats++
		case "agree":
			c.agreement++
		}
	case "format":
		switch word {
		case "phone":
			c.phones++
		case "credit-code":
			c.credit++
		case "bank-account":
			c.accounts++
		case "past-date":
			c.past++
		}
	case "x-after":
		c.order++
	case "x-age":
		c.ages++
	case "pattern":
		c.patterns++
	case "if":
		c.conditions++
	}
}

// String lists the checks in words.
func (c checks) String() string {
	var out []string
	for _, kind := range []struct {
		n    int
		what string
	}{
		{c.identity + c.documents, "documents by kind and check digit"}, {c.credit, "credit codes"}, {c.accounts, "bank accounts"},
		{c.phones, "telephones"}, {c.past, "dates not to come"}, {c.order, "dates in order"}, {c.ages, "ages"},
		{c.conditions, "conditions of other answers"}, {c.repeats, "lists with bounds"}, {c.patterns, "patterns"}, {c.agreement, "statements"},
	} {
		if kind.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", kind.n, kind.what))
		}
	}
	return strings.Join(out, ", ")
}
