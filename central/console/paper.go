package console

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"doorstep/sync/civic"
)

const mediaPDF = "application/pdf"

// shown reports whether a browser shows a kind of paper as what it is; anything else is offered to be saved, so that
// no file from outside ever runs here.
func shown(media string) bool { return picture(media) || media == mediaPDF }

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
	media := sheet.Media
	if http.DetectContentType(sheet.Body) != media {
		media = "" // it is not what the resident's device said: nothing opens it here
	}
	guardSheet(c, media)
	return c.Send(sheet.Body)
}

// guardSheet sets the headers of a file that came from outside. It is what the content type says or nothing (nosniff,
// set for every page), may load nothing, and is shown in frames of the console's own pages only. Whatever is no PDF is
// in a sandbox besides: no script, no form, no origin. A PDF cannot be, since browsers open their own reader in no
// sandbox; that reader runs apart from the page and is given no other right.
func guardSheet(c *fiber.Ctx, media string) {
	how, policy := "inline", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
	switch {
	case media == mediaPDF:
		policy += "; object-src 'self'"
	case !shown(media):
		media, how = "application/octet-stream", "attachment"
		fallthrough
	default:
		policy += "; sandbox"
	}
	c.Set(fiber.HeaderContentType, media)
	// No name: the resident's own could hold theirs, and a header is no place for it.
	c.Set(fiber.HeaderContentDisposition, how)
	c.Set("Content-Security-Policy", policy)
	c.Set("X-Frame-Options", "SAMEORIGIN")
	// Whole or not at all: a reader that fetched it in pieces would be a look for each.
	c.Set(fiber.HeaderAcceptRanges, "none")
}
