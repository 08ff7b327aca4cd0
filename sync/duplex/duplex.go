// Package duplex runs the two directions of an open session, for both halves alike: an [Inbox] that a connection
// fills and one worker empties, and [Drain], which sends what a lane picker offers and keeps the heartbeat.
//
// Neither direction ever waits for the other: the reader only fills the inbox, the worker only stores and leaves
// word of what is to be sent, and the sender asks for one frame at a time. So two sides that both have much to say
// cannot lock each other up, and what is urgent never queues behind what is not. Memory is bounded by the inbox.
package duplex

import (
	"context"
	"errors"
	"sync"
	"time"

	"doorstep/sync/wire"
)

// Inbox holds frames that arrived and were not looked at yet. Fill and Next may each be called by one goroutine.
type Inbox struct {
	limit int
	ready chan struct{} // something was added, or the connection ended
	room  chan struct{} // something was taken

	mu    sync.Mutex // guards all below
	queue []item
	size  int
	end   error
}

type item struct {
	frame   wire.Frame
	unknown *wire.UnknownFrame
	size    int
}

// NewInbox returns an inbox that holds limit bytes and at most one frame beyond.
func NewInbox(limit int) *Inbox {
	return &Inbox{limit: limit, ready: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// Fill reads conn until it fails or ctx ends, and returns why. heard is called for every frame.
func (b *Inbox) Fill(ctx context.Context, conn wire.Conn, heard func()) error {
	for {
		f, raw, err := conn.Recv(ctx)
		it := item{frame: f, size: len(raw)}
		if err != nil && !errors.As(err, &it.unknown) {
			b.close(err)
			return err
		}
		heard()
		if err := b.add(ctx, it); err != nil {
			b.close(err)
			return err
		}
	}
}

func (b *Inbox) add(ctx context.Context, it item) error {
	for {
		b.mu.Lock()
		if b.size < b.limit {
			b.queue = append(b.queue, it)
			b.size += it.size
			b.mu.Unlock()
			Notify(b.ready)
			return nil
		}
		b.mu.Unlock()
		select {
		case <-b.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *Inbox) close(err error) {
	b.mu.Lock()
	b.end = err
	b.mu.Unlock()
	Notify(b.ready)
}

// Next returns the next frame, in the order received. A frame of a type this version does not know is an
// *wire.UnknownFrame error, after which Next may be called again. What arrived before the connection ended is
// returned before its error.
func (b *Inbox) Next(ctx context.Context) (wire.Frame, error) {
	for {
		b.mu.Lock()
		if len(b.queue) > 0 {
			it := b.pop()
			b.mu.Unlock()
			Notify(b.room)
			if it.unknown != nil {
				return nil, it.unknown
			}
			return it.frame, nil
		}
		end := b.end
		b.mu.Unlock()
		if end != nil {
			return nil, end
		}
		select {
		case <-b.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// pop takes the first item; the caller holds the lock.
func (b *Inbox) pop() item {
	it := b.queue[0]
	b.queue[0] = item{}
	b.queue = b.queue[1:]
	b.size -= it.size
	return it
}

// Empty reports whether nothing waits.
func (b *Inbox) Empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue) == 0
}

// More takes frames of one type that wait at the front, without waiting for others: what one transaction can store
// together. At most max are returned, first included.
func More[F wire.Frame](b *Inbox, first F, max int) []F {
	list := []F{first}
	b.mu.Lock()
	for len(list) < max && len(b.queue) > 0 {
		f, ok := b.queue[0].frame.(F)
		if !ok {
			break
		}
		b.pop()
		list = append(list, f)
	}
	b.mu.Unlock()
	Notify(b.room)
	return list
}

// Drain sends what next offers until ctx ends or the connection fails, and returns why. Where next has nothing it
// waits for wake; after wire.Heartbeat without a frame it sends what idle gives.
func Drain(ctx context.Context, conn wire.Conn, wake <-chan struct{}, next func(context.Context) (wire.Frame, error), idle func() wire.Frame) error {
	quiet := time.NewTimer(wire.Heartbeat)
	defer quiet.Stop()
	for {
		f, err := next(ctx)
		if err != nil {
			return err
		}
		if f == nil {
			select {
			case <-wake:
				continue
			case <-quiet.C:
				f = idle()
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := conn.Send(ctx, f); err != nil {
			return err
		}
		quiet.Reset(wire.Heartbeat)
	}
}

// Notify leaves word in a channel of capacity one; word that is there already is enough.
func Notify(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
