package server

import (
	"bytes"
	"context"
	"errors"

	"doorstep/assets"
	"doorstep/central/bulletin"
	"doorstep/central/store"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
)

// seed publishes what terminals cannot do without the first time: keys, policy, calendar and catalogue. What the console publishes later is not overwritten.
func (s *Server) seed(ctx context.Context) error {
	if err := s.seedKeys(ctx); err != nil {
		return err
	}
	if _, err := s.bulletin.Policy(ctx); err == nil || !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return err
	}
	by := store.System()
	calendar, err := civic.ParseCalendar(bytes.NewReader(assets.Calendar()))
	if err != nil {
		return err
	}
	if _, err := s.bulletin.PublishJSON(ctx, civic.EditionCalendar, bulletin.CalendarID, civic.Scope{}, calendar, by); err != nil {
		return err
	}
	services, err := catalogue.Parse(assets.Catalogue())
	if err != nil {
		return err
	}
	published := map[string]bool{}
	for _, v := range services {
		// The form first: a terminal must never hold a guide whose form it lacks. A general form goes out once.
		if id := v.Guide.Form; !published[id] {
			published[id] = true
			if _, err := s.bulletin.Publish(ctx, civic.EditionForm, v.Guide.Form, civic.Scope{}, v.FormBody, by); err != nil {
				return err
			}
		}
		if _, err := s.bulletin.Publish(ctx, civic.EditionGuide, v.Guide.ID, civic.Scope{}, v.GuideBody, by); err != nil {
			return err
		}
	}
	// The policy last: it is the sign that all of this was done.
	_, err = s.bulletin.PublishJSON(ctx, civic.EditionPolicy, bulletin.PolicyID, civic.Scope{}, s.policy(), by)
	return err
}

// policy is the site policy that a new central begins with.
func (s *Server) policy() civic.Policy {
	return civic.Policy{
		TrackingHost: s.opts.TrackURL,
		Authority:    s.opts.Authority,
		Contact:      s.opts.Contact,
		Hours:        "工作日 9:00—12:00，13:00—17:00",
		IdleWarning:  90,
		IdleLeave:    30,
		DiskReserve:  512 << 20,
		MaxPaper:     10 << 20,
		MaxPapers:    40 << 20,
		MaxQueue:     20_000,
		ReplyDays:    civic.ReplyLimit,
		Privacy: civic.PrivacyNotice{
			Version:   "2026-1",
			Processor: s.opts.Authority + "，电话 " + s.opts.Contact,
			Purpose:   "只用于受理和办理您这次申请的事项，并把办理进度告诉您。",
			PurposeEN: "Only to receive and decide this application, and to tell you how it stands.",
			Means:     "您填写的内容和上传的材料在本机加密后交给办理部门，本机自己也打不开；办理部门的工作人员每次查看都有记录。",
			MeansEN: "What you write and upload is sealed on this machine for the department that decides; the machine " +
				"itself cannot open it. Every look by an official is recorded.",
			Retention: "办结后按档案规定的年限保存，期满删除。本机上的密文，在中心收妥并做好备份满 7 天后删除。",
			RetentionEN: "Kept after the decision for the term that archive rules set, then deleted. The sealed copy " +
				"on this machine is deleted 7 days after the centre has it and has backed it up.",
			Rights: "您可以查阅、复制、更正自己的信息，也可以撤回申请或要求删除：在终端上搜“个人信息”，或者凭回执到服务点、拨打上面的电话。",
			RightsEN: "You may see, copy and correct your data, withdraw the application or ask for deletion: search for " +
				"“personal data” at a terminal, bring the receipt to a service point, or call the number above.",
		},
	}
}
