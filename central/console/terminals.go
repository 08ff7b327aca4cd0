package console

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/hub"
	"doorstep/sync/wire"
)

// terminals lists the fleet, one line each: those that need a person first, the most pressing of them at the top.
func (k *Console) terminals(c *fiber.Ctx) error {
	ctx := ctxOf(c)
	list, err := k.opts.Fleet.Terminals(ctx)
	if err != nil {
		return err
	}
	reserve, err := k.reserve(ctx)
	if err != nil {
		return err
	}
	connected := map[civic.KeyID]bool{}
	for _, key := range k.opts.Connected() {
		connected[key] = true
	}
	traces, err := k.opts.Store.Traces(ctx)
	if err != nil {
		return err
	}
	page := view.ConsoleTerminals{Console: k.frame(c, "terminals")}
	for _, g := range traces {
		page.Strangers = page.Strangers || hub.Sign(g.Sign) == hub.SignStranger && !slices.ContainsFunc(list, func(t store.Terminal) bool { return t.Key == g.Key })
	}
	for _, t := range list {
		held, err := k.opts.Store.Journal(ctx, t.Key, t.Generation)
		if err != nil {
			return err
		}
		r := terminal(page.Lang, t, page.Now)
		r.Held, r.Connected = held.Seq, connected[t.Key]
		r.Care = traced(page.Lang, traces, t, care(page.Lang, t, r.Connected, page.Now, reserve))
		page.Rows = append(page.Rows, r)
	}
	slices.SortFunc(page.Rows, pressing)
	return k.render(c, "terminals", page)
}

// reserve is the free disk under which terminals begin no new application.
func (k *Console) reserve(ctx context.Context) (int64, error) {
	policy, err := k.opts.Bulletin.Policy(ctx)
	if err != nil {
		return 0, err
	}
	return policy.DiskReserve, nil
}

// terminal says of a terminal what it last said of itself.
func terminal(lang locale.Lang, t store.Terminal, now time.Time) view.TerminalRow {
	said := t.Telemetry
	r := view.TerminalRow{
		Number: t.Number, Generation: t.Generation, Point: t.Place.Name, Area: t.Place.Area,
		LastSeen: t.Seen, Waiting: int(said.Queue), Version: said.Agent,
		Revoked: !t.Revoked.IsZero(), Reason: t.Reason,
	}
	if said.Oldest != 0 && said.Queue > 0 {
		r.Oldest = time.UnixMilli(said.Oldest)
	}
	if said.Free > 0 {
		r.Disk = locale.T(lang, "terminals.disk.free", size(said.Free))
	}
	r.Printer = printer(lang, said.Printer)
	if said != (wire.Telemetry{}) {
		r.Clock = clock(lang, time.Duration(said.Offset)*time.Millisecond)
	}
	return r
}

// clock says how far a wall clock is off.
func clock(lang locale.Lang, offset time.Duration) string {
	switch n := int((offset.Abs() + time.Minute/2) / time.Minute); {
	case n == 0:
		return locale.T(lang, "terminals.clock.right")
	case offset > 0:
		return locale.T(lang, "terminals.clock.ahead", n)
	default:
		return locale.T(lang, "terminals.clock.behind", n)
	}
}

// size says bytes as people compare disks.
func size(n int64) string {
	if n >= 1<<30 {
		return strconv.FormatFloat(float64(n)/(1<<30), 'f', 1, 64) + " GB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

// maxReason bounds what is written when a terminal is revoked, in characters.
const maxReason = 200

// revoke ends the use of a terminal, and says why.
func (k *Console) revoke(c *fiber.Ctx) error {
	t, err := k.numbered(ctxOf(c), c.Params("number"))
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(c.FormValue("words"))
	if utf8.RuneCountInString(reason) > maxReason {
		return civic.Refuse(civic.Invalid, "words", "case.long", maxReason)
	}
	if err := k.opts.Fleet.Revoke(ctxOf(c), t.Key, reason, readerOf(c).actor(civic.RoleOperator)); err != nil {
		return err
	}
	k.say(c, "terminals.done.revoke")
	return seeOther(c, "/terminals")
}

// numbered returns the terminal of the fleet that has a number.
func (k *Console) numbered(ctx context.Context, number string) (store.Terminal, error) {
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return store.Terminal{}, civic.Refuse(civic.NotFound, "terminal", "terminal.unknown")
	}
	list, err := k.opts.Fleet.Terminals(ctx)
	if err != nil {
		return store.Terminal{}, err
	}
	for _, t := range list {
		if t.Number == uint32(n) {
			return t, nil
		}
	}
	return store.Terminal{}, civic.Refuse(civic.NotFound, "terminal", "terminal.unknown")
}
