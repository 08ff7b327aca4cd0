// Package consoletest is what tests of central's pages stand on: [Central], a whole central without listeners on a
// real database in a temporary folder, and [Terminal], which files with it as a real terminal would.
package consoletest

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"doorstep/assets"
	"doorstep/assets/locale"
	"doorstep/central/bulletin"
	"doorstep/central/casework"
	"doorstep/central/fleet"
	"doorstep/central/intake"
	"doorstep/central/notices"
	"doorstep/central/papers"
	"doorstep/central/sqlite"
	"doorstep/central/staff"
	"doorstep/central/store"
	"doorstep/printing/receipt"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/identity"
)

// Contact is the telephone that the policy names.
const Contact = "020-84880000"

// Central is everything of central but its listeners, with a clock that the test sets.
type Central struct {
	Keys     *identity.Central
	Store    *sqlite.DB
	Bulletin *bulletin.Bulletin
	Press    *bulletin.Press
	Casework *casework.Casework
	Intake   *intake.Intake
	Fleet    *fleet.Fleet
	Notices  *notices.Notices
	Door     *staff.Door
	Files    *assets.Files
	Log      *slog.Logger
	Logged   *Log
	Path     string // of the database
	Woken    func() // called after the notices on show changed; may be nil

	folder *papers.Folder

	mu  sync.Mutex // guards now
	now time.Time
}

// monday is when a central begins.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, civic.China)

