package receipt

import (
	"fmt"
	"strconv"
	"time"

	"doorstep/sync/civic"
)

// phrases turns the facts of one receipt into sentences of its language.
type phrases struct {
	r    *civic.Receipt
	lang string
	t    func(lang, key string, args ...any) string
}

func newPhrases(r *civic.Receipt, t func(lang, key string, args ...any) string) phrases {
	lang := "zh"
	if r.Lang == "en" {
		lang = "en"
	}
	return phrases{r: r, lang: lang, t: t}
}

// say returns the sentence of a key.
func (p *phrases) say(key string, args ...any) string { return p.t(p.lang, key, args...) }

// date says a day with its weekday.
func (p *phrases) date(d civic.Date) string {
	return p.say("date.full", d.Year, p.say("date.month."+strconv.Itoa(int(d.Month))), d.Day,
		p.say("date.weekday."+strconv.Itoa(int(d.Weekday()))))
}

// days says a length of time.
func (p *phrases) days(n int, kind civic.DayKind) string {
	key := "days.working"
	if kind == civic.CalendarDays {
		key = "days.calendar"
	}
	if n == 1 {
		key += ".one"
	}
	return p.say(key, n)
}

// instant says a day and a time of day, in China.
func (p *phrases) instant(t time.Time) string {
	return p.say("receipt.instant", p.date(civic.DateOf(t)), t.In(civic.China).Format("15:04"))
}

// filed says when the application was taken in. A time that the terminal is not sure of says that central's record
// stands.
func (p *phrases) filed() string {
	if p.r.Sure == civic.Sure {
		return p.instant(p.r.Filed)
	}
	return p.say("receipt.filed_unsure", p.instant(p.r.Filed))
}

// takenBy says who took the application in, and at which terminal.
func (p *phrases) takenBy() string {
	number := fmt.Sprintf("%05d", p.r.Terminal)
	if p.r.TakenBy == "" {
		return p.say("receipt.taken_self", number)
	}
	return p.say("receipt.taken_staff", number, p.r.TakenBy)
}

// custody says where the application is now, and what that means. Only central's custody is called 已送达中心.
func (p *phrases) custody() (where, more string) {
	if p.r.Custody != civic.AtCentral {
		return p.say("receipt.at_terminal"), p.say("receipt.at_terminal_more")
	}
	if p.r.CustodyAt.IsZero() {
		return p.say("receipt.at_central"), ""
	}
	return p.say("receipt.at_central"), p.say("receipt.at_central_more", p.instant(p.r.CustodyAt))
}

// promise says by when the resident hears whether the application is accepted, and how long the decision takes
// then. Where no date may be printed it says the number of days.
func (p *phrases) promise() (reply, decision string) {
	reply = p.say("receipt.reply_told")
	switch {
	case !p.r.ReplyBy.IsZero():
		reply = p.say("receipt.reply_by", p.date(p.r.ReplyBy))
	case p.r.ReplyDays > 0:
		reply = p.say("receipt.reply_days", p.days(p.r.ReplyDays, civic.WorkingDays))
	}
	decision = p.say("receipt.decide_told")
	if p.r.Days > 0 {
		decision = p.say("receipt.decide", p.days(p.r.Days, p.r.DayKind))
	}
	return p.say("receipt.promise.reply", reply), p.say("receipt.promise.decision", decision)
}

// copyMark says which print this is.
func (p *phrases) copyMark() string { return p.say("receipt.copy", max(1, p.r.Copy)) }
