package main

import (
	"context"
	"path/filepath"

	"doorstep/deploy/fleet"
)

// people are the staff of the demonstration, and what each is there for.
var people = []struct {
	fleet.Person
	what string
}{
	{fleet.Person{Login: "chen", Name: "陈警官", Role: "clerk", Department: "public-security"}, "decides residence permits (申领、签注居住证)"},
	{fleet.Person{Login: "liu", Name: "刘科员", Role: "clerk", Department: "civil-affairs"}, "decides old-age allowances (高龄津贴)"},
	{fleet.Person{Login: "wu", Name: "吴工", Role: "operator"}, "terminals: enrols them and sees what waits"},
	{fleet.Person{Login: "zheng", Name: "郑主任", Role: "supervisor"}, "clocks; reads masked, decides nothing"},
	{fleet.Person{Login: "he", Name: "何审计", Role: "auditor"}, "reads the audit and checks its chain"},
	{fleet.Person{Login: "lin", Name: "林管理", Role: "admin"}, "people, roles, departments and points"},
	{fleet.Person{Login: "sun", Name: "孙专员", Role: "clerk", Department: "data-protection"}, "requests about one's own data that match no case"},
	{fleet.Person{Login: "feng", Name: "冯编辑", Role: "publisher"}, "writes guides and notices, proposes notices"},
	{fleet.Person{Login: "xu", Name: "徐科长", Role: "network"}, "network office: checks notices"},
	{fleet.Person{Login: "luo", Name: "罗主任", Role: "secrecy"}, "secrecy office: releases notices"},
}

// site is the demonstration's: with staff, and a folder in place of a printer.
type site struct {
	fleet.Site
	passwords map[string]string
}

func newSite(dir, bin string, p fleet.Ports) *site {
	return &site{Site: fleet.Site{Dir: dir, Bin: bin, Ports: p, Print: filepath.Join(dir, "print"), Faces: "resident,lobby"}}
}

// up starts central and the terminal, and the first time hires the staff and enrols the terminal.
func (s *site) up(ctx context.Context) error {
	if err := s.Up(ctx); err != nil {
		return err
	}
	staff := make([]fleet.Person, len(people))
	for i, p := range people {
		staff[i] = p.Person
	}
	var err error
	if s.passwords, err = s.Hire(ctx, staff); err != nil {
		return err
	}
	// A notice of every kind, through the three hands; the second time there is nothing new.
	_, err = s.Tool(ctx, "central", "--dir", s.Path("central"), "samples", "--publisher", "feng", "--network", "xu", "--secrecy", "luo")
	return err
}