// New makes a central with the catalogue published. Its clock stands on a Monday morning.
func New(t testing.TB) *Central {
	t.Helper()
	dir := t.TempDir()
	unpack(t, dir)
	c := openIn(t, dir)
	t.Cleanup(func() {
		if err := c.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// openIn opens a central's folder.
func openIn(t testing.TB, dir string) *Central {
	t.Helper()
	c := &Central{now: monday, Logged: &Log{}, Path: filepath.Join(dir, "central.db")}
	c.Log = slog.New(slog.NewTextHandler(c.Logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.Keys = must(identity.OpenCentral(filepath.Join(dir, "keys")))(t)
	vault := must(store.OpenVault(filepath.Join(dir, "vault.key")))(t)
	c.Store = must(sqlite.Open(t.Context(), sqlite.Options{Path: c.Path, Vault: vault}))(t)
	c.folder = must(papers.Open(filepath.Join(dir, "papers")))(t)
	c.Files = must(openFiles())(t)
	c.wire(t)
	return c
}

// openFiles opens the assets, once.
var openFiles = sync.OnceValues(assets.Open)

var (
	pack   sync.Once
	packed map[string][]byte // a central's folder with everything published: path to content
)

// unpack writes the folder of a new central. Making one from nothing is most of the time of a test.
func unpack(t testing.TB, dir string) {
	t.Helper()
	pack.Do(func() {
		dir := t.TempDir()
		must(identity.CreateCentral(filepath.Join(dir, "keys"), monday))(t)
		must(store.CreateVault(filepath.Join(dir, "vault.key")))(t)
		c := openIn(t, dir)
		c.publish(t)
		if err := c.Store.Close(); err != nil {
			t.Fatal(err)
		}
		packed = map[string][]byte{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				packed[path], err = os.ReadFile(filepath.Join(dir, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	for path, b := range packed {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *Central) wire(t testing.TB) {
	t.Helper()
	c.Bulletin = must(bulletin.New(bulletin.Options{Store: c.Store, Sign: c.Keys.Sign, Now: c.Now}))(t)
	posts := notices.DefaultOptions()
	posts.Store, posts.Calendar, posts.Sign, posts.Now, posts.Log = c.Store, c.Bulletin, c.Keys.Sign, c.Now, c.Log
	posts.Published = func() {
		if c.Woken != nil {
			c.Woken()
		}
	}
	c.Notices = must(notices.New(posts))(t)
	rules := must(catalogue.ParseRules(assets.Catalogue()))(t)
	c.Press = must(bulletin.NewPress(c.Bulletin, c.Store, rules))(t)
	cases := casework.DefaultOptions()
	cases.Store, cases.Publish, cases.Papers, cases.Keys = c.Store, c.Bulletin, c.folder, c.Keys.Keyring()
	cases.Now, cases.Log = c.Now, c.Log
	cases.Press = c.press(t)
	c.Casework = must(casework.New(cases))(t)
	taking := intake.DefaultOptions()
	taking.Store, taking.Folder, taking.Publish, taking.Cases = c.Store, c.folder, c.Bulletin, c.Casework
	taking.Keys, taking.Sign, taking.Now, taking.Log = c.Keys.Keyring(), c.Keys.Sign, c.Now, c.Log
	c.Intake = must(intake.New(t.Context(), taking))(t)
	c.Fleet = must(fleet.New(fleet.Options{
		Store: c.Store, Publish: c.Bulletin, Root: c.Keys.RootKey, Address: "127.0.0.1:8600", Now: c.Now,
	}))(t)
	door := staff.DefaultOptions()
	door.Store, door.Now, door.Cost = c.Store, c.Now, cost
	c.Door = must(staff.New(door))(t)
}

// press sets documents in the fonts that are embedded.
func (c *Central) press(t testing.TB) *receipt.Press {
	t.Helper()
	p := must(receipt.New(receipt.Options{Regular: must(c.Files.Font(400))(t), Bold: must(c.Files.Font(700))(t), T: locale.T}))(t)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func (c *Central) publish(t testing.TB) {
	t.Helper()
	ctx, by := t.Context(), store.System()
	calendar := must(civic.ParseCalendar(bytes.NewReader(assets.Calendar())))(t)
	must(c.Bulletin.PublishJSON(ctx, civic.EditionCalendar, bulletin.CalendarID, civic.Scope{}, calendar, by))(t)
	for _, s := range must(readCatalogue())(t) {
		must(c.Bulletin.Publish(ctx, civic.EditionForm, s.Guide.Form, civic.Scope{}, s.FormBody, by))(t)
		must(c.Bulletin.Publish(ctx, civic.EditionGuide, s.Guide.ID, civic.Scope{}, s.GuideBody, by))(t)
	}
	policy := civic.Policy{DiskReserve: 512 << 20, Contact: Contact, Authority: "广州市番禺区政务服务中心", ReplyDays: civic.ReplyLimit}
	must(c.Bulletin.PublishJSON(ctx, civic.EditionPolicy, bulletin.PolicyID, civic.Scope{}, policy, by))(t)
}

// readCatalogue returns the services that tests file, read once: a central is made for every test.
var readCatalogue = sync.OnceValues(func() ([]catalogue.Service, error) {
	list, err := catalogue.Parse(assets.Catalogue())
	return slices.DeleteFunc(list, func(s catalogue.Service) bool {
		return !slices.Contains([]string{"HJ-008", "HJ-009", "SB-010"}, s.Guide.ID) && s.Guide.Claim == civic.NoClaim
	}), err
})

// Now is central's clock.
func (c *Central) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pass lets time go by.
func (c *Central) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Password is what everyone here signs in with.
const Password = "correct horse battery"

// cost makes a sign-in cheap: the real one takes 64 MiB, and under the race detector seconds.
var cost = staff.Cost{Memory: 64, Time: 1, Threads: 1}

// Hire adds a person who signs in with Password.
func (c *Central) Hire(t testing.TB, login, name, department string, roles ...civic.Role) {
	t.Helper()
	p := store.Person{
		Login: login, Name: name, Hash: must(cost.Hash(Password))(t), Roles: roles, Department: department, Since: c.Now(),
	}
	if err := c.Store.AddPerson(t.Context(), p, store.System()); err != nil {
		t.Fatal(err)
	}
}

// Guide returns a service's guide as published.
func (c *Central) Guide(t testing.TB, id string) civic.Guide {
	t.Helper()
	for _, g := range must(c.Bulletin.Guides(t.Context()))(t) {
		if g.ID == id {
			return g
		}
	}
	t.Fatalf("no guide %s", id)
	return civic.Guide{}
}

// Audit returns every entry of the audit.
func (c *Central) Audit(t testing.TB) []store.AuditEntry {
	t.Helper()
	return must(c.Store.Entries(context.WithoutCancel(t.Context()), 0, store.MaxPage))(t)
}

// Log keeps what was logged.
type Log struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

// Write keeps one line.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns everything logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
