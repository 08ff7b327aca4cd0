package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"doorstep/kiosk/desk"
	"doorstep/kiosk/desk/desktest"
	"doorstep/sync/civic"
)

// set is a clock that stands where the test puts it.
type set desk.Reading

func (s set) Read() desk.Reading { return desk.Reading(s) }

// TestNow corrects the clock in every way it can be wrong.
func TestNow(t *testing.T) {
	boot, before := [16]byte{1}, [16]byte{2}
	heard := time.Date(2026, 9, 26, 6, 0, 0, 0, time.UTC)
	known := civic.Evidence{SyncBoot: boot, SyncMono: time.Hour, SyncTime: heard, SyncOffset: 3 * time.Minute}
	for name, test := range map[string]struct {
		sync civic.Evidence
		at   desk.Reading
		want time.Time
		sure civic.Confidence
	}{
		"same boot, wall clock set to 1999": {known, desk.Reading{Wall: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), Boot: boot, Mono: 3 * time.Hour}, heard.Add(2 * time.Hour), civic.Sure},
		"another boot":                      {known, desk.Reading{Wall: heard.Add(25*time.Hour + 3*time.Minute), Boot: before, Mono: time.Minute}, heard.Add(25 * time.Hour), civic.Likely},
		"another boot, dead battery":        {known, desk.Reading{Wall: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), Boot: before, Mono: 5 * time.Hour}, heard.Add(5 * time.Hour), civic.Unsure},
		"never heard central":               {civic.Evidence{}, desk.Reading{Wall: heard, Boot: boot}, heard, civic.Unsure},
	} {
		t.Run(name, func(t *testing.T) {
			f := desktest.Open(t, func(o *desk.Options) { o.Clock = set(test.at) })
			f.Store.SetSync(test.sync)
			got, sure := f.Desk.Now(t.Context())
			if !got.Equal(test.want) || sure != test.sure {
				t.Errorf("%v %v, want %v %v", got, sure, test.want, test.sure)
			}
		})
	}
}

// TestTakeInDisplay seals a record to central, once.
func TestTakeInDisplay(t *testing.T) {
	f := desktest.Open(t)
	d := civic.Display{ID: civic.EntryID{9}, Lines: []civic.DisplayedHour{{Screen: "lobby", Notice: "n", Rev: 1, Pages: 1}}}
	for range 2 {
		if err := f.Desk.TakeInDisplay(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	taken := f.Store.Taken()
	if len(taken) != 1 || taken[0].Entry.Kind != civic.EntryDisplay || taken[0].Entry.Code != 0 || taken[0].Receipt != nil {
		t.Fatalf("%+v", taken)
	}
	var back civic.Display
	e := taken[0].Entry
	if err := json.Unmarshal(f.Site.Open(t, e.Kind, e.ID, 0, e.Sealed), &back); err != nil {
		t.Fatal(err)
	}
	if d.Point = f.Site.At.Point; back.Point != d.Point || back.ID != d.ID || len(back.Lines) != 1 || back.Lines[0] != d.Lines[0] {
		t.Errorf("%+v", back)
	}
}

// TestFilesByAWrongClock: a terminal whose wall clock is wrong by decades offers the service, takes an application in
// and dates it by what its clocks support; an age is reckoned by that, and no date is promised where it is unsure.
func TestFilesByAWrongClock(t *testing.T) {
	heard := time.Date(2026, 9, 17, 2, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		at   desk.Reading
		want time.Time
		sure civic.Confidence
	}{
		"behind, same boot":   {desk.Reading{Wall: heard.AddDate(-26, 0, 0), Boot: [16]byte{1}, Mono: 3 * time.Hour}, heard.Add(2 * time.Hour), civic.Sure},
		"ahead, same boot":    {desk.Reading{Wall: heard.AddDate(30, 0, 0), Boot: [16]byte{1}, Mono: 3 * time.Hour}, heard.Add(2 * time.Hour), civic.Sure},
		"right, another boot": {desk.Reading{Wall: heard.Add(2 * time.Hour), Boot: [16]byte{2}, Mono: time.Minute}, heard.Add(2 * time.Hour), civic.Likely},
		"dead battery":        {desk.Reading{Wall: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), Boot: [16]byte{2}, Mono: time.Hour}, heard.Add(time.Hour), civic.Unsure},
		"set to 2056":         {desk.Reading{Wall: heard.AddDate(30, 0, 0), Boot: [16]byte{2}, Mono: time.Hour}, heard.Add(time.Hour), civic.Unsure},
	} {
		t.Run(name, func(t *testing.T) {
			f := desktest.Open(t, func(o *desk.Options) { o.Clock = set(test.at) })
			f.Store.SetSync(civic.Evidence{SyncBoot: [16]byte{1}, SyncMono: time.Hour, SyncTime: heard})
			s := begin(t, f, "HJ-009")
			fill(t, s)
			hand(t, s)
			issued, err := s.Confirm(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r, taken := issued.Receipt, f.Store.Taken()
			if !r.Filed.Equal(test.want) || r.Sure != test.sure || len(taken) != 1 || !taken[0].At.Equal(test.want) {
				t.Errorf("filed %v %v, want %v %v", r.Filed, r.Sure, test.want, test.sure)
			}
			if r.ReplyBy.IsZero() != (test.sure == civic.Unsure) {
				t.Errorf("%v and the paper promises %v", test.sure, r.ReplyBy)
			}
		})
	}
}
