package civic

// Claim is what a person may ask of their own data (个人信息保护法 45 to 47). A guide that answers a claim names it; a case
// filed with that guide is about another case.
type Claim string

// The claims. NoClaim is every other service.
const (
	NoClaim         Claim = ""
	ClaimCopy       Claim = "copy"       // 查阅、复制
	ClaimCorrection Claim = "correction" // 更正、补充
	ClaimDeletion   Claim = "deletion"   // 删除
)
