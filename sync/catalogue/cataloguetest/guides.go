// Package cataloguetest makes up catalogues of any size for tests and benchmarks, with texts as long as real ones.
package cataloguetest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"doorstep/sync/civic"
)

// The words that names are made of.
var (
	whats = []string{
		"居住证", "社会保障卡", "残疾人证", "高龄津贴", "医疗救助", "公共租赁住房", "个体工商户", "食品经营许可", "婚姻登记", "生育登记", "入学报名", "失业保险金",
		"灵活就业社会保险补贴", "临时救助", "最低生活保障", "城镇居民养老保险", "工伤认定", "道路货物运输经营许可", "建设工程规划许可", "不动产转移登记",
	}
	dos     = []string{"申领", "补领", "换领", "变更", "注销", "签注", "延续", "备案", "核定", "年度审核"}
	whos    = []string{"番禺区", "化龙镇", "沙湾街道", "市桥街道", "石楼镇", "南村镇", "大石街道", "洛浦街道", "钟村街道", "石碁镇"}
	papers  = []string{"居民身份证", "居民户口簿", "申请表", "近期免冠照片", "租赁合同或房屋权属证书", "单位出具的证明", "银行账户信息", "委托书和受托人身份证件", "医疗机构诊断证明", "营业执照"}
	notes   = []string{"正反两面都要拍清楚，四角完整，不要反光。", "原件核对后当场退还；复印件由工作人员加盖与原件一致章。", "写明起止时间，并由单位盖章；个体经营的提供营业执照。"}
	fields  = []string{"户籍登记", "社会保障", "医疗卫生", "住房保障", "市场监管", "教育", "民政"}
	keys    = []string{"public-security", "human-resources", "health", "housing", "market-regulation", "education", "civil-affairs"}
	laws    = []string{"《居住证暂行条例》第九条：公安机关应当自受理之日起15日内制作发放居住证。", "《中华人民共和国行政许可法》第三十二条、第四十四条", "《广东省流动人口服务管理条例》第十四条至第十八条"}
	wheres  = []string{"各镇（街）政务服务中心综合受理窗口，周一至周五 8:30—12:00、14:00—17:30，法定节假日除外", "区政务服务中心二楼综合窗口"}
	reasons = []string{"具有本区常住户籍，或者持有有效的居住证并连续居住满半年", "依法参加社会保险并按时足额缴费，没有欠缴记录", "符合国家和省规定的其他条件，提交的材料真实、完整、有效"}
)

// Most is how many guides there are codes for.
const Most = 26 * 26 * 1000

// Guides makes n guides, the same ones every time, that may all be published. Their codes begin with TA-000.
func Guides(n int) []civic.Guide {
	out := make([]civic.Guide, min(n, Most))
	for i := range out {
		out[i] = guide(i)
	}
	return out
}

// Code returns the code of the i-th guide.
func Code(i int) string {
	return fmt.Sprintf("%c%c-%03d", 'A'+(19+i/26000)%26, 'A'+i/1000%26, i%1000)
}

func guide(i int) civic.Guide {
	rnd := rand.New(rand.NewPCG(7, uint64(i)))
	pick := func(list []string) string { return list[rnd.IntN(len(list))] }
	what, field := pick(whats), rnd.IntN(len(fields))
	g := civic.Guide{
		ID: Code(i), Name: fmt.Sprintf("%s%s%s（第%d项）", pick(whos), what, pick(dos), i),
		NameEN: fmt.Sprintf("Application number %d for a certificate, allowance or permit of the district", i), ItemCode: fmt.Sprintf("TE4401135%023d", i),
		Field: fields[field], Events: []string{"work", "housing"}[:rnd.IntN(3)], Department: keys[field], Authority: pick(whos) + fields[field] + "主管部门",
		Joint: []string{"区政务服务数据管理局"}, Audience: "个人", Conditions: reasons[:1+rnd.IntN(3)],
		Statutory: civic.Limit{Days: 20, Kind: civic.WorkingDays}, Promised: civic.Limit{Days: 1 + rnd.IntN(15), Kind: civic.WorkingDays},
		Fee: "不收费", Channels: []civic.Channel{civic.ChannelOnline, civic.ChannelWindow}, Where: pick(wheres), Contact: "020-84636000",
		Law: laws[:1+rnd.IntN(3)], Source: "[G] 广东政务服务网 实施清单 " + Code(i), Trust: civic.TrustGuide, Retention: "permit",
		Words: []string{what, fmt.Sprintf("%s怎么办%d", what, i), fmt.Sprintf("办%s", what)},
		Steps: []civic.Step{{Name: "收件", Days: 0.5}, {Name: "受理", Days: 0.5}, {Name: "审查", Days: 2}, {Name: "决定", Days: 1}, {Name: "制证与送达", Days: 1}},
	}
	for n := range 5 + rnd.IntN(5) {
		g.Materials = append(g.Materials, civic.Material{
			ID: fmt.Sprintf("paper-%d", n), Name: fmt.Sprintf("%s（%s%s用）", papers[n], what, strings.Repeat("申请", n%2+1)),
			NameEN: "Identity document, household register or the certificate that the guide names", Need: civic.NeedRequired, Original: 1, Copies: n % 3,
			Issuer: "公安机关或有权出具的机关", Note: pick(notes) + pick(notes), Accept: []string{"image/jpeg", "application/pdf"},
		})
	}
	return g
}
