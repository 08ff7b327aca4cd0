package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// Person is a member of staff to hire.
type Person struct{ Login, Name, Role, Department string }

// Hire adds staff to central and returns their first passwords, which it keeps in a file of their owner: the second
// time it adds nobody.
func (s *Site) Hire(ctx context.Context, people []Person) (map[string]string, error) {
	passwords := map[string]string{}
	file := s.Path("passwords.json")
	if b, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(b, &passwords); err != nil {
			return nil, fmt.Errorf("read passwords: %w", err)
		}
		return passwords, nil
	}
	for _, p := range people {
		args := []string{"--dir", s.Path("central"), "person", p.Login, "--name", p.Name, "--role", p.Role, "--lasting"}
		if p.Department != "" {
			args = append(args, "--department", p.Department)
		}
		password, err := s.Tool(ctx, "central", args...)
		if err != nil {
			return nil, err
		}
		passwords[p.Login] = password
	}
	b, err := json.Marshal(passwords)
	if err != nil {
		return nil, fmt.Errorf("write passwords: %w", err)
	}
	return passwords, os.WriteFile(file, b, 0o600)
}
