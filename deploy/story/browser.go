package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/chromedp/chromedp"
)

// screen is one browser with a fresh profile and one window.
type screen struct {
	ctx            context.Context
	touches, typed int  // so far: touches or clicks, and characters
	touch          bool // answered by fingers, not by a mouse
	close          []context.CancelFunc
}

// The panels that the story looks at.
var (
	panel = [2]int64{1080, 1920} // the terminal, touched
	desk  = [2]int64{1440, 900}  // the console
	phone = [2]int64{390, 844}
	hall  = [2]int64{1920, 1080} // the lobby's screen
)

// openScreen starts Chromium without anything that reaches for the network by itself.
func openScreen(parent context.Context, profile string, size [2]int64) (*screen, error) {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"), chromedp.UserDataDir(profile))
	s := &screen{touch: size != desk}
	ctx, cancel := chromedp.NewExecAllocator(parent, opts...)
	s.close = append(s.close, cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	s.close = append(s.close, cancel)
	s.ctx = ctx
	var touch []chromedp.EmulateViewportOption
	if s.touch {
		touch = append(touch, chromedp.EmulateTouch)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(size[0], size[1], touch...)); err != nil {
		s.end()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return s, nil
}

func (s *screen) end() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
}

// do runs actions within a bound.
func (s *screen) do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

func (s *screen) open(url string) error {
	if err := s.do(chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("body"))); err != nil {
		return fmt.Errorf("open a page: %w", err)
	}
	return nil
}

// text returns what a person reads on the page.
func (s *screen) text() (string, error) {
	t, err := eval[string](s, "document.body.innerText")
	return t, err
}

// says fails unless the page shows every one of the words, waiting a little for it.
func (s *screen) says(words ...string) error {
	var missing, seen string
	for range 50 {
		t, err := s.text()
		if err != nil {
			return err
		}
		if missing = lacks(t, words); missing == "" {
			return nil
		}
		seen = t
		if err := s.do(chromedp.Sleep(100 * time.Millisecond)); err != nil {
			return err
		}
	}
	return fmt.Errorf("the page does not say %q but %q", missing, brief(seen))
}

func lacks(text string, words []string) string {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return w
		}
	}
	return ""
}

func brief(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	return string(r[:min(len(r), 400)])
}

// eval reads a value from the page.
func eval[T any](s *screen, js string) (T, error) {
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		return v, fmt.Errorf("read the page: %w", err)
	}
	return v, nil
}

// upload hands a file to a file field.
func (s *screen) upload(selector, file string) error {
	if err := s.do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}, chromedp.NodeReady)); err != nil {
		return fmt.Errorf("hand over a paper at %s: %w", selector, err)
	}
	return nil
}

// shows waits until a selector finds something.
func (s *screen) shows(selector string) error {
	if err := s.do(chromedp.WaitReady(chromedp.CSS(selector))); err != nil {
		return fmt.Errorf("wait for %s: %w", selector, err)
	}
	return nil
}

