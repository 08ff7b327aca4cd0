package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"doorstep/assets/locale"
	"doorstep/sync/civic"
	"doorstep/sync/link"
	"doorstep/sync/uplink"
)

// Advice is one thing about a terminal in words, for staff.
type Advice struct {
	// Good says that nobody has to do anything.
	Good bool
	// Text says what it is, since when and why; Do says what to do, and is empty where there is nothing to do.
	Text, Do string
}

// From when on something about a terminal is a person's work, as the console has it.
const (
	keptFor   = 24 * time.Hour
	clockOff  = 2 * time.Minute
	diskTimes = 2
)

// Advise says in words how a terminal stands: everything that waits or is wrong, and what is right beside it, in the
// order of how much it may cost a resident.
func (s *Status) Advise(lang locale.Lang, now time.Time) []Advice {
	w := words{lang: lang, now: now}
	if !s.Running {
		w.bad("doctor.stopped")
	}
	s.records(&w)
	s.receipts(&w)
	s.disk(&w)
	s.queue(&w)
	s.line(&w)
	s.clock(&w)
	s.printer(&w)
	return w.list
}

// Report writes a terminal's status as staff read it: the counts, and whatever waits or is wrong.
func (s *Status) Report(lang locale.Lang, now time.Time) string {
	var b strings.Builder
	fmt.Fprintln(&b, locale.T(lang, "doctor.title", fmt.Sprintf("%05d", s.Terminal), s.PointName))
	fmt.Fprintln(&b, locale.T(lang, "doctor.entries", s.Entries[civic.Kept], s.Entries[civic.Held], s.Entries[civic.Settled],
		s.Entries[civic.DamagedEntry], s.Entries[civic.Purged]))
	b.WriteString(Lines(lang, s.Advise(lang, now)))
	for _, u := range s.Unshown {
		fmt.Fprintf(&b, "    %s\n", locale.T(lang, "doctor.unshown.one", u.Code, locale.Time(lang, u.Taken)))
	}
	return b.String()
}

// Lines writes advice as lines, what somebody must see to marked with an exclamation mark, and says at the end how much
// that is.
func Lines(lang locale.Lang, list []Advice) string {
	var b strings.Builder
	todo := 0
	for _, a := range list {
		mark := "  "
		if !a.Good {
			mark = "! "
			todo++
		}
		fmt.Fprintln(&b, mark+a.Text)
		if a.Do != "" {
			fmt.Fprintln(&b, "    "+locale.T(lang, "doctor.do", a.Do))
		}
	}
	if todo == 0 {
		fmt.Fprintln(&b, locale.T(lang, "doctor.all"))
	} else {
		fmt.Fprintln(&b, locale.T(lang, "doctor.some", todo))
	}
	return b.String()
}

// words collects advice in a language.
type words struct {
	lang locale.Lang
	now  time.Time
	list []Advice
}

func (w *words) good(key string, args ...any) {
	w.list = append(w.list, Advice{Good: true, Text: locale.T(w.lang, key, args...)})
}

// bad adds what somebody must see to; the key with ".do" says what to do.
func (w *words) bad(key string, args ...any) {
	w.list = append(w.list, Advice{Text: locale.T(w.lang, key, args...), Do: locale.T(w.lang, key+".do")})
}

// wait adds what mends itself.
func (w *words) wait(key string, args ...any) {
	w.bad(key, args...)
	w.list[len(w.list)-1].Good = true
}

func (s *Status) records(w *words) {
	if n := s.Entries[civic.DamagedEntry]; n > 0 {
		w.bad("doctor.damaged", n)
	}
	if s.Papers.Lost > 0 {
		w.bad("doctor.lost", s.Papers.Lost)
	}
	for _, f := range s.Found {
		w.good("doctor.found", locale.T(w.lang, f.Key, f.Count))
	}
	if s.Entries[civic.DamagedEntry] == 0 && s.Papers.Lost == 0 {
		w.good("doctor.whole")
	}
}

func (s *Status) receipts(w *words) {
	if n := len(s.Unshown); n > 0 {
		w.bad("doctor.unshown", n, locale.Time(w.lang, s.Unshown[0].Taken))
	}
}

func (s *Status) disk(w *words) {
	switch {
	case s.Trouble != nil:
		w.list = append(w.list, Advice{
			Text: locale.T(w.lang, "doctor.write", locale.Time(w.lang, s.Trouble.Since), s.Trouble.words(w.lang)),
			Do:   locale.T(w.lang, "doctor.write.do"),
		})
	case s.Reserve > 0 && s.Free < s.Reserve:
		w.bad("doctor.full", size(s.Free), size(s.Reserve))
	case s.Reserve > 0 && s.Free < diskTimes*s.Reserve:
		w.bad("doctor.disk.low", size(s.Free), size(s.Reserve))
	default:
		w.good("doctor.disk", size(s.Free))
	}
	if s.Swap > 0 {
		w.bad("doctor.swap")
	}
}

