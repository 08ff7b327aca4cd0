package casework

import (
	"context"
	"strings"
	"unicode/utf8"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// MaxHoldWords bounds the reason of a hold, in characters.
const MaxHoldWords = 500

// SetHold puts a case under a legal hold: until it is lifted nothing of it is erased. Only a supervisor may: whoever
// decides a case, or would like it gone, must not be the one who says that it may go.
func (w *Casework) SetHold(ctx context.Context, code civic.TrackingCode, by store.Person, reason string) error {
	reason, err := holdReason(by, reason)
	if err != nil {
		return err
	}
	return w.o.Store.SetHold(ctx, code, reason, supervisor(by), w.o.Now())
}

// LiftHold ends a hold.
func (w *Casework) LiftHold(ctx context.Context, code civic.TrackingCode, by store.Person, reason string) error {
	reason, err := holdReason(by, reason)
	if err != nil {
		return err
	}
	return w.o.Store.LiftHold(ctx, code, reason, supervisor(by), w.o.Now())
}

// Holds returns the holds in force to a supervisor.
func (w *Casework) Holds(ctx context.Context, by store.Person) ([]store.Hold, error) {
	if !by.Holds(civic.RoleSupervisor) {
		return nil, civic.Refuse(civic.Forbidden, "role", "hold.role")
	}
	return w.o.Store.HoldsInForce(ctx, store.MaxPage)
}

func holdReason(by store.Person, reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case !by.Holds(civic.RoleSupervisor):
		return "", civic.Refuse(civic.Forbidden, "role", "hold.role")
	case reason == "":
		return "", civic.Refuse(civic.Missing, "reason", "hold.reason")
	case utf8.RuneCountInString(reason) > MaxHoldWords || !utf8.ValidString(reason):
		return "", civic.Refuse(civic.Invalid, "reason", "case.long", MaxHoldWords)
	}
	return reason, nil
}

func supervisor(p store.Person) store.Actor {
	return store.Actor{Login: p.Login, Role: civic.RoleSupervisor}
}