// press touches what a selector finds and waits for the page that follows.
func (s *screen) press(selector string) error {
	if _, err := eval[bool](s, "window.storyBefore = true"); err != nil {
		return err
	}
	if err := s.tap(selector); err != nil {
		return err
	}
	for range 200 {
		gone, err := eval[bool](s, "!window.storyBefore && document.readyState === 'complete'")
		if err == nil && gone {
			return nil
		}
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("nothing follows when %s is pressed", selector)
}

// tap touches or clicks what a selector finds.
func (s *screen) tap(selector string) error {
	hit := chromedp.Click(chromedp.CSS(selector))
	if s.touch {
		hit = chromedp.Tap(chromedp.CSS(selector))
	}
	s.touches++
	if err := s.do(hit); err != nil {
		return fmt.Errorf("touch %s: %w", selector, err)
	}
	return nil
}

// write types into a field with a keyboard.
func (s *screen) write(selector, text string) error {
	s.touches++ // the field
	s.typed += utf8.RuneCountInString(text)
	err := s.do(chromedp.Focus(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
	if err != nil {
		return fmt.Errorf("write into %s: %w", selector, err)
	}
	return nil
}

// replace puts a value into a field in place of what stands there, as a person who picks it from a list does.
func (s *screen) replace(selector, value string) error {
	set := fmt.Sprintf(`(e => { e.value = %q; e.dispatchEvent(new Event('input', {bubbles: true})); return true })(document.querySelector(%q))`, value, selector)
	if _, err := eval[bool](s, set); err != nil {
		return fmt.Errorf("fill %s: %w", selector, err)
	}
	return nil
}

// answers are what is filled in, by the name of the field; a field of several choices has several.
type answers map[string][]string

// answer fills the fields that the page asks and leaves others alone. An answer may bring up another question, and a
// repeat a place for the next of its kind, so the page is read again after each.
func (s *screen) answer(a answers) error {
	const ask = `[...new Set([...document.querySelectorAll('main input[name], main textarea[name]')]
		.filter(e => e.type !== 'file' && (e.type !== 'hidden' || e.closest('.field.date'))).map(e => e.name))]`
	filled := map[string]bool{}
	for {
		names, err := eval[[]string](s, ask)
		if err != nil {
			return err
		}
		next := slices.IndexFunc(names, func(n string) bool { return a[n] != nil && !filled[n] })
		if next < 0 {
			more, err := s.another(a, filled)
			if err != nil || !more {
				return err
			}
			continue
		}
		filled[names[next]] = true
		if err := s.fill(names[next], a[names[next]]); err != nil {
			return err
		}
	}
}

// another asks for one more place of a repeat whose last place is filled, if there is something to put there.
func (s *screen) another(a answers, filled map[string]bool) (bool, error) {
	const blanks = `[...document.querySelectorAll('main details.another')].map(d => d.querySelector('[name]').name)`
	names, err := eval[[]string](s, blanks)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		part := strings.Split(name, "/")
		at, err := strconv.Atoi(part[1])
		if err != nil {
			return false, fmt.Errorf("a repeat asks %s", name)
		}
		place := func(n int) string { return fmt.Sprintf("%s/%d/", part[0], n) }
		if under(filled, place(at)) && under(a, place(at+1)) {
			if err := s.tap(fmt.Sprintf(`main [data-path=%q] > details button.more`, part[0])); err != nil {
				return false, err
			}
			return true, s.settle()
		}
	}
	return false, nil
}

// under reports whether any name begins so.
func under[V any](m map[string]V, prefix string) bool {
	for name := range m {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// settle waits until the page has brought up the questions that an answer calls for.
func (s *screen) settle() error {
	for range 200 {
		if err := s.do(chromedp.Sleep(60 * time.Millisecond)); err != nil {
			return err
		}
		busy, err := eval[bool](s, "document.querySelector('form[data-refreshing]') !== null")
		if err != nil || !busy {
			return err
		}
	}
	return errors.New("the page does not come to rest")
}

func (s *screen) fill(name string, values []string) error {
	folded := fmt.Sprintf(`main details.another:not([open]):has([name=%q])`, name)
	closed, err := eval[bool](s, fmt.Sprintf("document.querySelector(%q) !== null", folded))
	if err != nil {
		return err
	}
	if closed {
		if err := s.tap(folded + " > summary"); err != nil {
			return err
		}
	}
	kind, err := eval[string](s, fmt.Sprintf(`document.querySelector('main [name=%q]').type`, name))
	if err != nil {
		return err
	}
	switch kind {
	case "radio", "checkbox":
		for _, v := range values {
			if err := s.choose(fmt.Sprintf(`main label:has([name=%q][value=%q])`, name, v)); err != nil {
				return err
			}
		}
		return nil
	case "hidden":
		return s.date(name, values[0])
	}
	return s.write(fmt.Sprintf(`main [name=%q]`, name), values[0])
}

// choose touches a card that is not chosen yet.
func (s *screen) choose(card string) error {
	chosen, err := eval[bool](s, fmt.Sprintf("document.querySelector(%q)?.querySelector('input').checked ?? false", card))
	if err != nil || chosen {
		return err
	}
	if err := s.tap(card); err != nil {
		return err
	}
	return s.settle()
}

// date fills the three boxes that a date is asked in.
func (s *screen) date(name, value string) error {
	for i, part := range strings.Split(value, "-") {
		box := fmt.Sprintf(`[id="f-%s-%s"]`, name, [...]string{"y", "m", "d"}[i])
		if err := s.write(box, strings.TrimLeft(part, "0")); err != nil {
			return err
		}
	}
	return nil
}

// picture keeps what the screen shows now.
func (s *screen) picture(file string) error {
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return fmt.Errorf("take a picture: %w", err)
	}
	return os.WriteFile(file, png, 0o600)
}
