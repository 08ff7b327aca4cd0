package civic_test

import (
	"slices"
	"testing"

	"doorstep/sync/civic"
)

// TestSteps states the table of statuses once more, as the design has it: whatever is not named is refused.
func TestSteps(t *testing.T) {
	type step struct{ from, to civic.Status }
	allowed := map[step][]civic.Role{
		{civic.Filed, civic.Supplement}:     {civic.RoleClerk},
		{civic.Filed, civic.Accepted}:       {civic.RoleClerk, civic.RoleSystem},
		{civic.Filed, civic.Declined}:       {civic.RoleClerk},
		{civic.Filed, civic.Withdrawn}:      {civic.RoleResident},
		{civic.Supplement, civic.Filed}:     {civic.RoleResident, civic.RoleStaff},
		{civic.Supplement, civic.Lapsed}:    {civic.RoleSystem},
		{civic.Supplement, civic.Withdrawn}: {civic.RoleResident},
		{civic.Accepted, civic.Paused}:      {civic.RoleClerk},
		{civic.Accepted, civic.Granted}:     {civic.RoleClerk},
		{civic.Accepted, civic.Refused}:     {civic.RoleClerk},
		{civic.Accepted, civic.Withdrawn}:   {civic.RoleResident},
		{civic.Paused, civic.Accepted}:      {civic.RoleClerk},
		{civic.Granted, civic.Delivered}:    {civic.RoleClerk, civic.RoleSystem},
		{civic.Refused, civic.Delivered}:    {civic.RoleClerk, civic.RoleSystem},
	}
	roles := append(civic.StaffRoles(), civic.RoleResident, civic.RoleSystem)
	for _, from := range civic.Statuses() {
		for _, role := range roles {
			var want []civic.Status
			for _, to := range civic.Statuses() {
				may := slices.Contains(allowed[step{from, to}], role)
				if got := from.May(to, role); got != may {
					t.Errorf("%s may move %s to %s: %v, want %v", role, from, to, got, may)
				}
				if may {
					want = append(want, to)
				}
			}
			if got := from.Next(role); !slices.Equal(got, want) {
				t.Errorf("%s moves %s to %v, want %v", role, from, got, want)
			}
		}
	}
}

func TestClocks(t *testing.T) {
	want := map[civic.Status]civic.Clock{
		civic.Filed: civic.ReplyClock, civic.Accepted: civic.DecisionClock,
		civic.Granted: civic.DeliveryClock, civic.Refused: civic.DeliveryClock,
	}
	ended := []civic.Status{civic.Declined, civic.Lapsed, civic.Withdrawn, civic.Delivered}
	for _, s := range civic.Statuses() {
		if got := s.Clock(); got != want[s] {
			t.Errorf("in %s runs %q, want %q", s, got, want[s])
		}
		if s.Ended() != slices.Contains(ended, s) {
			t.Errorf("%s ended: %v", s, s.Ended())
		}
	}
	if civic.Status("lost").Ended() || civic.Status("lost").Valid() {
		t.Error("a word that is no status has ended")
	}
}

func TestEntryStates(t *testing.T) {
	all := []civic.EntryState{civic.Kept, civic.Held, civic.Settled, civic.DamagedEntry, civic.Purged}
	allowed := map[[2]civic.EntryState]bool{
		{civic.Kept, civic.Held}: true, {civic.Kept, civic.DamagedEntry}: true, {civic.Held, civic.Settled}: true,
		{civic.Settled, civic.Purged}: true, {civic.DamagedEntry, civic.Purged}: true,
	}
	for _, from := range all {
		for _, to := range all {
			if from.MayBecome(to) != allowed[[2]civic.EntryState{from, to}] {
				t.Errorf("%s to %s: %v", from, to, from.MayBecome(to))
			}
		}
	}
}
