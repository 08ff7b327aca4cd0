package civic

// Role is what a person may be to the system. A person may hold several, bounded by DESIGN.md 3.
type Role string

// The roles. System is the program itself where a rule, not a person, takes a step.
const (
	RoleResident   Role = "resident"   // holds a QR, or a code and the last four characters of the document
	RoleStaff      Role = "staff"      // accepts for residents at one service point
	RoleClerk      Role = "clerk"      // decides the cases of one department
	RolePublisher  Role = "publisher"  // proposes guides and notices
	RoleNetwork    Role = "network"    // network office: checks notices
	RoleSecrecy    Role = "secrecy"    // secrecy office: releases notices
	RoleSupervisor Role = "supervisor" // clocks, boards, urging; reads masked, never decides
	RoleOperator   Role = "operator"   // terminals and their health; no personal data
	RoleAdmin      Role = "admin"      // people and roles; cannot grant to self
	RoleAuditor    Role = "auditor"    // reads the audit
	RoleSystem     Role = "system"
)

// StaffRoles returns the roles that a person at the console can hold.
func StaffRoles() []Role {
	return []Role{RoleClerk, RolePublisher, RoleNetwork, RoleSecrecy, RoleSupervisor, RoleOperator, RoleAdmin, RoleAuditor, RoleStaff}
}
