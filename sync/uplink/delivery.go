package uplink

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/duplex"
	"doorstep/sync/wire"
)

// Delivery is what one file brought.
type Delivery struct {
	Held     uint64 `json:"held"` // seq through which central holds the journal; 0 if the file does not say
	Outcomes int    `json:"outcomes"`
	Statuses int    `json:"statuses"`
	Editions int    `json:"editions"`
	Papers   int    `json:"papers"` // that central has whole
	// Missing says that a file before this one is not here, so that editions or statuses were passed over.
	Missing bool `json:"missing"`
	// Waiting says that the file is part of a complete set whose other files are still to come.
	Waiting bool `json:"waiting"`
	// Forked is why central's custody is not of this journal; see wire.CodeForked.
	Forked civic.Code `json:"forked"`
}

// Take stores what a file from central says. It may come again, late, or beside a line that is up. What it refuses it
// refuses whole: a file of another central or for another terminal, a changed one, and one from before central was
// replaced.
func (c *Courier) Take(ctx context.Context, file []byte) (*Delivery, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var news bool
	p, err := bundle.Open(file, func(o bundle.Opening, signer civic.KeyID) (key ed25519.PublicKey, err error) {
		if o.Down == nil || o.Down.Terminal != c.o.Key.ID {
			return nil, civic.Refuse(civic.NotFound, "bundle", "bundle.elsewhere")
		}
		if news, err = c.o.Keys.Learn(o.Down.Keys); err == nil {
			key, err = c.o.Keys.Sign(signer)
		}
		if err != nil {
			return nil, &civic.Error{Code: civic.Untrusted, Field: "bundle", Key: "bundle.stranger", Err: err}
		}
		return key, nil
	})
	if err != nil {
		return nil, err
	}
	r, err := c.reading(ctx, p)
	if err != nil {
		return nil, err
	}
	if news {
		cursor, err := c.o.Shelf.Cursor(ctx)
		if err == nil {
			err = c.o.Shelf.Apply(ctx, []wire.Edition{{Edition: p.Down.Keys}}, cursor)
		}
		if err != nil {
			return nil, fmt.Errorf("store keys: %w", err)
		}
	}
	for _, f := range p.Frames {
		if err := r.frame(ctx, f); err != nil {
			return nil, err
		}
	}
	if err := r.finish(ctx); err != nil {
		return nil, err
	}
	return r.out, c.o.Note(ctx, time.UnixMilli(p.Down.Time))
}

// reading is one file being taken. It works as a session does that hears the same frames over a line.
type reading struct {
	*session
	c        *Courier
	out      *Delivery
	shelf    civic.Cursor // before the file
	late     bool         // the file was made after central was last heard
	follows  bool         // editions may be taken: what comes before them is here
	listens  bool         // statuses may be
	statuses []wire.Status
}

// reading begins a file: it decides which lanes of it continue what is here.
func (c *Courier) reading(ctx context.Context, p *bundle.Part) (*reading, error) {
	d := p.Down
	head, err := c.o.Journal.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("read journal head: %w", err)
	}
	shelf, err := c.o.Shelf.Cursor(ctx)
	if err != nil {
		return nil, fmt.Errorf("read cursor: %w", err)
	}
	seen, err := c.o.Statuses.Seen(ctx)
	if err != nil {
		return nil, fmt.Errorf("read statuses: %w", err)
	}
	latest, err := c.o.Latest(ctx)
	if err != nil {
		return nil, fmt.Errorf("read central's time: %w", err)
	}
	r := &reading{
		session: &session{
			Uplink: c.up, store: d.Store, welcome: wire.Welcome{Generation: head.Generation},
			in: duplex.NewInbox(1), wake: make(chan struct{}, 1), done: make(chan struct{}),
		},
		c: c, out: new(Delivery), shelf: shelf, late: time.UnixMilli(d.Time).After(latest),
		listens: seen >= d.From.Statuses,
	}
	if shelf.Store != d.Store && shelf.Store != (civic.EntryID{}) && !r.late {
		return nil, civic.Refuse(civic.Conflict, "bundle", "bundle.old")
	}
	from := d.From.Cursor.Civic()
	switch pending := c.pending; {
	case !d.From.Refill:
		r.feed, r.follows = feed{cursor: shelf}, shelf.Store == from.Store && shelf.N >= from.N
	case pending != nil && pending.cursor.Store == from.Store && pending.cursor.N >= from.N:
		r.feed, r.follows = feed{cursor: pending.cursor, list: pending.list, size: pending.size, refill: true}, true
	}
	return r, nil
}

