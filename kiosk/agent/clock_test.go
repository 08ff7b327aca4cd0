package agent_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/kiosk/lobby"
	"doorstep/sync/civic"
)

// wrongClock is a machine's clocks in virtual time: the monotonic clock is right, the wall clock is off.
type wrongClock struct {
	mu   sync.Mutex // guards what follows
	off  time.Duration
	boot byte
	up   time.Time // when that boot began
}

func (c *wrongClock) Read() desk.Reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return desk.Reading{Wall: time.Now().Add(c.off), Boot: [16]byte{c.boot}, Mono: time.Since(c.up)}
}

// set makes the wall clock wrong by off, after a new start of the machine where boot is another.
func (c *wrongClock) set(off time.Duration, boot byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.boot != boot {
		c.up = time.Now()
	}
	c.off, c.boot = off, boot
}

// noticeShelf holds notices that do not change.
type noticeShelf []civic.Edition

func (s noticeShelf) Editions(context.Context, civic.EditionKind) ([]civic.Edition, error) {
	return s, nil
}
func (s noticeShelf) Changed() <-chan struct{} { return nil }

// TestNoticesByAWrongClock: a notice comes and goes at its time by central's clock, whatever the wall clock says, in
// the boot in which central was heard and in the next. Where the battery is dead, what ended does not come back and
// what counts from the start of the machine still ends.
func TestNoticesByAWrongClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, c := range []struct {
		name   string
		off    time.Duration // at the last synchronisation
		after  time.Duration // half an hour later
		boot   byte          // from then on
		ends   time.Duration // after the beginning, when the notice must go
		unsure bool
	}{
		{"twenty years behind", -20 * year, -20 * year, 1, 2 * time.Hour, false},
		{"nine years ahead", 9 * year, 9 * year, 1, 2 * time.Hour, false},
		{"jumps ahead", 0, 9 * year, 1, 2 * time.Hour, false},
		{"jumps back", 9 * year, -20 * year, 1, 2 * time.Hour, false},
		{"an hour off, and started anew", time.Hour, time.Hour, 2, 2 * time.Hour, false},
		{"years off, and started anew", -20 * year, -20 * year, 2, 2 * time.Hour, false},
		{"battery dead, and started anew", 0, -20 * year, 2, 2*time.Hour + 30*time.Minute, true},
		{"set years ahead, and started anew", 0, 9 * year, 2, 2*time.Hour + 30*time.Minute, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, from := time.Now(), time.Minute
				if c.unsure {
					from = 0 // a terminal that lost the time begins again at the last contact
				}
				clock := &wrongClock{boot: 1, off: c.off, up: began.Add(-time.Hour)}
				f := desktest.Open(t, func(o *desk.Options) { o.Clock = clock })
				r := clock.Read()
				f.Store.SetSync(civic.Evidence{SyncBoot: r.Boot, SyncMono: r.Mono, SyncTime: began, SyncOffset: c.off})
				body, err := json.Marshal(&civic.Notice{ID: "n", Category: "rules", Title: "停水公告", Body: "正文。"})
				if err != nil {
					t.Fatal(err)
				}
				b, err := lobby.New(t.Context(), lobby.Options{
					Now: f.Desk.Now, Logger: slog.New(slog.DiscardHandler),
					Shelf: noticeShelf{
						{N: 1, Kind: civic.EditionNotice, ID: "n", Rev: 1, From: began.Add(from), Until: began.Add(2 * time.Hour), Body: body},
						{N: 2, Kind: civic.EditionNotice, ID: "over", Rev: 1, Until: began.Add(-time.Hour), Body: body},
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { defer close(ended); _ = b.Run(ctx) }()
				defer func() { cancel(); <-ended }()

				shown, gone := -time.Second, time.Duration(0)
				for at := time.Duration(0); at <= 4*time.Hour && gone == 0; at = time.Since(began) {
					if at == 30*time.Minute {
						clock.set(c.after, c.boot)
					}
					list := b.Notices(t.Context())
					switch {
					case len(list) > 1 || len(list) == 1 && list[0].ID != "n":
						t.Fatalf("after %v the screens show %+v", at, list)
					case len(list) == 1 && shown < 0:
						shown = at
					case len(list) == 0 && shown >= 0:
						gone = at
					}
					<-time.After(time.Minute)
				}
				if shown != from || gone != c.ends {
					t.Errorf("shown after %v, gone after %v, want %v and %v", shown, gone, from, c.ends)
				}
				if _, sure := f.Desk.Now(t.Context()); (sure == civic.Unsure) != c.unsure {
					t.Errorf("the screens are told that the time is %v", sure)
				}
			})
		})
	}
}
