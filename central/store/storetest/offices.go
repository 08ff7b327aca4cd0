package storetest

import (
	"testing"
	"time"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

func offices(t *testing.T, s *site) {
	boss := store.Actor{Login: "boss", Role: civic.RoleAdmin}
	police := store.Office{
		Kind: store.Department, Key: "police", Name: "公安分局𬭎", Contact: "020-1", Address: "清河东路", Hours: "9:00-17:00",
		Area: "440113", Since: noon,
	}
	must(t, s.AddOffice(t.Context(), police, boss))
	wants(t, s.AddOffice(t.Context(), police, boss), civic.Conflict)
	hall := police
	hall.Kind, hall.Name = store.ServicePoint, "化龙镇党群服务中心"
	must(t, s.AddOffice(t.Context(), hall, boss)) // the same key of another kind

	police.Name, police.Closed = "公安局番禺区分局", noon.Add(time.Hour)
	must(t, s.ChangeOffice(t.Context(), police, noon, boss))
	list, err := s.Offices(t.Context(), store.Department)
	must(t, err)
	equal(t, "departments", len(list), 1)
	equal(t, "department", list[0], police)
	list, err = s.Offices(t.Context(), store.ServicePoint)
	must(t, err)
	equal(t, "point", list[0], hall)
	police.Key = "nowhere"
	wants(t, s.ChangeOffice(t.Context(), police, noon, boss), civic.NotFound)

	log, err := s.Entries(t.Context(), 0, 10)
	must(t, err)
	equal(t, "audit entries", len(log), 3)
	equal(t, "subject", log[2].Subject, "department/police")
	equal(t, "detail", log[2].Detail, "closed")
}

func freshPasswords(t *testing.T, s *site) {
	boss, liu := store.Actor{Login: "boss", Role: civic.RoleAdmin}, store.Actor{Login: "liu"}
	must(t, s.AddPerson(t.Context(), store.Person{Login: "liu", Hash: "a", Since: noon, Fresh: true}, boss))
	fresh := func() bool {
		t.Helper()
		p, err := s.Person(t.Context(), "liu")
		must(t, err)
		return p.Fresh
	}
	equal(t, "fresh at first", fresh(), true)
	must(t, s.SetPassword(t.Context(), "liu", "b", noon, liu))
	equal(t, "fresh after the owner's change", fresh(), false)
	must(t, s.SetPassword(t.Context(), "liu", "c", noon, boss))
	equal(t, "fresh after another's change", fresh(), true)
	must(t, s.ChangePerson(t.Context(), store.Person{Login: "liu", Name: "刘"}, noon, boss))
	equal(t, "fresh after another change", fresh(), true)
}

func forcedSignOut(t *testing.T, s *site) {
	boss := store.Actor{Login: "boss", Role: civic.RoleAdmin}
	for i, login := range []string{"boss", "liu", "chen"} {
		must(t, s.AddPerson(t.Context(), store.Person{Login: login, Since: noon}, store.System()))
		for n := range 2 {
			must(t, s.StartSession(t.Context(), store.Session{
				Token: civic.Digest{byte(i), byte(n)}, Login: login, Made: noon, Idle: noon.Add(time.Hour), Ends: noon.Add(time.Hour),
			}))
		}
	}
	open := func(at time.Time) (out string) {
		t.Helper()
		list, err := s.OpenSessions(t.Context(), at)
		must(t, err)
		for _, v := range list {
			out += v.Login + " "
		}
		return out
	}
	equal(t, "open", open(noon), "boss boss chen chen liu liu ")
	equal(t, "open after their end", open(noon.Add(time.Hour)), "")
	n, err := s.EndSessions(t.Context(), "liu", noon, boss)
	must(t, err)
	equal(t, "ended", n, 2)
	equal(t, "open", open(noon), "boss boss chen chen ")
	n, err = s.EndSessions(t.Context(), "", noon, boss)
	must(t, err)
	equal(t, "ended of all", n, 2)
	equal(t, "open", open(noon), "boss boss ")
	_, err = s.EndSessions(t.Context(), "nobody", noon, boss)
	wants(t, err, civic.NotFound)
	log, err := s.Entries(t.Context(), 0, 100)
	must(t, err)
	last := log[len(log)-1]
	equal(t, "audit", last.Action, store.ActSignOut)
	equal(t, "audit detail", last.Detail, "2")
}
