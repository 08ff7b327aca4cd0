package form

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"doorstep/sync/civic"
)

// Answers are what a resident answered, by field name, as JSON values: string, json.Number, bool, []any,
// map[string]any.
type Answers map[string]any

// ParseAnswers reads answers from JSON, within MaxAnswers.
func ParseAnswers(b []byte) (Answers, error) {
	if len(b) > MaxAnswers {
		return nil, civic.Refuse(civic.Full, "answers", "form.large", MaxAnswers>>10)
	}
	if !utf8.Valid(b) {
		return nil, civic.Refuse(civic.Invalid, "answers", "form.unreadable")
	}
	v, err := decode(b)
	if err != nil {
		return nil, &civic.Error{Code: civic.Invalid, Field: "answers", Key: "form.unreadable", Err: err}
	}
	answers, ok := v.(map[string]any)
	if !ok {
		return nil, civic.Refuse(civic.Invalid, "answers", "form.unreadable")
	}
	return answers, nil
}

// JSON writes the answers with their fields in a fixed order, within MaxAnswers.
func (a Answers) JSON() (json.RawMessage, error) {
	b, err := json.Marshal(map[string]any(a))
	if err != nil {
		return nil, fmt.Errorf("write answers: %w", err)
	}
	if len(b) > MaxAnswers {
		return nil, civic.Refuse(civic.Full, "answers", "form.large", MaxAnswers>>10)
	}
	return b, nil
}

// text returns the string answered in a field, or nothing.
func (a Answers) text(name string) string {
	s, _ := a[name].(string)
	return s
}
