package civic

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// NoticeState is how far a notice has come at central. Terminals know published notices only.
type NoticeState string

// The states of a notice (DESIGN.md 3). Three different persons take it from draft to published, for one digest.
const (
	NoticeDraft      NoticeState = "draft"      // being written
	NoticeProposed   NoticeState = "proposed"   // its digest is fixed; by a publisher
	NoticeChecked    NoticeState = "checked"    // by the network office
	NoticePublished  NoticeState = "published"  // by the secrecy office: an edition was made
	NoticeWithdrawn  NoticeState = "withdrawn"  // taken down, with a reason
	NoticeExpired    NoticeState = "expired"    // its validity ended
	NoticeSuperseded NoticeState = "superseded" // a later notice took its place
)

// NoticeStates returns the states in the order in which a notice comes to them.
func NoticeStates() []NoticeState {
	return []NoticeState{NoticeDraft, NoticeProposed, NoticeChecked, NoticePublished, NoticeWithdrawn, NoticeExpired, NoticeSuperseded}
}

// May reports whether a person in a role may take a notice from s to the next state. A publisher's edit returns it to
// draft from anywhere, what is published included: the next revision passes through three hands like the first. An
// office that refuses returns it to draft while it waits for that office.
func (s NoticeState) May(to NoticeState, by Role) bool {
	switch to {
	case NoticeDraft:
		return by == RolePublisher && s != "" || by == RoleNetwork && s == NoticeProposed || by == RoleSecrecy && s == NoticeChecked
	case NoticeProposed:
		return s == NoticeDraft && by == RolePublisher
	case NoticeChecked:
		return s == NoticeProposed && by == RoleNetwork
	case NoticePublished:
		return s == NoticeChecked && by == RoleSecrecy
	case NoticeWithdrawn:
		return s == NoticePublished && (by == RolePublisher || by == RoleNetwork || by == RoleSecrecy)
	case NoticeExpired, NoticeSuperseded:
		return s == NoticePublished && by == RoleSystem
	}
	return false
}

// Notice is one disclosure notice (政府信息公开) as it is approved and shown. It travels as an edition of kind
// EditionNotice, whose scope and times say where and when it is shown.
type Notice struct {
	ID          string       `json:"id"`       // stable through all revisions
	Index       string       `json:"index"`    // 索引号: issuer's code, year and number, as 006939748/2026-00012
	Category    string       `json:"category"` // id of a NoticeCategory
	Title       string       `json:"title"`
	Issuer      string       `json:"issuer"`             // 发布机构
	Document    string       `json:"document,omitempty"` // 文号
	Made        Date         `json:"made"`               // 成文日期
	Keywords    []string     `json:"keywords,omitempty"` // 主题词
	Body        string       `json:"body"`               // see Blocks
	Files       []NoticeFile `json:"files,omitempty"`
	Supersedes  string       `json:"supersedes,omitempty"` // id of the notice whose place it takes
	PublishedAt time.Time    `json:"published_at,omitzero"`
	Approvals   []Approval   `json:"approvals,omitempty"` // publisher, network office, secrecy office
}

// NoticeFile is an attachment. Central serves its bytes beside the notice; terminals show its name and where it is.
type NoticeFile struct {
	Name   string `json:"name"`
	Media  string `json:"media"`
	Size   int64  `json:"size"`   // bytes
	Digest Digest `json:"digest"` // in hexadecimal
}

// noticeFile is a NoticeFile as it is written: its address is made of the digest, so it reads as people see it.
type noticeFile struct {
	Name   string `json:"name"`
	Media  string `json:"media"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"`
}

// MarshalJSON writes the digest in hexadecimal.
func (f NoticeFile) MarshalJSON() ([]byte, error) {
	return json.Marshal(noticeFile{f.Name, f.Media, f.Size, f.Digest.String()})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *NoticeFile) UnmarshalJSON(b []byte) error {
	var w noticeFile
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	d, err := ParseDigest(w.Digest)
	if err != nil {
		return err
	}
	*f = NoticeFile{w.Name, w.Media, w.Size, d}
	return nil
}

// Approval is one of the three hands that a notice passed through.
type Approval struct {
	Role  Role      `json:"role"`
	Login string    `json:"login"`
	At    time.Time `json:"at"`
}

// NoticeDigest is what the three persons approve: the notice without its publication and approvals, where it will be
// shown and when.
func NoticeDigest(n Notice, scope Scope, from, until time.Time) (Digest, error) {
	n.PublishedAt, n.Approvals = time.Time{}, nil
	b, err := json.Marshal(struct {
		Notice Notice
		Scope  Scope
		From   time.Time
		Until  time.Time
	}{n, scope, from.UTC(), until.UTC()})
	if err != nil {
		return Digest{}, fmt.Errorf("encode notice: %w", err)
	}
	return DigestOf(b), nil
}

// BlockKind says what a block of a notice's body is.
type BlockKind string

// The kinds of block.
const (
	BlockText    BlockKind = "text"
	BlockHeading BlockKind = "heading"
	BlockItem    BlockKind = "item" // of a list
	BlockRow     BlockKind = "row"  // of a table; the first row of a table is its head
)

