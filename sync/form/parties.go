package form

import (
	"errors"
	"fmt"
	"time"

	"doorstep/sync/civic"
)

// Role says what an answer is to the application, beside being an answer.
type Role string

// The roles a form can bind. A form needs at least the applicant's name and document.
const (
	ApplicantName     Role = "applicant/name"
	ApplicantDocument Role = "applicant/document" // IDNumber or DocumentControl
	ApplicantBirth    Role = "applicant/birth"    // asked where the document does not tell
	ApplicantPhone    Role = "applicant/phone"
	ApplicantAddress  Role = "applicant/address"
	ProxyName         Role = "proxy/name"
	ProxyDocument     Role = "proxy/document"
	ProxyPhone        Role = "proxy/phone"
	ProxyRelation     Role = "proxy/relation" // a Choice of "self" and civic.Relation values
)

// Self is the answer to ProxyRelation of a resident who files for themself.
const Self = "self"

// roleControls says which controls may answer a role; nil is any text.
var roleControls = map[Role][]Control{
	ApplicantName: {NameControl, TextControl}, ProxyName: {NameControl, TextControl},
	ApplicantDocument: {IDNumber, DocumentControl}, ProxyDocument: {IDNumber, DocumentControl},
	ApplicantBirth: {DateControl}, ApplicantPhone: {Phone}, ProxyPhone: {Phone},
	ApplicantAddress: {Address, TextControl, LongText}, ProxyRelation: {Choice},
}

// rolesOf collects the roles of the top-level fields.
func rolesOf(g *group) (map[Role]string, error) {
	roles := map[Role]string{}
	for _, fl := range g.fields {
		role := fl.property.Role
		if role == "" {
			continue
		}
		if roles[role] != "" {
			return nil, fmt.Errorf("two fields are %s", role)
		}
		fits := false
		for _, c := range roleControls[role] {
			fits = fits || c == fl.property.Control
		}
		if !fits {
			return nil, fmt.Errorf("field %s: control %s cannot be %s", fl.name, fl.property.Control, role)
		}
		roles[role] = fl.name
	}
	if roles[ApplicantName] == "" || roles[ApplicantDocument] == "" {
		return nil, errors.New("no field is the applicant's name or document")
	}
	if roles[ProxyRelation] != "" && (roles[ProxyName] == "" || roles[ProxyDocument] == "") {
		return nil, errors.New("a proxy is asked for, but not the proxy's name or document")
	}
	return roles, nil
}

// Parties returns who applies, and who files for them; nil if they file themselves.
func (f *Form) Parties(answers Answers) (civic.Party, *civic.Proxy) {
	applicant := civic.Party{
		Name:     answers.text(f.roles[ApplicantName]),
		Document: documentOf(answers[f.roles[ApplicantDocument]]),
		Phone:    answers.text(f.roles[ApplicantPhone]),
		Address:  answers.text(f.roles[ApplicantAddress]),
	}
	relation := answers.text(f.roles[ProxyRelation])
	if relation == "" || relation == Self {
		return applicant, nil
	}
	return applicant, &civic.Proxy{
		Party: civic.Party{
			Name:     answers.text(f.roles[ProxyName]),
			Document: documentOf(answers[f.roles[ProxyDocument]]),
			Phone:    answers.text(f.roles[ProxyPhone]),
		},
		Relation: civic.Relation(relation),
	}
}

// Birth returns the applicant's day of birth, from the document where it tells, else as answered; the zero Date if
// neither says.
func (f *Form) Birth(answers Answers) civic.Date {
	if b := documentOf(answers[f.roles[ApplicantDocument]]).Birth(); !b.IsZero() {
		return b
	}
	return dateOf(answers.text(f.roles[ApplicantBirth]))
}

// NeedsGuardian reports whether the applicant is under civic.GuardianAge on the day of now, so that a guardian
// files and consents.
func (f *Form) NeedsGuardian(answers Answers, now time.Time) bool {
	birth := f.Birth(answers)
	return !birth.IsZero() && civic.AgeOn(birth, civic.DateOf(now)) < civic.GuardianAge
}

// guardian refuses an applicant under age who files alone or through anyone but a guardian, and a proxy who is the
// applicant.
func (c *checker) guardian(f *Form, answers Answers) {
	applicant, proxy := f.Parties(answers)
	relation := f.roles[ProxyRelation]
	if f.NeedsGuardian(answers, c.now) && (proxy == nil || proxy.Relation != civic.RelationGuardian) {
		at := relation
		if at == "" {
			at = f.roles[ApplicantDocument]
		}
		c.add(civic.Refuse(civic.Invalid, at, "form.guardian", civic.GuardianAge))
	}
	if proxy != nil && proxy.Document.Number != "" && proxy.Document == applicant.Document {
		c.add(civic.Refuse(civic.Invalid, f.roles[ProxyDocument], "form.same"))
	}
}

// documentOf reads a document from an answer: an object of kind and number, or a resident's number alone. The number
// is in its normal form where it is a number of its kind at all; Check says what is wrong with one that is not, and
// whether its date of birth has come.
func documentOf(v any) civic.Document {
	var d civic.Document
	switch v := v.(type) {
	case string:
		d = civic.Document{Kind: civic.ResidentID, Number: v}
	case map[string]any:
		d = civic.Document{Kind: civic.DocumentKind(documentPart(v, "kind")), Number: documentPart(v, "number")}
	}
	if normal, err := civic.ParseDocument(d.Kind, d.Number, endOfDays); err == nil {
		return normal
	}
	return d
}

// endOfDays is later than any date of birth.
var endOfDays = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)
