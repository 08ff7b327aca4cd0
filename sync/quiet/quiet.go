// Package quiet keeps whoever sits at the other end of a line from writing the log full. [New] wraps a slog.Handler: a
// line is written the first time, and its repetitions are counted and told with the next one that is written, when a
// while has passed. What repeats is decided by level, message and attributes, without the attribute "error", whose
// text may differ each time. Memory is bounded, whatever is logged.
package quiet

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// maxLines is how many different lines are told apart at a time; beyond, all others count as one.
const maxLines = 1024

// Handler is a slog.Handler that writes repetitions once in a while. It is safe for concurrent use.
type Handler struct {
	next   slog.Handler
	prefix string // of With and WithGroup
	memory *memory
}

type memory struct {
	every time.Duration

	mu    sync.Mutex // guards all below
	lines map[string]line
	swept time.Time // when old lines were last looked for
}

type line struct {
	written  time.Time
	repeated int
}

// New returns a handler over next that writes a line at most once in every. The time is that of the records.
func New(next slog.Handler, every time.Duration) *Handler {
	return &Handler{next: next, memory: &memory{every: every, lines: map[string]line{}}}
}

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	repeated, ok := h.memory.due(h.key(r), r.Time)
	if !ok {
		return nil
	}
	if repeated > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("repeated", repeated))
	}
	return h.next.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	b.WriteString(h.prefix)
	for _, a := range attrs {
		name(&b, a)
	}
	return &Handler{h.next.WithAttrs(attrs), b.String(), h.memory}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(group string) slog.Handler {
	return &Handler{h.next.WithGroup(group), h.prefix + group + ".", h.memory}
}

// key names what a record says.
func (h *Handler) key(r slog.Record) string {
	var b strings.Builder
	b.WriteString(r.Level.String())
	b.WriteByte(' ')
	b.WriteString(r.Message)
	b.WriteString(h.prefix)
	r.Attrs(func(a slog.Attr) bool {
		name(&b, a)
		return true
	})
	return b.String()
}

func name(b *strings.Builder, a slog.Attr) {
	if a.Key == "error" {
		return
	}
	b.WriteByte(' ')
	b.WriteString(a.Key)
	b.WriteByte('=')
	b.WriteString(a.Value.Resolve().String())
}

// due reports whether a line is to be written now, and how often it was not since the last time.
func (m *memory) due(key string, now time.Time) (repeated int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, known := m.lines[key]
	if !known && len(m.lines) >= maxLines {
		if m.forget(now); len(m.lines) >= maxLines {
			key = ""
			l, known = m.lines[key]
		}
	}
	if known && now.Sub(l.written) < m.every {
		l.repeated++
		m.lines[key] = l
		return 0, false
	}
	m.lines[key] = line{written: now}
	return l.repeated, true
}

// forget drops lines that would be written again; the caller holds the lock.
func (m *memory) forget(now time.Time) {
	if now.Sub(m.swept) < m.every/10 {
		return
	}
	m.swept = now
	for key, l := range m.lines {
		if now.Sub(l.written) >= m.every {
			delete(m.lines, key)
		}
	}
}
