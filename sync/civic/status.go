package civic

// Status is the state of a case (DESIGN.md 3). 收件 is not 受理: a terminal receives, only a department accepts.
type Status string

// The statuses of a case. "Not yet arrived" is none of them: it is what the tracking page says from a valid QR.
const (
	Filed      Status = "filed"      // 已收件
	Supplement Status = "supplement" // 待补正
	Accepted   Status = "accepted"   // 已受理
	Paused     Status = "paused"     // 特别程序
	Declined   Status = "declined"   // 不予受理
	Lapsed     Status = "lapsed"     // 视为放弃
	Withdrawn  Status = "withdrawn"  // 已撤回
	Granted    Status = "granted"    // 准予
	Refused    Status = "refused"    // 不予
	Delivered  Status = "delivered"  // 已送达
)

// Statuses lists every status in the order of a case's life, for filters and tests.
var statuses = [...]Status{Filed, Supplement, Accepted, Paused, Declined, Lapsed, Withdrawn, Granted, Refused, Delivered}

// Statuses returns every status in the order of a case's life.
func Statuses() []Status { return append([]Status(nil), statuses[:]...) }

// steps holds who may move a case from one status to another. A pair that is not here is refused in every store.
var steps = map[Status]map[Status][]Role{
	Filed: {
		Supplement: {RoleClerk},
		Accepted:   {RoleClerk, RoleSystem}, // the system when the reply clock ends: deemed accepted
		Declined:   {RoleClerk},
		Withdrawn:  {RoleResident},
	},
	Supplement: {
		Filed:     {RoleResident, RoleStaff}, // by a supplement entry
		Lapsed:    {RoleSystem},
		Withdrawn: {RoleResident},
	},
	Accepted: {
		Paused:    {RoleClerk},
		Granted:   {RoleClerk},
		Refused:   {RoleClerk},
		Withdrawn: {RoleResident},
	},
	Paused:  {Accepted: {RoleClerk}},
	Granted: {Delivered: {RoleClerk, RoleSystem}}, // the system when a paper is collected at a terminal
	Refused: {Delivered: {RoleClerk, RoleSystem}},
}

// Next returns the statuses that role may move a case to from s, in the order of a case's life.
func (s Status) Next(role Role) []Status {
	var next []Status
	for _, to := range statuses {
		if s.May(to, role) {
			next = append(next, to)
		}
	}
	return next
}

// May reports whether role may move a case from s to to.
func (s Status) May(to Status, role Role) bool {
	for _, r := range steps[s][to] {
		if r == role {
			return true
		}
	}
	return false
}

// Ended reports whether no step leads on from s.
func (s Status) Ended() bool { return s.Valid() && len(steps[s]) == 0 }

// Decided reports whether the department's decision has been made.
func (s Status) Decided() bool { return s == Granted || s == Refused || s == Delivered }

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool {
	for _, v := range statuses {
		if s == v {
			return true
		}
	}
	return false
}

// Clock names the limit that runs in a status.
type Clock string

// The clocks of a case. At most one runs at a time.
const (
	NoClock       Clock = ""         // ended, or stopped while the resident or a special procedure has the turn
	ReplyClock    Clock = "reply"    // whether the application is accepted: ReplyLimit working days
	DecisionClock Clock = "decision" // the decision: the guide's own limit
	DeliveryClock Clock = "delivery" // the paper reaches the resident: DeliveryLimit working days
)

// Clock returns the limit that runs in s.
func (s Status) Clock() Clock {
	switch s {
	case Filed:
		return ReplyClock
	case Accepted:
		return DecisionClock
	case Granted, Refused:
		return DeliveryClock
	}
	return NoClock
}
