package console

import (
	"bytes"
	"time"

	"github.com/valyala/fasthttp"

	"doorstep/sync/civic"
)

// slowUpload is what a large request may take over a poor line.
const slowUpload = 5 * time.Minute

// roomFor bounds a request, before its body is read, by where it goes and who sends it: a workbook and the attachments of
// a notice are larger than any form, and only a publisher may bring them.
func (k *Console) roomFor(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	room := fasthttp.RequestConfig{MaxRequestBodySize: maxBody}
	most := 0
	switch {
	case !h.IsPost():
	case string(h.RequestURI()) == importPath:
		most = maxUpload
	case bytes.HasPrefix(h.RequestURI(), []byte("/notices/")):
		most = maxNotice
	}
	if most == 0 {
		return room
	}
	ctx, cancel := k.patient()
	defer cancel()
	p, err := k.opts.Door.Person(ctx, string(h.Cookie(k.cookie(sessionCookie))))
	if err == nil && p.Holds(civic.RolePublisher) {
		room.MaxRequestBodySize, room.ReadTimeout = most, slowUpload
	}
	return room
}
