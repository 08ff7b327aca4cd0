package assets

import (
	"strconv"
	"time"

	"doorstep/assets/locale"
	"doorstep/sync/civic"
)

// dateWords is a day as a hall's clock says it, in two lines.
type dateWords struct{ Day, Weekday string }

func wordsOfDate(lang locale.Lang, t time.Time, mark Marker) dateWords {
	d := civic.DateOf(t)
	weekday := locale.T(lang, "date.weekday."+strconv.Itoa(int(d.Weekday())))
	if m := mark(d); m != locale.Plain {
		weekday = locale.T(lang, "date.marked", weekday, locale.T(lang, "date."+string(m)))
	}
	return dateWords{locale.T(lang, "date.plain", d.Year, month(lang, d), d.Day), weekday}
}

// plainDate says a day of a document, whose weekday nobody asks for.
func plainDate(lang locale.Lang, d civic.Date) string {
	return locale.T(lang, "date.plain", d.Year, month(lang, d), d.Day)
}

func month(lang locale.Lang, d civic.Date) string {
	return locale.T(lang, "date.month."+strconv.Itoa(int(d.Month)))
}
