package form

import (
	"time"

	"doorstep/sync/civic"
)

// formats are the formats a form may name, each with the rule that decides it.
var formats = map[string]func(s string, now time.Time) error{
	"resident-id":  documentRule(civic.ResidentID),
	"credit-code":  documentRule(civic.CreditCode),
	"phone":        func(s string, _ time.Time) error { return civic.CheckPhone(s) },
	"person-name":  func(s string, _ time.Time) error { return civic.CheckName(s) },
	"bank-account": func(s string, _ time.Time) error { return checkAccount(s) },
	"date":         func(s string, _ time.Time) error { _, err := civic.ParseDate(s); return err },
	"past-date":    checkPast,
	// The code of another case, as printed or as digits alone.
	"tracking-code": func(s string, _ time.Time) error { _, err := civic.ParseTrackingCode(s); return err },
}

// documentRule checks a number alone as a document of one kind.
func documentRule(kind civic.DocumentKind) func(string, time.Time) error {
	return func(s string, now time.Time) error {
		_, err := civic.ParseDocument(kind, s, now)
		return err
	}
}

// oldest bounds a date in the past: a year typed with a digit missing lies before it.
var oldest = civic.Date{Year: 1900, Month: time.January, Day: 1}

// checkPast accepts a day that has begun in China by now.
func checkPast(s string, now time.Time) error {
	d, err := civic.ParseDate(s)
	if err != nil {
		return err
	}
	if civic.DateOf(now).Before(d) {
		return civic.Refuse(civic.Invalid, "", "form.future")
	}
	if d.Before(oldest) {
		return civic.Refuse(civic.Invalid, "", "form.past")
	}
	return nil
}

// checkAccount accepts the number of a bank card or passbook: 12 to 19 digits. Cards of 16 and 19 digits end in a
// Luhn check digit, which catches a mistyped digit before the allowance goes to a stranger; passbooks have none.
func checkAccount(s string) error {
	sum := 0
	for i := range len(s) {
		c := s[len(s)-1-i]
		if c < '0' || c > '9' {
			return civic.Refuse(civic.Invalid, "", "form.account")
		}
		n := int(c - '0')
		if i%2 == 1 {
			n = n*2/10 + n*2%10
		}
		sum += n
	}
	if len(s) < 12 || len(s) > 19 {
		return civic.Refuse(civic.Invalid, "", "form.account")
	}
	if (len(s) == 16 || len(s) == 19) && sum%10 != 0 {
		return civic.Refuse(civic.Invalid, "", "form.account-digit")
	}
	return nil
}
