package console

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/sync/civic"
)

// shown reports whether a browser shows a kind of paper as what it is; anything else is offered to be saved, so that
// no file from outside ever runs here.
func shown(media string) bool { return picture(media) || media == "application/pdf" }

func picture(media string) bool {
	switch media {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		return true
	}
	return false
}

// paper shows one paper of a case. Each time is a look, which casework writes into the audit.
func (k *Console) paper(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	digest, err := civic.ParseDigest(c.Params("digest"))
	if err != nil {
		return civic.Refuse(civic.NotFound, "paper", "paper.unknown")
	}
	sheet, err := k.opts.Casework.Paper(ctxOf(c), code, digest, readerOf(c).Person)
	if err != nil {
		return err
	}
	media, how := sheet.Media, "inline"
	if !shown(media) {
		media, how = "application/octet-stream", "attachment"
	}
	c.Set(fiber.HeaderContentType, media)
	// No name: the resident's own could hold theirs, and a header is no place for it.
	c.Set(fiber.HeaderContentDisposition, how)
	// The paper itself may load nothing. The style and object are what a browser's own reader of PDF needs.
	c.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'")
	return c.Send(sheet.Body)
}
