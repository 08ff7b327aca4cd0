package intake

import (
	"context"
	"errors"
	"slices"
	"time"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// check holds an application against the guide and form it was opened with, whatever has been published since, as
// of the day it was filed. It returns the guide, or why the application is set aside.
func (n *Intake) check(ctx context.Context, a *civic.Application, filed time.Time) (*civic.Guide, civic.Outcome, error) {
	g, err := n.o.Publish.Guide(ctx, a.Guide)
	if err == nil && (g.ID != a.Service || g.Form != a.Form.ID) {
		return nil, civic.OutcomeUnknownForm, nil
	}
	var f *form.Form
	if err == nil {
		f, err = n.form(ctx, a.Form)
	}
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return nil, civic.OutcomeUnknownForm, nil
	}
	if err != nil {
		return nil, "", err
	}
	answers, err := form.ParseAnswers(a.Answers)
	if err != nil || len(f.Check(answers, filed)) > 0 || len(f.CheckMaterials(g.Materials, answers, a.Materials)) > 0 {
		return nil, civic.OutcomeInvalid, nil
	}
	// The look-up by document number goes by the applicant: it must be the one in the answers.
	if applicant, _ := f.Parties(answers); applicant.Document != a.Applicant.Document {
		return nil, civic.OutcomeInvalid, nil
	}
	if a.Privacy.Notice == "" || g.Sensitive != "" && !a.Privacy.Sensitive {
		return nil, civic.OutcomeInvalid, nil
	}
	return g, "", nil
}

// given returns the guide for an application that a person gave to a department: the one it was filed with, or, where
// central never published that, the one of the service as published now, to which the application is then pinned.
// What breaks the form is the department's to settle with the resident.
func (n *Intake) given(ctx context.Context, a *civic.Application, department string) (*civic.Guide, civic.Outcome, error) {
	g, err := n.o.Publish.Guide(ctx, a.Guide)
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) || err == nil && g.ID != a.Service {
		a.Guide, g, err = n.o.Publish.Latest(ctx, a.Service)
	}
	if err == nil {
		if _, err = n.form(ctx, a.Form); errors.Is(err, &civic.Error{Code: civic.NotFound}) || err == nil && a.Form.ID != g.Form {
			a.Form, err = n.o.Publish.LatestForm(ctx, g.Form)
		}
	}
	if errors.Is(err, &civic.Error{Code: civic.NotFound}) {
		return nil, civic.OutcomeUnknownForm, nil
	}
	if err != nil {
		return nil, "", err
	}
	g.Department = department
	return g, "", nil
}

// maxForms bounds the parsed forms kept; reading one again only costs time.
const maxForms = 256

// form returns one revision of a form, parsed once: a revision never changes.
func (n *Intake) form(ctx context.Context, r civic.Revision) (*form.Form, error) {
	n.mu.Lock()
	f := n.forms[r]
	n.mu.Unlock()
	if f != nil {
		return f, nil
	}
	f, err := n.o.Publish.Form(ctx, r)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.forms) >= maxForms {
		clear(n.forms)
	}
	n.forms[r] = f
	return f, nil
}

func (n *Intake) answersFor(department string) bool {
	return department != "" && (len(n.o.Departments) == 0 || slices.Contains(n.o.Departments, department))
}
