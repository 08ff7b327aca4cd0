package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"doorstep/sync/civic"
)

// teller plays the story.
type teller struct {
	site *site
	out  io.Writer

	screen  *screen // the terminal's
	console *screen
	phone   *screen
	lobby   *screen
	notice  string // id of the notice
	code    civic.TrackingCode
	link    string            // of the QR on the paper
	efforts map[string]effort // by service
}

// tell plays every step in order; the first that fails ends the story.
func (t *teller) tell(ctx context.Context) error {
	steps := []struct {
		name string
		play func(context.Context) error
	}{
		{"enrol", t.enrol},
		{"cut", t.cut},
		{"find", t.find},
		{"file", t.file},
		{"receipt-shown", t.receiptShown},
		{"receipt-decodes", t.receiptDecodes},
		{"tracked-before-arrival", t.trackedBeforeArrival},
		{"restore", t.restore},
		{"one-case", t.oneCase},
		{"supplement", t.supplement},
		{"decided", t.decided},
		{"tracked-on-phone", t.trackedOnPhone},
		{"tracked-at-terminal", t.trackedAtTerminal},
		{"notice-three-hands", t.noticeThreeHands},
		{"notice-shown", t.noticeShown},
		{"notice-withdrawn", t.noticeWithdrawn},
		{"twelve-forms", t.twelveForms},
		{"board", t.board},
	}
	for _, s := range steps {
		if err := t.step(ctx, s.name, s.play); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// step plays one step and prints its line.
func (t *teller) step(ctx context.Context, name string, play func(context.Context) error) error {
	began := time.Now()
	err := play(ctx)
	line := struct {
		Step  string `json:"step"`
		OK    bool   `json:"ok"`
		MS    int64  `json:"ms"`
		Error string `json:"error,omitempty"`
	}{Step: name, OK: err == nil, MS: time.Since(began).Milliseconds()}
	if err != nil {
		line.Error = err.Error()
		if t.screen != nil {
			_ = t.screen.picture(t.site.Path("failed-" + name + ".png"))
		}
		if t.console != nil {
			_ = t.console.picture(t.site.Path("failed-" + name + "-console.png"))
		}
	}
	return errors.Join(err, json.NewEncoder(t.out).Encode(line))
}

func (t *teller) close() error {
	for _, s := range []*screen{t.screen, t.console, t.phone, t.lobby} {
		if s != nil {
			s.end()
		}
	}
	return t.site.Stop()
}

// patience bounds how long something may take to come about: a terminal that was cut off for a while comes back
// within half a minute, drawn at random so that a fleet does not come at once.
const patience = 90 * time.Second

// until asks again and again whether something has come about, within a bound.
func until(ctx context.Context, what string, come func() (bool, error)) error {
	return untilWithin(ctx, patience, what, come)
}

func untilWithin(ctx context.Context, bound time.Duration, what string, come func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	for {
		ok, err := come()
		if err != nil {
			return err
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not come about", what)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
