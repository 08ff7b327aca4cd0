package notices_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"doorstep/assets"
	"doorstep/central/notices"
	"doorstep/central/sqlite"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

const hour = time.Hour

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// office is notices on a real store, with three people and a clock that stands.
type office struct {
	*notices.Notices
	db            *sqlite.DB
	now           time.Time
	published     int
	calendar      *civic.Calendar
	feng, xu, luo store.Person
}

// Calendar is the one in force.
func (o *office) Calendar(context.Context) (*civic.Calendar, error) { return o.calendar, nil }

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{now: time.Date(2026, 11, 23, 10, 0, 0, 0, civic.China)}
	dir := t.TempDir()
	v, err := store.CreateVault(filepath.Join(dir, "vault.key"))
	must(t, err)
	o.db, err = sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "c.db"), Vault: v})
	must(t, err)
	t.Cleanup(func() { must(t, o.db.Close()) })
	o.calendar, err = civic.ParseCalendar(bytes.NewReader(assets.Calendar()))
	must(t, err)
	key, err := seal.GenerateSigner()
	must(t, err)
	opts := notices.DefaultOptions()
	opts.Store, opts.Calendar, opts.Sign = o.db, o, key
	opts.Now = func() time.Time { return o.now }
	opts.Published = func() { o.published++ }
	o.Notices, err = notices.New(opts)
	must(t, err)
	for _, p := range []struct {
		p     *store.Person
		login string
		role  civic.Role
	}{{&o.feng, "feng", civic.RolePublisher}, {&o.xu, "xu", civic.RoleNetwork}, {&o.luo, "luo", civic.RoleSecrecy}} {
		*p.p = store.Person{Login: p.login, Name: p.login, Roles: []civic.Role{p.role}, Since: o.now}
		must(t, o.db.AddPerson(t.Context(), *p.p, store.System()))
	}
	return o
}
