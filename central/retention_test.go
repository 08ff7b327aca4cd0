package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/central/papers"
	"doorstep/central/server"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/central/store/storetest"
	"doorstep/sync/civic"
)

// retentionDir tells a child process of TestRetentionKilled where to work.
const retentionDir = "DOORSTEP_TEST_RETENTION_DIR"

// archive is the folder of a central with cases that ended long ago.
type archive struct {
	dir    string
	folder *papers.Folder
	due    map[civic.TrackingCode]civic.Digest // the paper of each case whose term is over
	stays  map[civic.TrackingCode]civic.Digest // of those that are young or held
}

// newArchive makes a central and gives it cases whose term is over, one that is young and one under a hold.
func newArchive(t *testing.T, n int) *archive {
	t.Helper()
	a := &archive{dir: t.TempDir(), due: map[civic.TrackingCode]civic.Digest{}, stays: map[civic.TrackingCode]civic.Digest{}}
	o := server.DefaultOptions()
	o.Dir, o.Logger = a.dir, slog.New(slog.DiscardHandler)
	s, err := server.Open(t.Context(), o) // makes the keys
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if a.folder, err = papers.Open(filepath.Join(a.dir, "papers")); err != nil {
		t.Fatal(err)
	}
	db := a.open(t)
	m := storetest.NewMachine(t, 1)
	now := time.Now()
	for i := range n {
		code := civic.NewTrackingCode(1, uint32(i+1))
		a.due[code] = a.file(t, db, m, code, now.AddDate(-12, 0, 0))
	}
	young, held := civic.NewTrackingCode(1, 900_001), civic.NewTrackingCode(1, 900_002)
	a.stays[young] = a.file(t, db, m, young, now.AddDate(-9, 0, 0))
	a.stays[held] = a.file(t, db, m, held, now.AddDate(-12, 0, 0))
	if err := db.SetHold(t.Context(), held, "涉诉", store.Actor{Login: "zhou", Role: civic.RoleSupervisor}, now); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *archive) open(t *testing.T) *sqlite.DB {
	t.Helper()
	vault, err := store.OpenVault(filepath.Join(a.dir, "keys", "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(a.dir, "central.db"), Vault: vault})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// file opens a case with a paper and has it declined at an instant.
func (a *archive) file(t *testing.T, db *sqlite.DB, m *storetest.Machine, code civic.TrackingCode, ended time.Time) civic.Digest {
	t.Helper()
	body := []byte("ciphertext of " + code.Digits())
	digest := civic.DigestOf(body)
	it := m.Next(t, civic.EntryApplication, code, civic.Paper{Digest: digest, Size: int64(len(body))})
	c := storetest.NewCase(t, store.Ref{ID: it.Entry.ID, Digest: it.Signed.Body.Digest()}, &it.Entry)
	c.Retention, c.At = civic.ClassPermit, ended
	_, err := db.Hold(t.Context(), m.Key.ID, 1, []store.Item{it}, ended)
	if err == nil {
		_, _, err = a.folder.Append(digest, int64(len(body)), 0, body)
	}
	if err = errors.Join(err, db.Arrived(t.Context(), digest, ended), db.Open(t.Context(), c)); err != nil {
		t.Fatal(err)
	}
	err = db.Step(t.Context(), store.Step{
		Code: code, Version: 1, To: civic.Declined, Words: "不符合条件", At: ended,
		Actor: store.Actor{Login: "liu", Role: civic.RoleClerk},
	})
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// erased counts the cases that are erased, and fails where one is half erased or one that stays was touched.
func (a *archive) erased(t *testing.T, whole bool) int {
	t.Helper()
	db := a.open(t)
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	n := 0
	for code, paper := range a.due {
		c, err := db.Case(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		_, there, err := a.folder.Have(paper)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.Erased.IsZero() && !there:
			t.Fatalf("the paper of %s is gone and the case is not erased", code)
		case !c.Erased.IsZero() && there && whole:
			t.Fatalf("%s is erased and its paper is still there", code)
		case !c.Erased.IsZero():
			n++
		}
	}
	for code, paper := range a.stays {
		c, err := db.Case(t.Context(), code)
		_, there, err2 := a.folder.Have(paper)
		if err = errors.Join(err, err2); err != nil || !c.Erased.IsZero() || !there {
			t.Fatalf("%s must stay: erased %v, paper %v, %v", code, c.Erased, there, err)
		}
	}
	told := map[string]int{}
	for after := uint64(0); ; {
		page, err := db.Entries(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if after = e.N; e.Action == store.ActErase {
				told[e.Subject]++
			}
		}
	}
	if len(told) != n {
		t.Fatalf("%d cases are erased, the audit tells of %d", n, len(told))
	}
	for code, times := range told {
		if times != 1 {
			t.Fatalf("the audit tells %d times of %s", times, code)
		}
	}
	if _, err := db.VerifyAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

func (a *archive) run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(append([]string{"--dir", a.dir, "retention"}, args...), &out, &errs); code != 0 {
		t.Fatalf("central retention %v: %d: %s", args, code, errs.String())
	}
	return out.String()
}

func TestRetention(t *testing.T) {
	a := newArchive(t, 5)
	shown := a.run(t)
	t.Log("\n" + shown)
	for _, want := range []string{"许可证照类", "10 年", "第8号", "有 5 件到期应删", "备份"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the report lacks %q:\n%s", want, shown)
		}
	}
	if n := a.erased(t, true); n != 0 {
		t.Fatalf("showing erased %d cases", n)
	}
	if shown = a.run(t, "--execute"); !strings.Contains(shown, "已删除 5 件") {
		t.Errorf("after erasing:\n%s", shown)
	}
	if n := a.erased(t, true); n != 5 {
		t.Fatalf("%d cases are erased", n)
	}
	if shown = a.run(t, "--execute", "--lang", "en"); !strings.Contains(shown, "Nothing is due") || !strings.Contains(shown, "Permits and licences") {
		t.Errorf("again:\n%s", shown)
	}
	a.erased(t, true)
}

// TestRetentionKilled kills `central retention --execute` at instants that differ and looks after each kill: no case is
// half erased, none is erased that must stay, and the next run goes on; the last ends the work.
func TestRetentionKilled(t *testing.T) {
	if dir := os.Getenv(retentionDir); dir != "" {
		os.Exit(run([]string{"--dir", dir, "retention", "--execute"}, os.Stdout, os.Stderr))
	}
	const cases, rounds = 160, 7
	a := newArchive(t, cases)
	killed, before := 0, 0
	for round := range rounds {
		if a.runAndKill(t, time.Duration(1+round*10)*time.Millisecond) {
			killed++
		}
		n := a.erased(t, false)
		if n < before {
			t.Fatalf("%d cases were erased, now %d", before, n)
		}
		before = n
		t.Logf("round %d: %d erased", round, n)
	}
	if killed == 0 {
		t.Fatal("no child was killed at its work: the test tried nothing")
	}
	a.run(t, "--execute")
	if n := a.erased(t, true); n != cases {
		t.Fatalf("%d of %d cases are erased", n, cases)
	}
	t.Logf("%d kills, %d cases erased once each", killed, cases)
}

// runAndKill starts the command and kills it a while after it has begun to erase; it reports whether it was killed.
func (a *archive) runAndKill(t *testing.T, after time.Duration) bool {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestRetentionKilled$", "-test.count=1")
	cmd.Env = append(os.Environ(), retentionDir+"="+a.dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The report is the first thing it says; erasing begins after it.
	if _, err := io.ReadAtLeast(out, make([]byte, 1), 1); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_, _ = io.Copy(io.Discard, out)
	err = cmd.Wait()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatal(fmt.Errorf("the child ended by itself: %w", err))
	}
	return true
}
