package track

import (
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/sync/civic"
)

// conditional sends a body, or says that the reader has it already (RFC 9110 13): a tag of the exact bytes decides
// where the reader names one, else the time of the last change.
func conditional(c *fiber.Ctx, body []byte, modified time.Time) error {
	sum := civic.DigestOf(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	c.Set(fiber.HeaderETag, tag)
	if !modified.IsZero() {
		c.Set(fiber.HeaderLastModified, modified.UTC().Format(http.TimeFormat))
	}
	if unchanged(c, tag, modified) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return c.Send(body)
}

func unchanged(c *fiber.Ctx, tag string, modified time.Time) bool {
	if names := c.Get(fiber.HeaderIfNoneMatch); names != "" {
		for name := range strings.SplitSeq(names, ",") {
			if name = strings.TrimPrefix(strings.TrimSpace(name), "W/"); name == tag || name == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(c.Get(fiber.HeaderIfModifiedSince))
	return err == nil && !modified.IsZero() && !modified.Truncate(time.Second).After(since)
}
