package workbook

import (
	"strconv"

	"doorstep/sync/civic"
)

// The sheets.
const (
	serviceSheet  = "事项"
	materialSheet = "材料"
	stepSheet     = "环节"
	helpSheet     = "填写说明"
)

// serviceRow is a row of the sheet of services.
type serviceRow struct {
	guide civic.Guide
	rev   int
}

// materialRow and stepRow name the service they belong to.
type materialRow struct {
	service  string
	material civic.Material
}

type stepRow struct {
	service string
	step    civic.Step
}

const idHelp = "两三个大写字母、短横线和三位数字，如 HJ-008；一个编码只能有一行"

// serviceColumns are the columns of a service in the order a resident reads them.
func serviceColumns() []column[serviceRow] {
	type r = serviceRow
	return []column[r]{
		required(text("事项编码", "id", 11, idHelp, func(v *r) *string { return &v.guide.ID })),
		counted("版次", "revision", 7, "导出时已发布的版次，请不要改：别人在这以后又发布过，导入时会提醒您。新事项不填", func(v *r) *int { return &v.rev }),
		required(text("事项名称", "name", 34, "对外公布的名称", func(v *r) *string { return &v.guide.Name })),
		required(text("英文名称", "name_en", 34, "给看英文的人", func(v *r) *string { return &v.guide.NameEN })),
		text("实施编码", "item_code", 34, "主管部门自己的编码，原样填写；单元格请设为文本", func(v *r) *string { return &v.guide.ItemCode }),
		required(text("领域", "field", 14, "如 户籍登记", func(v *r) *string { return &v.guide.Field })),
		several("人生大事", "events", 20, "首页上归在哪几类", lifeWords, func(v *r) *[]string { return &v.guide.Events }),
		listed("办事套餐", "packages", 20, "属于哪些一件事套餐，一行一个", func(v *r) *[]string { return &v.guide.Packages }),
		required(text("部门代码", "department", 20, "作决定的部门，小写英文字母，如 public-security", func(v *r) *string { return &v.guide.Department })),
		required(text("主管部门", "authority", 28, "印在回执上的部门名称", func(v *r) *string { return &v.guide.Authority })),
		listed("联办部门", "joint", 20, "一行一个", func(v *r) *[]string { return &v.guide.Joint }),
		required(text("办理对象", "audience", 10, "如 个人、企业", func(v *r) *string { return &v.guide.Audience })),
		listed("受理条件", "conditions", 48, "一行一条", func(v *r) *[]string { return &v.guide.Conditions }),
		counted("法定天数", "statutory/days", 9, "没有公布就不填", func(v *r) *int { return &v.guide.Statutory.Days }),
		chosen("法定单位", "statutory/kind", 9, "", dayWords, func(v *r) *civic.DayKind { return &v.guide.Statutory.Kind }),
		counted("承诺天数", "promised/days", 9, "没有公布就不填", func(v *r) *int { return &v.guide.Promised.Days }),
		chosen("承诺单位", "promised/kind", 9, "", dayWords, func(v *r) *civic.DayKind { return &v.guide.Promised.Kind }),
		flagged("即办", "spot", 7, "当场办结的填 是", func(v *r) *bool { return &v.guide.Spot }),
		required(text("收费", "fee", 20, "不收费也要写 不收费", func(v *r) *string { return &v.guide.Fee })),
		required(several("办理渠道", "channels", 24, "", wayWords, func(v *r) *[]civic.Channel { return &v.guide.Channels })),
		text("办理地点和时间", "where", 40, "不在终端办时到哪里", func(v *r) *string { return &v.guide.Where }),
		text("咨询电话", "contact", 16, "", func(v *r) *string { return &v.guide.Contact }),
		listed("法律依据", "law", 48, "一行一条", func(v *r) *[]string { return &v.guide.Law }),
		required(text("来源", "source", 34, "以方括号里的依据标记开头，如 [G] 广东政务服务网", func(v *r) *string { return &v.guide.Source })),
		required(chosen("依据标记", "trust", 20, "办理时限能不能当事实公布，看这一栏", trustWords, func(v *r) *civic.Trust { return &v.guide.Trust })),
		text("表单", "form", 14, "已发布表单的编号；不在终端填表就不填", func(v *r) *string { return &v.guide.Form }),
		text("敏感信息说明", "sensitive", 40, "要收集哪些敏感个人信息、为什么；没有就不填", func(v *r) *string { return &v.guide.Sensitive }),
		required(chosen("保存类别", "retention", 10, "", keepWords, func(v *r) *string { return &v.guide.Retention })),
		chosen("个人信息权利", "claim", 14, "只有答复居民查阅、更正、删除本人信息的事项才填", claimWords, func(v *r) *civic.Claim { return &v.guide.Claim }),
		listed("别名", "words", 24, "居民会说的其他叫法，一行一个", func(v *r) *[]string { return &v.guide.Words }),
	}
}

func materialColumns() []column[materialRow] {
	type r = materialRow
	return []column[r]{
		required(text("事项编码", "service", 11, "属于哪个事项；上下顺序就是公布的顺序", func(v *r) *string { return &v.service })),
		required(text("材料编号", "id", 22, "同一事项里不能重复；小写英文字母、数字和短横线，公布后不要改", func(v *r) *string { return &v.material.ID })),
		required(text("材料名称", "name", 40, "", func(v *r) *string { return &v.material.Name })),
		required(text("英文名称", "name_en", 40, "", func(v *r) *string { return &v.material.NameEN })),
		required(chosen("要求", "need", 11, "容缺后补的要填补交天数，免提交的要填由谁掌握", needWords, func(v *r) *civic.Need { return &v.material.Need })),
		counted("原件", "original", 7, "看几份", func(v *r) *int { return &v.material.Original }),
		counted("复印件", "copies", 8, "收几份", func(v *r) *int { return &v.material.Copies }),
		counted("补交天数", "days", 9, "工作日；只有容缺后补才填", func(v *r) *int { return &v.material.Days }),
		text("由谁掌握", "held_by", 22, "只有免提交才填", func(v *r) *string { return &v.material.HeldBy }),
		text("适用情形", "when", 16, "表单里的条件名；人人都要交就不填", func(v *r) *string { return &v.material.When }),
		text("出具机关", "issuer", 20, "", func(v *r) *string { return &v.material.Issuer }),
		text("说明", "note", 48, "怎么准备、拍哪一面", func(v *r) *string { return &v.material.Note }),
		several("接受格式", "accept", 14, "不填就是图片和 PDF", acceptWords, func(v *r) *[]string { return &v.material.Accept }),
	}
}

func stepColumns() []column[stepRow] {
	type r = stepRow
	return []column[r]{
		required(text("事项编码", "service", 11, "属于哪个事项；上下顺序就是办理的顺序", func(v *r) *string { return &v.service })),
		required(text("环节名称", "name", 24, "如 受理、审查、决定", func(v *r) *string { return &v.step.Name })),
		{
			name: "天数", path: "days", width: 8, help: "工作日，可以有半天，如 0.5；没有就不填", plain: true,
			get: func(v *r) string {
				if v.step.Days == 0 {
					return ""
				}
				return strconv.FormatFloat(v.step.Days, 'f', -1, 64)
			},
			set: func(v *r, s string) *civic.Error {
				if s == "" {
					return nil
				}
				f, err := strconv.ParseFloat(s, 64)
				if err != nil {
					return civic.Refuse(civic.Invalid, "", "workbook.number")
				}
				v.step.Days = f
				return nil
			},
		},
	}
}
