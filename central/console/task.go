package console

import (
	"github.com/gofiber/fiber/v2"

	"doorstep/sync/civic"
)

// task takes a case, or gives it back. The form says who had it on the page.
func (k *Console) task(c *fiber.Ctx) error {
	code, err := codeOf(c)
	if err != nil {
		return err
	}
	by := readerOf(c).Person
	switch c.Params("do") {
	case "take":
		err = k.opts.Casework.Take(ctxOf(c), code, c.FormValue("holder"), by)
	case "give":
		err = k.opts.Casework.GiveBack(ctxOf(c), code, by)
	default:
		return fiber.ErrNotFound
	}
	if err != nil {
		return err
	}
	if c.Params("do") == "take" {
		k.say(c, "task.done.take")
	} else {
		k.say(c, "task.done.give")
	}
	return seeOther(c, "/cases/"+code.String())
}

// statusFor returns the status that an act leads to; empty where there is none of that name.
func statusFor(act string) civic.Status {
	for _, d := range deeds {
		if d.id == act {
			return d.to
		}
	}
	return ""
}