// frame stores what one frame says. Frames of other lanes than those of a bundle are passed over, as the line would
// let them pass.
func (r *reading) frame(ctx context.Context, f wire.Frame) error {
	switch f := f.(type) {
	case *wire.Custody:
		return r.custody(ctx, f)
	case *wire.Outcome:
		r.out.Outcomes++
		return r.handle(ctx, f)
	case *wire.Need:
		return r.need(ctx, f)
	case *wire.Status:
		return r.status(ctx, f)
	case *wire.Refill:
		r.follows = true
		return r.follow(ctx, f)
	case *wire.Edition:
		return r.edition(ctx, f)
	case *wire.Caught:
		return r.end(ctx, f)
	}
	return nil
}

// custody stores central's word of this journal; that of a generation before says nothing any more.
func (r *reading) custody(ctx context.Context, f *wire.Custody) error {
	var b wire.CustodyBody
	if err := wire.Unmarshal(f.Payload, &b); err != nil || b.Through.Generation != r.welcome.Generation {
		return err
	}
	err := r.handle(ctx, f)
	r.out.Held, r.out.Forked = r.held, r.blocked
	return err
}

func (r *reading) need(ctx context.Context, f *wire.Need) error {
	if !f.Done {
		return nil
	}
	r.out.Papers++
	if err := r.Papers.Sent(ctx, f.Digest); err != nil {
		return fmt.Errorf("store paper state: %w", err)
	}
	return nil
}

func (r *reading) status(ctx context.Context, f *wire.Status) error {
	if !r.listens {
		r.out.Missing = true
		return nil
	}
	r.out.Statuses++
	if r.statuses = append(r.statuses, *f); len(r.statuses) < maxStatuses {
		return nil
	}
	return r.flushStatuses(ctx)
}

func (r *reading) flushStatuses(ctx context.Context) error {
	if len(r.statuses) == 0 {
		return nil
	}
	if err := r.Statuses.Put(ctx, r.statuses); err != nil {
		return fmt.Errorf("store statuses: %w", err)
	}
	r.statuses = r.statuses[:0]
	return nil
}

func (r *reading) edition(ctx context.Context, f *wire.Edition) error {
	if !r.follows {
		// A repeat of what is here is not missed.
		e, err := wire.ReadEdition(f.Edition)
		r.out.Missing = r.out.Missing || err == nil && (r.shelf.Store != r.store || e.N > r.shelf.N)
		return nil
	}
	before := r.feed.cursor
	if err := r.follow(ctx, f); err != nil {
		return err
	}
	if r.feed.cursor != before {
		r.out.Editions++
	}
	return nil
}

// end ends a part of the feed. A complete set that is older than the shelf is let go: it would bring back what was
// withdrawn since. One that was made after central was last heard is newer whatever its number says, since central was
// restored then.
func (r *reading) end(ctx context.Context, f *wire.Caught) error {
	if !r.follows {
		return nil
	}
	if r.feed.refill && r.shelf.Store == f.Cursor.Store && r.shelf.N >= f.Cursor.N && !r.late {
		r.feed = feed{cursor: r.shelf}
		r.out.Editions = 0
		return nil
	}
	return r.follow(ctx, f)
}

// finish stores what was gathered.
func (r *reading) finish(ctx context.Context) error {
	if err := r.flushStatuses(ctx); err != nil {
		return err
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	if !r.follows {
		return nil // a set that is being gathered goes on
	}
	if r.c.pending = nil; r.feed.refill {
		r.c.pending = &refill{r.feed.cursor, r.feed.list, r.feed.size}
		r.out.Waiting = true
	}
	return nil
}
