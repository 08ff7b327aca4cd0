package civic

import "time"

// Custody says where an application is kept, as far as the paper in the resident's hand may claim it.
type Custody uint8

// The two places a receipt can name (promise P6): only central's signed acknowledgement allows AtCentral.
const (
	AtTerminal Custody = iota + 1 // 现存于本终端,尚未送达中心
	AtCentral                     // 已送达中心
)

// Receipt is what 收件回执(非受理决定书) says: that an application was received, by whom, and what happens next.
// It never says that a department accepted it. Names and numbers in it are already masked.
type Receipt struct {
	Code      TrackingCode
	QR        string // the link in the QR code, HTTPS://HOST/R/... in upper case
	Host      string // where to ask on a phone, as printed beside the QR
	Lang      string // "zh" or "en": the language of the frame; names stay as written
	Authority string // the receiving authority
	Point     string // the service point, with its address where known
	Terminal  uint32 // the terminal number
	Service   string // the service as its guide names it
	ServiceID string // its key in the catalogue, as HJ-008
	Applicant string // masked, as 欧阳*; see MaskName
	Document  string // masked, as 居民身份证 4401**********1234
	Proxy     string // masked name of who filed for the applicant; empty if none
	TakenBy   string // who took it in: the staff member, or empty for the resident at the screen
	Filed     time.Time
	Sure      Confidence // of Filed
	Custody   Custody
	CustodyAt time.Time // when central took custody; zero at the terminal
	ReplyBy   Date      // last day for telling whether it is accepted; zero where no date may be printed
	ReplyDays int       // the same limit in working days
	Days      int       // limit of the decision after acceptance; 0 where the guide gives none
	DayKind   DayKind
	Received  []ReceiptMaterial
	Owed      []ReceiptMaterial
	Contact   string // telephone or place for questions
	Copy      int    // 1 for the first print; a later copy says so
	Training  bool   // filed in training mode: the paper says it counts for nothing
}

// ReceiptMaterial is one line of the lists of papers received and papers owed.
type ReceiptMaterial struct {
	Name     string
	Original int    // originals seen
	Copies   int    // copies taken
	Pages    int    // pages photographed or uploaded
	By       Date   // for papers owed: until when; zero where no date may be printed
	Note     string // as 由政府部门核验,免提交; empty if none
}
