package track

import (
	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"

	"doorstep/assets/locale"
)

// languageOf returns the language that the link names, else the first that the browser asks for and the product
// has, else Chinese.
func languageOf(c *fiber.Ctx) locale.Lang {
	if lang := c.Query("lang"); locale.Valid(lang) {
		return lang
	}
	tags, _, err := language.ParseAcceptLanguage(c.Get(fiber.HeaderAcceptLanguage))
	if err != nil {
		return locale.Chinese
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		if locale.Valid(base.String()) {
			return base.String()
		}
	}
	return locale.Chinese
}
