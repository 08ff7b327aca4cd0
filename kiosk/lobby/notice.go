package lobby

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"doorstep/sync/civic"
)

// urgentCategory is the kind of notice that goes before the others: plans, warnings and orders in emergencies.
const urgentCategory = "emergency"

// Notice is a notice as it lies on the shelf.
type Notice struct {
	civic.Notice
	Rev         uint32
	N           uint64       // of the edition, in central's order
	Digest      civic.Digest // of the edition's body: the text whose display is proved
	From, Until time.Time    // in force; zero is without bound
}

// readNotice reads an edition of kind notice.
func readNotice(e *civic.Edition) (Notice, error) {
	n := Notice{Rev: e.Rev, N: e.N, Digest: civic.DigestOf(e.Body), From: e.From, Until: e.Until}
	if err := json.Unmarshal(e.Body, &n.Notice); err != nil {
		return n, fmt.Errorf("read notice: %w", err)
	}
	n.ID = e.ID
	return n, nil
}

// InForce reports whether the notice is to be shown at now.
func (n *Notice) InForce(now time.Time) bool {
	return !now.Before(n.From) && (n.Until.IsZero() || now.Before(n.Until))
}

// Urgent reports whether it goes before others.
func (n *Notice) Urgent() bool { return n.Category == urgentCategory }

// same reports whether two are the same revision.
func (n *Notice) same(o *Notice) bool {
	return o != nil && n.ID == o.ID && n.Rev == o.Rev && n.Digest == o.Digest
}

// sortNotices puts the urgent first and the latest before the earlier.
func sortNotices(list []Notice) {
	slices.SortStableFunc(list, func(a, b Notice) int {
		if a.Urgent() != b.Urgent() {
			if a.Urgent() {
				return -1
			}
			return 1
		}
		return cmp.Or(b.PublishedAt.Compare(a.PublishedAt), cmp.Compare(b.N, a.N), cmp.Compare(a.ID, b.ID))
	})
}

// inForce returns the notices to be shown at now, in order, and when that changes by the clock alone; zero for never.
func inForce(all []Notice, now time.Time) (list []Notice, next time.Time) {
	sooner := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, n := range all {
		if n.InForce(now) {
			list = append(list, n)
		}
		sooner(n.From)
		sooner(n.Until)
	}
	sortNotices(list)
	return list, next
}
