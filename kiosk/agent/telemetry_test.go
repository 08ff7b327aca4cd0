package agent

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPrinterState(t *testing.T) {
	dir := t.TempDir()
	shut, file := filepath.Join(dir, "shut"), filepath.Join(dir, "file")
	if err := os.Mkdir(shut, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ dir, want string }{
		{"", "none"}, {dir, "ready"}, {filepath.Join(dir, "new"), "ready"}, {shut, "error"}, {file, "error"},
	} {
		if got := printerState(tt.dir); got != tt.want {
			t.Errorf("%q is %s, want %s", tt.dir, got, tt.want)
		}
	}
}
