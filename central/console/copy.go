package console

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/view"
	"doorstep/central/casework"
	"doorstep/sync/form"
)

// copyOf opens what a granted request lets be handed over; casework writes the look into the audit.
func (k *Console) copyOf(c *fiber.Ctx) (*casework.Copy, error) {
	code, err := codeOf(c)
	if err != nil {
		return nil, err
	}
	return k.opts.Casework.Copy(ctxOf(c), code, readerOf(c).Person)
}

// copyPage sets the copy of a case for printing, to be handed over at the counter.
func (k *Console) copyPage(c *fiber.Ctx) error {
	out, err := k.copyOf(c)
	if err != nil {
		return err
	}
	ctx, d := ctxOf(c), &out.Dossier
	calendar, err := k.opts.Bulletin.Calendar(ctx)
	if err != nil {
		return err
	}
	var read view.ConsoleCase
	read.Console = k.frame(c, "cases")
	k.told(ctx, &read, d)
	page := view.ConsoleCopy{
		Console: read.Console, Request: out.Request, Code: d.Case.Code, Service: d.Case.ServiceName,
		Authority: out.Guide.Authority, Status: d.Case.Status, Filed: d.Case.Filed,
		Applicant: d.Application.Applicant, Proxy: d.Application.Proxy,
		Papers: papers(read.Lang, out.Guide, calendar, d, nil), History: read.History,
	}
	answers, err := form.ParseAnswers(d.Application.Answers)
	if err != nil {
		return err
	}
	page.Sections = out.Form.Review(answers, read.Lang)
	if d.Case.Status.Ended() {
		if page.Until, err = k.opts.Casework.KeptUntil(ctx, &d.Case); err != nil {
			return err
		}
	}
	return k.render(c, "copy", page)
}

// copyFile gives the copy as a ZIP, for the resident's own stick.
func (k *Console) copyFile(c *fiber.Ctx) error {
	out, err := k.copyOf(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := out.WriteZip(&b); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	// A name that says nothing: it will lie in the downloads of the counter's machine for a moment.
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="copy.zip"`)
	return c.Send(b.Bytes())
}
