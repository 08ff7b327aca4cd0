package civic

// Guide is the published text of a service: who may ask, what to bring, how long it takes, what it costs. It
// travels as an edition of kind EditionGuide and pins the form that goes with it.
type Guide struct {
	ID         string     `json:"id"`   // key in the catalogue, as HJ-008
	Name       string     `json:"name"` // as published, Chinese
	NameEN     string     `json:"name_en"`
	ItemCode   string     `json:"item_code,omitempty"` // the authority's own code, taken as it comes
	Field      string     `json:"field"`               // 户籍登记
	Events     []string   `json:"events,omitempty"`    // life events: birth school work marriage health old-age housing business
	Packages   []string   `json:"packages,omitempty"`  // bundles of services it is part of, as 适龄青年婚育一条龙
	Department string     `json:"department"`          // key of the department that decides
	Authority  string     `json:"authority"`           // its name as printed
	Joint      []string   `json:"joint,omitempty"`
	Audience   string     `json:"audience"` // 个人, 企业
	Conditions []string   `json:"conditions,omitempty"`
	Materials  []Material `json:"materials,omitempty"`
	Statutory  Limit      `json:"statutory"`
	Promised   Limit      `json:"promised"`
	Spot       bool       `json:"spot,omitempty"` // 即办: decided on the spot
	Fee        string     `json:"fee"`
	Steps      []Step     `json:"steps,omitempty"`
	Channels   []Channel  `json:"channels,omitempty"`
	Where      string     `json:"where,omitempty"`   // address and hours where it is not done here
	Contact    string     `json:"contact,omitempty"` // telephone for questions
	Law        []string   `json:"law,omitempty"`
	Source     string     `json:"source"`
	Trust      Trust      `json:"trust"`
	Form       string     `json:"form,omitempty"`      // id of the form: its own, or a general one shared with others
	Sensitive  string     `json:"sensitive,omitempty"` // what sensitive data is asked and why; consent is separate
	Retention  string     `json:"retention"`           // retention class
	Claim      Claim      `json:"claim,omitempty"`     // what it answers of a person's rights over a case; none for most
	Words      []string   `json:"words,omitempty"`     // other words people use for it, for the search
}

// Limit is a number of days, or none where the guide gives none.
type Limit struct {
	Days int     `json:"days,omitempty"`
	Kind DayKind `json:"kind,omitempty"`
}

// Step is one stage of the handling with the share of the limit it may take; half days occur.
type Step struct {
	Name string  `json:"name"`
	Days float64 `json:"days,omitempty"`
}

// Trust says how far a guide's figures may be shown as facts (data/README.md 0).
type Trust string

// The trust tags of the catalogue. Only TrustGuide and TrustArticle show a limit as a fact.
const (
	TrustGuide   Trust = "G" // from a published guide
	TrustArticle Trust = "A" // the limit stands in the law cited
	TrustLaw     Trust = "L" // the law is there, the limit is not
	TrustWeb     Trust = "W"
	TrustBook    Trust = "B"
	TrustCommon  Trust = "C"
)

// LimitIsFact reports whether a limit of this trust may be shown without a caveat.
func (t Trust) LimitIsFact() bool { return t == TrustGuide || t == TrustArticle }

// Channel is a way to file.
type Channel string

// The channels of the catalogue.
const (
	ChannelTerminal  Channel = "terminal"  // 自助终端
	ChannelCommunity Channel = "community" // 社区受理
	ChannelOnline    Channel = "online"    // 网上
	ChannelWindow    Channel = "window"    // 窗口
)

// FiledHere reports whether an application for g can be filed at a terminal.
func (g *Guide) FiledHere() bool {
	for _, c := range g.Channels {
		if (c == ChannelTerminal || c == ChannelCommunity) && g.Form != "" {
			return true
		}
	}
	return false
}

// Decision returns the limit of the decision: the promised one where there is one, else the statutory one.
func (g *Guide) Decision() Limit {
	if g.Promised.Days > 0 {
		return g.Promised
	}
	return g.Statutory
}

// Need says whether a material must be there when the application is filed.
type Need string

// The needs of the Guangdong material model (data/README.md 1).
const (
	NeedRequired Need = "required" // 必要
	NeedOptional Need = "optional" // 非必要
	NeedLater    Need = "later"    // 容缺后补: the application is taken in, the paper may follow
	NeedHeld     Need = "held"     // 免提交: government already holds it
)

// Material is one paper of a guide.
type Material struct {
	ID       string   `json:"id"` // stable within the guide
	Name     string   `json:"name"`
	NameEN   string   `json:"name_en,omitempty"`
	Need     Need     `json:"need"`
	Original int      `json:"original,omitempty"` // originals to show
	Copies   int      `json:"copies,omitempty"`   // copies to hand in
	Days     int      `json:"days,omitempty"`     // for NeedLater: working days until it must follow
	HeldBy   string   `json:"held_by,omitempty"`  // for NeedHeld: who holds it
	When     string   `json:"when,omitempty"`     // form condition under which it is needed; see package form
	Issuer   string   `json:"issuer,omitempty"`
	Note     string   `json:"note,omitempty"`
	Accept   []string `json:"accept,omitempty"` // media types; empty: images and PDF
}
