package console

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"doorstep/sync/civic"
)

// preview shows the document that an act would issue, as it is typed now, in a page of its own: it is seen before it is
// issued. Nothing is kept, and nothing that was typed stands in a URL, because the form is posted here.
func (k *Console) preview(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	r, err := requestOf(c)
	if err != nil {
		return err
	}
	pdf, err := k.opts.Casework.Draft(ctxOf(c), code, readerOf(c).Person, statusFor(c.Params("act")), r)
	if err != nil {
		return err
	}
	return sendPDF(c, pdf)
}

// document shows a document that was issued. Each time is a look, which casework writes into the audit.
func (k *Console) document(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	version, err := strconv.ParseUint(c.Params("version"), 10, 63)
	if err != nil {
		return civic.Refuse(civic.NotFound, "document", "document.absent")
	}
	v, err := k.opts.Casework.Document(ctxOf(c), code, version, readerOf(c).Person)
	if err != nil {
		return err
	}
	return sendPDF(c, v.PDF)
}

func sendPDF(c *fiber.Ctx, pdf []byte) error {
	guardSheet(c, mediaPDF)
	return c.Send(pdf)
}