func (s *Status) queue(w *words) {
	switch q := s.Waiting; {
	case q.Entries == 0:
		w.good("doctor.queue.none")
	case w.now.Sub(q.Oldest) >= keptFor:
		w.bad("doctor.queue.long", q.Entries, locale.Time(w.lang, q.Oldest), size(q.Bytes))
	default:
		w.wait("doctor.queue", q.Entries, locale.Time(w.lang, q.Oldest), size(q.Bytes))
	}
	switch p := s.Papers; {
	case p.Papers == 0:
	case w.now.Sub(p.Oldest) >= keptFor:
		w.bad("doctor.papers.long", p.Papers, locale.Time(w.lang, p.Oldest), size(p.Bytes))
	default:
		w.wait("doctor.papers", p.Papers, locale.Time(w.lang, p.Oldest), size(p.Bytes))
	}
}

func (s *Status) line(w *words) {
	l := s.Line
	if l == nil {
		return
	}
	why := ""
	if l.Reason != "" {
		why = locale.T(w.lang, uplink.State{Reason: l.Reason}.Key())
	}
	switch {
	case l.Up && l.Reason == "":
		w.good("doctor.line", locale.Time(w.lang, l.Since))
	case l.Up:
		w.list = append(w.list, Advice{Text: locale.T(w.lang, "doctor.line.stuck", locale.Time(w.lang, l.Since)), Do: why})
	case why == "":
		w.wait("doctor.line.dialling", locale.Time(w.lang, l.Since))
	default:
		next := max(0, int(l.Next.Sub(w.now).Seconds()))
		w.list = append(w.list, Advice{Text: locale.T(w.lang, "doctor.line.down", locale.Time(w.lang, l.Since), next), Do: why})
	}
}

func (s *Status) clock(w *words) {
	minutes := int((s.Offset.Abs() + time.Minute/2) / time.Minute)
	switch {
	case !s.Synchronised:
		w.wait("doctor.clock.never")
	case s.Offset >= clockOff:
		w.bad("doctor.clock.ahead", minutes)
	case s.Offset <= -clockOff:
		w.bad("doctor.clock.behind", minutes)
	default:
		w.good("doctor.clock")
	}
}

func (s *Status) printer(w *words) {
	if s.Printer == "" {
		return
	}
	name := locale.T(w.lang, "terminal.printer."+s.Printer)
	if s.Printer == printerReady || s.Printer == printerNone {
		w.good("doctor.printer", name)
		return
	}
	w.bad("doctor.printer.bad", name)
}

// words returns what a person reads of the trouble.
func (t *Trouble) words(lang locale.Lang) string {
	return locale.Error(lang, &civic.Error{Code: t.Code, Key: t.Key})
}

// size says bytes as people compare them.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d KB", (n+1023)>>10)
}

// dialling bounds one try to reach central.
const dialling = 10 * time.Second

// Examine is what kiosk doctor says: the advice on a terminal's status, and what is tried beside it: that the folder
// takes a synced file, and, where no agent keeps a line, that central is reached. Trying changes nothing.
func Examine(ctx context.Context, opts Options, lang locale.Lang) ([]Advice, error) {
	w := words{lang: lang, now: opts.Clock()}
	t, err := openKey(opts.Dir)
	if err != nil {
		return nil, err
	}
	err = probe(opts.Dir)
	if err != nil {
		w.list = append(w.list, Advice{Text: locale.T(lang, "doctor.probe", locale.Error(lang, err)), Do: locale.T(lang, "doctor.write.do")})
	} else {
		w.good("doctor.probe.good")
	}
	s, err := Tell(ctx, opts)
	if err != nil {
		w.list = append(w.list, Advice{Text: locale.T(lang, "doctor.store"), Do: locale.Error(lang, err)})
		return w.list, nil
	}
	w.list = append(w.list, s.Advise(lang, w.now)...)
	if s.Line == nil {
		ctx, cancel := context.WithTimeout(ctx, dialling)
		defer cancel()
		conn, err := link.Dial(ctx, t.Address)
		if err != nil {
			w.list = append(w.list, Advice{Text: locale.T(lang, "doctor.reach", t.Address), Do: locale.Error(lang, err)})
		} else {
			_ = conn.Close()
			w.good("doctor.reach.good", t.Address)
		}
	}
	return w.list, nil
}

// probe writes a file into the terminal's folder, syncs it and removes it again.
func probe(dir string) error {
	path := filepath.Join(dir, "doctor-probe")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(strings.Repeat("doorstep\n", 512))
		err = errors.Join(err, f.Sync(), f.Close(), os.Remove(path))
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return &civic.Error{Code: civic.Full, Key: "store.full", Err: err}
	}
	return &civic.Error{Code: civic.Unavailable, Key: "store.write", Err: err}
}
