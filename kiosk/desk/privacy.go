package desk

import (
	"doorstep/sync/civic"
)

// Notice is what a resident reads before the first field of a service (promise P13).
type Notice struct {
	civic.PrivacyNotice
	// Sensitive says which sensitive data the service asks for and why; empty where it asks for none. Consent to
	// it is asked apart.
	Sensitive string
	// Class is the service's retention class.
	Class string
}

// Notice returns the privacy notice of a service.
func (d *Desk) Notice(service string) (Notice, error) {
	g, err := d.Guide(service)
	if err != nil {
		return Notice{}, err
	}
	return Notice{PrivacyNotice: d.Policy().Privacy, Sensitive: g.Sensitive, Class: g.Retention}, nil
}

// checkConsent refuses to begin before the notice in force was agreed to, and without the separate consent where
// the service asks for sensitive data.
func checkConsent(n civic.PrivacyNotice, g civic.Guide, c civic.Consent) error {
	if c.Notice == "" || c.Notice != n.Version {
		return civic.Refuse(civic.Missing, "notice", "consent.notice")
	}
	if g.Sensitive != "" && !c.Sensitive {
		return civic.Refuse(civic.Missing, "sensitive", "consent.sensitive")
	}
	return nil
}

// NeedsGuardian reports whether the applicant, as far as the answers say, is under civic.GuardianAge, so that the
// page asks the guardian for consent.
func (s *Session) NeedsGuardian() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.needsGuardian()
}

func (s *Session) needsGuardian() bool {
	return s.form.form != nil && s.form.form.NeedsGuardian(s.answers, s.desk.now())
}

// ConsentAsGuardian records that the guardian agreed to the notice for the child.
func (s *Session) ConsentAsGuardian(agreed bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return err
	}
	s.consent.Guardian = agreed
	return nil
}
