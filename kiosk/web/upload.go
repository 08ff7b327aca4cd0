package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"

	"github.com/gofiber/fiber/v2"

	"doorstep/sync/civic"
)

// The bounds of one request: the papers that are handed in at once with the form around them, and a form without
// papers.
const (
	maxPosted = 40 << 20
	maxForm   = 1 << 20
	maxParts  = 2000
	maxThrown = 1 << 30 // what is read of a request that is too large, so that the browser hears the answer
)

// posting is a posted form with its files, all in memory.
type posting struct {
	values map[string][]string
	files  map[string][][]byte
}

type postingKey struct{}

// receive reads what was posted into memory, once the gate knows whose it is. Fiber's own form readers must not be
// used: they put large parts into temporary files, where a resident's papers must never be (promise P4), and take
// an address's query for a part of the form.
func receive(c *fiber.Ctx) error {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil {
		kind = "" // a form without content
	}
	if err := readBody(c, kind); err != nil {
		return err
	}
	f := &posting{values: map[string][]string{}, files: map[string][][]byte{}}
	if kind == fiber.MIMEMultipartForm {
		err = f.parts(multipart.NewReader(bytes.NewReader(c.Body()), params["boundary"]))
	} else {
		c.Request().PostArgs().VisitAll(func(k, v []byte) {
			f.values[string(k)] = append(f.values[string(k)], string(v))
		})
		err = nil
	}
	c.Locals(postingKey{}, f)
	return err
}

// readBody reads the body, bounded by its kind. One that is too large is read and thrown away: a browser that could
// not send it to its end would show a broken connection in place of our words.
func readBody(c *fiber.Ctx, kind string) error {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return nil
	}
	limit, size := maxForm, c.Request().Header.ContentLength()
	if kind == fiber.MIMEMultipartForm {
		limit = maxPosted
	}
	if size < 0 {
		return fiber.ErrLengthRequired
	}
	if size > limit {
		if _, err := io.Copy(io.Discard, io.LimitReader(stream, maxThrown)); err != nil {
			return fiber.ErrRequestEntityTooLarge
		}
		return civic.Refuse(civic.Full, "", "web.large", limit>>20)
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(stream, b); err != nil {
		return civic.Refuse(civic.Invalid, "", "web.form")
	}
	c.Request().SetBodyRaw(b)
	return nil
}

// unread closes the connection of a request whose body nobody read: what is left of it must not be taken for the
// next request.
func unread(c *fiber.Ctx) error {
	err := c.Next()
	if c.Request().IsBodyStream() {
		c.Context().SetConnectionClose()
	}
	return err
}

// parts reads the parts of a multipart form.
func (f *posting) parts(from *multipart.Reader) error {
	for n := 0; ; n++ {
		part, err := from.NextPart()
		if errors.Is(err, io.EOF) && n > 0 {
			return nil
		}
		if err != nil || n == maxParts {
			return civic.Refuse(civic.Invalid, "", "web.form")
		}
		b, err := io.ReadAll(part) // bounded by the body, which is in memory already
		if err != nil {
			return civic.Refuse(civic.Invalid, "", "web.form")
		}
		if name := part.FormName(); part.FileName() == "" {
			f.values[name] = append(f.values[name], string(b))
		} else {
			f.files[name] = append(f.files[name], b)
		}
	}
}

// posted returns what the request posted; nothing for one that posts nothing.
func posted(c *fiber.Ctx) *posting {
	if f, ok := c.Locals(postingKey{}).(*posting); ok {
		return f
	}
	return &posting{}
}

// field returns the first value posted for a field.
func field(c *fiber.Ctx, name string) string { return first(posted(c).values[name]) }
