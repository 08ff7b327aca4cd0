package civic

import (
	"encoding/json"
	"time"
)

// Secret is the receipt secret: 80 random bits that exist on the resident's paper and inside the sealed
// application. It opens the receipt kept at the terminal and the statuses sent to it.
type Secret [10]byte

// Application is what a resident confirmed: the plaintext that is sealed to central. It names the exact revisions
// it was opened with, and is checked against those, whatever has been published since.
type Application struct {
	ID        EntryID         `json:"id"`
	Code      TrackingCode    `json:"code"`
	Service   string          `json:"service"` // catalogue key
	Guide     Revision        `json:"guide"`
	Form      Revision        `json:"form"`
	Lang      string          `json:"lang"`
	Applicant Party           `json:"applicant"`
	Proxy     *Proxy          `json:"proxy,omitempty"` // who files for the applicant, or the guardian
	Answers   json.RawMessage `json:"answers"`         // an object that the form's schema describes
	Materials []Handed        `json:"materials,omitempty"`
	Privacy   Consent         `json:"privacy"`
	Secret    Secret          `json:"secret"`
	Point     string          `json:"point"` // key of the service point
	Staff     string          `json:"staff,omitempty"`
	Training  bool            `json:"training,omitempty"`
}

// Revision names one published revision of one item.
type Revision struct {
	ID  string `json:"id"`
	Rev uint32 `json:"rev"`
}

// Party is a person or an organisation in an application.
type Party struct {
	Name     string   `json:"name"`
	Document Document `json:"document"`
	Phone    string   `json:"phone,omitempty"`
	Address  string   `json:"address,omitempty"`
}

// Proxy is who files for the applicant.
type Proxy struct {
	Party
	Relation Relation `json:"relation"`
}

// Relation says by what right a proxy files.
type Relation string

// The relations a form can offer. A guardian consents for an applicant under GuardianAge.
const (
	RelationGuardian Relation = "guardian" // 监护人
	RelationKin      Relation = "kin"      // 近亲属
	RelationAgent    Relation = "agent"    // 委托代理人
	RelationEmployer Relation = "employer" // 用人单位经办人
	RelationOfficer  Relation = "officer"  // 法定代表人或负责人
)

// GuardianAge is the age in years under which a guardian consents (个人信息保护法 art. 31).
const GuardianAge = 14

// Handed is what the resident handed over for one material.
type Handed struct {
	Material string       `json:"material"` // Material.ID of the guide
	State    HandedState  `json:"state"`
	Original int          `json:"original,omitempty"`
	Copies   int          `json:"copies,omitempty"`
	Papers   []Attachment `json:"papers,omitempty"`
}

// HandedState says how a material was answered.
type HandedState string

// The answers to a material.
const (
	HandedIn   HandedState = "in"   // papers are attached
	HandedOwed HandedState = "owed" // it follows later
	HandedHeld HandedState = "held" // government holds it; the resident agreed to the lookup
	HandedNone HandedState = "none" // optional and not given
)

// Attachment is one paper inside the sealed application; the entry's clear list names the same ciphertext.
type Attachment struct {
	Digest Digest `json:"digest"` // of the ciphertext
	Size   int64  `json:"size"`   // of the ciphertext, bytes
	Name   string `json:"name"`   // shown to the clerk; never a file name on disk
	Media  string `json:"media"`  // media type, found from the content
	Plain  Digest `json:"plain"`  // of the content
}

// Consent records the privacy notice that was shown before the first field (promise P13).
type Consent struct {
	Notice    string    `json:"notice"` // version of the notice shown
	At        time.Time `json:"at"`
	Sensitive bool      `json:"sensitive,omitempty"` // the separate consent was given
	Guardian  bool      `json:"guardian,omitempty"`  // given by a guardian
}

// SupplementAnswer is the plaintext of a supplement entry: the papers and words that a clerk asked for, once, in
// full.
type SupplementAnswer struct {
	ID        EntryID         `json:"id"`
	Code      TrackingCode    `json:"code"`
	Secret    Secret          `json:"secret"` // proves that the paper was at hand
	Words     string          `json:"words,omitempty"`
	Answers   json.RawMessage `json:"answers,omitempty"`
	Materials []Handed        `json:"materials,omitempty"`
}

// Withdrawal is the plaintext of a withdrawal entry.
type Withdrawal struct {
	ID     EntryID      `json:"id"`
	Code   TrackingCode `json:"code"`
	Secret Secret       `json:"secret"`
	Words  string       `json:"words,omitempty"`
}
