package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"doorstep/central/store"
)

// TestOrders tells a terminal what to do from its page, which says in words what it waits for and offers no second order.
func TestOrders(t *testing.T) {
	h := open(t)
	b := h.as(t, "oper")
	b.get("/terminals/1").says(t, "换密钥", "撤走")
	b.post("/terminals/1/order", url.Values{"task": {"dance"}}).is(t, http.StatusNotFound)
	p := b.post("/terminals/1/order", url.Values{"task": {"retire"}})
	p.is(t, http.StatusOK)
	p.says(t, "已要求撤走")
	list, err := h.Fleet.Orders(t.Context())
	if err != nil || len(list) != 1 || list[0].Task != store.Wind || list[0].Terminal != h.terminal.Key {
		t.Fatalf("orders %+v, %v", list, err)
	}
	b.post("/terminals/1/order", url.Values{"task": {"move"}, "point": {"nowhere"}}).is(t, http.StatusUnprocessableEntity)
	if err := h.Fleet.Revoke(t.Context(), h.terminal.Key, "", store.System()); err != nil {
		t.Fatal(err)
	}
	b.get("/terminals/1").says(t, "kiosk recover")
}
