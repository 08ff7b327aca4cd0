package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestCatalogueOutAndIn takes the catalogue out on the command line, changes it and takes it in again.
func TestCatalogueOutAndIn(t *testing.T) {
	dir := t.TempDir()
	central := func(code int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if got := run(append([]string{"--dir", filepath.Join(dir, "central")}, args...), &out, &errs); got != code {
			t.Fatalf("%v exits with %d: %s %s", args, got, out.String(), errs.String())
		}
		return out.String() + errs.String()
	}
	says := func(text string, all ...string) {
		t.Helper()
		for _, s := range all {
			if !strings.Contains(text, s) {
				t.Errorf("%q does not say %q", text, s)
			}
		}
	}
	file := filepath.Join(dir, "事项.xlsx")
	says(central(0, "catalogue", "export", file), "个事项写入 事项.xlsx")
	central(1, "catalogue", "export", file) // it is there
	says(central(0, "catalogue", "import", file), "新增 0 个，有改动 0 个，重新发布 0 个")
	edit := func(cell, v string) {
		t.Helper()
		f, err := excelize.OpenFile(file)
		if err == nil {
			err = f.SetCellValue("事项", cell, v)
		}
		if err == nil {
			err = f.Save()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	edit("S2", "不收费")
	says(central(0, "catalogue", "import", "--dry-run", file), "有改动 1 个")
	says(central(0, "catalogue", "import", file), "有改动 1 个", "已发布 1 个事项")
	edit("C3", "")
	says(central(1, "catalogue", "import", file), "事项!C3", "必填", "一条也没有导入")
}
