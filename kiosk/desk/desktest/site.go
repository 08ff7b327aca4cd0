package desktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
	"doorstep/sync/seal"
)

// Site is an enrolled terminal whose central is the test.
type Site struct {
	At      desk.Place
	Central *seal.PrivateKey // opens what was taken in
	Key     *seal.Signer
	NoKeys  bool // the keys edition has not arrived
}

// NewSite returns terminal 7 at a point in 化龙镇, with fresh keys.
func NewSite(t testing.TB) *Site {
	t.Helper()
	central, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	return &Site{Central: central, Key: key, At: desk.Place{
		Number: 7, Point: "hualong", PointName: "化龙镇便民服务中心", Address: "化龙镇某路1号", Area: "440113",
	}}
}

// Place returns At; number 0 outside training is not enrolled.
func (s *Site) Place(context.Context) (desk.Place, error) {
	if s.At.Number == 0 && !s.At.Training {
		return desk.Place{}, civic.Refuse(civic.NotFound, "", "site.enrol")
	}
	return s.At, nil
}

// SealKey returns the public half of Central.
func (s *Site) SealKey(context.Context) (*seal.PublicKey, error) {
	if s.NoKeys {
		return nil, civic.Refuse(civic.NotFound, "", "keys.absent")
	}
	return s.Central.Public(), nil
}

// Sign signs with Key.
func (s *Site) Sign(message []byte) []byte { return s.Key.SignRaw(message) }

// PublicKey returns the public half of Key.
func (s *Site) PublicKey() []byte { return s.Key.Public() }

// Open decrypts a packet that was taken in, as central does.
func (s *Site) Open(t testing.TB, kind civic.EntryKind, id civic.EntryID, index uint32, packet []byte) []byte {
	t.Helper()
	ring := seal.Keyring{s.Central.ID: s.Central}
	plain, err := ring.Open(seal.Context{Kind: kind, Entry: id, Index: index}, packet)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// Notice returns the terminal edition of s.
func (s *Site) Notice() civic.TerminalNotice {
	return civic.TerminalNotice{
		Number: s.At.Number, Generation: 1, Key: s.Key.Public(), Point: s.At.Point, PointName: s.At.PointName,
		Address: s.At.Address, Area: s.At.Area,
	}
}

// Clock is a clock that a test sets.
type Clock struct {
	mu  sync.Mutex // guards now
	now desk.Reading
}

// NewClock returns a clock that stands at t, an hour after boot.
func NewClock(t time.Time) *Clock {
	return &Clock{now: desk.Reading{Wall: t, Boot: [16]byte{1}, Mono: time.Hour}}
}

// Read returns where the clock stands.
func (c *Clock) Read() desk.Reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Wall, c.now.Mono = c.now.Wall.Add(d), c.now.Mono+d
}

// Synced is what a terminal knows that heard central half an hour before the clock's hour, its own wall clock two
// minutes fast.
func (c *Clock) Synced() civic.Evidence {
	r := c.Read()
	return civic.Evidence{
		SyncBoot: r.Boot, SyncMono: r.Mono - 30*time.Minute, SyncTime: r.Wall.Add(-32 * time.Minute),
		SyncOffset: 2 * time.Minute,
	}
}

// Fixture is a desk with everything around it.
type Fixture struct {
	Desk  *desk.Desk
	Store *Memory
	Site  *Site
	Clock *Clock
}

// Policy is the site policy that Open publishes.
func Policy() civic.Policy {
	return civic.Policy{
		TrackingHost: "https://ban.example.cn", Authority: "广州市番禺区化龙镇人民政府", Contact: "020-00000000",
		Privacy: civic.PrivacyNotice{
			Version: "2026-1", Processor: "某局", Purpose: "办理您申请的事项", Means: "加密后送达中心",
			Retention: "按事项类别", Rights: "可以查询、复制、更正、删除",
		},
		IdleWarning: 90, IdleLeave: 30, DiskReserve: 1 << 30, MaxPaper: 1 << 20, MaxPapers: 3 << 20, MaxQueue: 5,
		ReplyDays: 5,
	}
}

// Calendar is the autumn of 2026 as the State Council published it.
func Calendar() civic.Calendar {
	c := civic.Calendar{Days: map[string]civic.NamedDay{"2026-01-01": {Off: true, Name: "元旦"}}}
	for i := range 3 {
		c.Days[civic.Date{Year: 2026, Month: time.September, Day: 25 + i}.String()] = civic.NamedDay{Off: true, Name: "中秋节"}
	}
	for i := range 7 {
		c.Days[civic.Date{Year: 2026, Month: time.October, Day: 1 + i}.String()] = civic.NamedDay{Off: true, Name: "国庆节"}
	}
	for _, day := range []string{"2026-09-20", "2026-10-10"} {
		c.Days[day] = civic.NamedDay{Name: "国庆节"}
	}
	return c
}

// Options changes the desk's options before it is made.
type Options func(*desk.Options)

// Open returns a desk on 17 September 2026, 10:00 in China, with the catalogue, a policy, a calendar and its own
// terminal edition on the shelf.
func Open(t testing.TB, change ...Options) *Fixture {
	t.Helper()
	f := &Fixture{Store: NewMemory(), Site: NewSite(t), Clock: NewClock(time.Date(2026, 9, 17, 2, 0, 0, 0, time.UTC))}
	f.Store.SetSync(f.Clock.Synced())
	for _, s := range services(t) {
		f.Store.Publish(civic.EditionForm, s.Guide.Form, s.FormBody)
		f.Store.Publish(civic.EditionGuide, s.Guide.ID, s.GuideBody)
	}
	f.Publish(t, civic.EditionPolicy, "policy", Policy())
	f.Publish(t, civic.EditionCalendar, "cn", Calendar())
	f.Publish(t, civic.EditionTerminal, "7", f.Site.Notice())
	opts := desk.DefaultOptions()
	opts.Store, opts.Site, opts.Clock = f.Store, f.Site, f.Clock
	opts.Logger = slog.New(slog.DiscardHandler)
	for _, c := range change {
		c(&opts)
	}
	var err error
	if f.Desk, err = desk.New(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	return f
}

// Publish publishes a noun as an edition's body.
func (f *Fixture) Publish(t testing.TB, kind civic.EditionKind, id string, noun any) {
	t.Helper()
	b, err := json.Marshal(noun)
	if err != nil {
		t.Fatal(err)
	}
	f.Store.Publish(kind, id, b)
}

// services returns the catalogue of the module this file is in, wherever the test runs. It is read once.
func services(t testing.TB) []catalogue.Service {
	t.Helper()
	list, err := readCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var readCatalogue = sync.OnceValues(func() ([]catalogue.Service, error) {
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		return nil, errors.New("no caller")
	}
	list, err := catalogue.Parse(os.DirFS(filepath.Join(filepath.Dir(here), "../../../assets/catalogue")))
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return list, nil
})

// civicCode returns the code of a refusal, empty if err is none.
func civicCode(err error) civic.Code {
	var e *civic.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