// Block is a piece of a notice that is laid out as one.
type Block struct {
	Kind  BlockKind
	Text  string   // of text, heading and item
	Cells []string // of a row
	First bool     // begins a list or a table: an item or row whose neighbour above belongs to another
}

// Blocks reads the body: each line is a paragraph; one that begins with "# " is a heading, with "- " an item of a list,
// and with "|" a row of a table, its cells parted by "|". Empty lines part tables and lists and are otherwise nothing;
// so is a row of dashes alone, which other formats want below the head of a table.
func (n *Notice) Blocks() []Block {
	var out []Block
	last := BlockKind("")
	for line := range strings.Lines(n.Body) {
		b, ok := blockOf(strings.TrimSpace(line))
		if !ok {
			last = ""
			continue
		}
		if b.Kind == BlockRow && strings.Trim(strings.Join(b.Cells, ""), "-: ") == "" && strings.Contains(b.Cells[0], "-") {
			continue
		}
		b.First = b.Kind != last && (b.Kind == BlockItem || b.Kind == BlockRow)
		last = b.Kind
		out = append(out, b)
	}
	return out
}

// blockOf reads one line without space around it; false for one that is nothing.
func blockOf(line string) (Block, bool) {
	switch {
	case line == "":
		return Block{}, false
	case strings.HasPrefix(line, "# "):
		return Block{Kind: BlockHeading, Text: strings.TrimSpace(line[2:])}, true
	case strings.HasPrefix(line, "- "):
		return Block{Kind: BlockItem, Text: strings.TrimSpace(line[2:])}, true
	case strings.HasPrefix(line, "|"):
		// One bar on each side is the frame; more of them are empty cells.
		cells := strings.Split(strings.TrimSuffix(line[1:], "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		return Block{Kind: BlockRow, Cells: cells}, true
	}
	return Block{Kind: BlockText, Text: line}, true
}

// NoticeCategory is a kind of disclosure notice and the time that the law gives for it.
type NoticeCategory struct {
	ID   string // stable
	Name string // 类别
	Law  string // 依据
	Days int    // shortest time of display that the law names; 0 for none
	Kind DayKind
}

// NoticeCategories returns the kinds of notice that 《政府信息公开条例》(2019) 20, 21 and the laws beside it name, in
// their order. Figures from the laws cited; where the law gives no shortest display, Days is 0.
func NoticeCategories() []NoticeCategory {
	return []NoticeCategory{
		{"rules", "规章与行政规范性文件", "政府信息公开条例20(一)", 0, ""},
		{"offices", "机构职能、地址、办公时间", "政府信息公开条例20(二)", 0, ""},
		{"plans", "规划", "政府信息公开条例20(三)、城乡规划法26", 30, CalendarDays},
		{"statistics", "统计信息", "政府信息公开条例20(四)", 0, ""},
		{"licences", "行政许可", "政府信息公开条例20(五)、行政许可法30", 0, ""},
		{"penalties", "行政处罚", "政府信息公开条例20(六)、行政处罚法48", 0, ""},
		{"budget", "财政预算、决算", "政府信息公开条例20(七)、预算法14", 0, ""},
		{"charges", "行政事业性收费", "政府信息公开条例20(八)", 0, ""},
		{"procurement", "政府采购", "政府信息公开条例20(九)、政府采购法实施条例", 5, WorkingDays},
		{"bids", "招标投标中标候选人", "招标投标法实施条例54", 3, CalendarDays},
		{"projects", "重大建设项目", "政府信息公开条例20(十)", 0, ""},
		{"relief", "社会救助名单", "政府信息公开条例20(十一)、21，社会救助暂行办法11", 7, CalendarDays},
		{"schools", "教育招生入学", "政府信息公开条例20(十一)", 0, ""},
		{"recruitment", "公务员、事业单位招录", "政府信息公开条例20(十四)、公务员法28、32", 5, WorkingDays},
		{"land-plan", "征收土地预公告", "土地管理法实施条例", 10, WorkingDays},
		{"land", "征地补偿安置方案、征收公告", "土地管理法47、土地管理法实施条例31", 30, CalendarDays},
		{"houses", "国有土地上房屋征收补偿方案", "国有土地上房屋征收与补偿条例10、13", 30, CalendarDays},
		{"emergency", "应急预案、预警与应对", "政府信息公开条例20(十二)、突发事件应对法64", 0, ""},
		{"environment", "环境监测、环评受理与审批", "政府信息公开条例20(十三)、环境影响评价法22", 0, ""},
		{"safety", "食品药品、产品质量监督抽检", "政府信息公开条例20(十三)", 0, ""},
		{"consultation", "重大行政决策征求意见", "重大行政决策程序暂行条例15", 30, CalendarDays},
		{"housing", "保障性住房配租、配售结果", "政府信息公开条例21", 0, ""},
		{"names", "地名命名、更名", "地名管理条例14", 0, ""},
		{"census", "统计调查、普查公告", "政府信息公开条例20(四)", 0, ""},
	}
}

// CategoryOf returns the kind of notice with an id; false where there is none.
func CategoryOf(id string) (NoticeCategory, bool) {
	for _, c := range NoticeCategories() {
		if c.ID == id {
			return c, true
		}
	}
	return NoticeCategory{}, false
}
