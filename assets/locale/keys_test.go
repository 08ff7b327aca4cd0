package locale_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep/assets/locale"
	nouns "doorstep/sync/civic"
)

// topics are the first parts of the keys of the locale files.
func topics() map[string]bool {
	out := map[string]bool{}
	for key := range locale.Table(locale.Chinese) {
		out[topicOf(key)] = true
	}
	return out
}

// uses returns the keys that the module names, in code and in pages. Too few of either is a check gone blind.
func uses(t *testing.T) []use {
	t.Helper()
	code, pages := goUses(sources(t), topics()), pageUses(t, topics())
	if len(code) < 400 || len(pages) < 300 {
		t.Fatalf("%d keys in code and %d in pages only: the check is blind", len(code), len(pages))
	}
	return append(code, pages...)
}

// Every key that the product names has a sentence, whose blanks are all filled where it is named.
func TestEveryKeyInUseHasASentence(t *testing.T) {
	table := locale.Table(locale.Chinese)
	for _, u := range uses(t) {
		sentence, ok := table[u.key]
		switch {
		case u.prefix:
			if !anyHas(table, u.key) {
				t.Errorf("%s: no key begins with %s", u.at, u.key)
			}
		case !ok:
			t.Errorf("%s: no sentence for %s", u.at, u.key)
		case u.args != anyArgs:
			if b := blanks(t, u.key, sentence); len(b) > 0 && b[len(b)-1] >= u.args {
				t.Errorf("%s: %s has the blanks %v and gets %d arguments", u.at, u.key, b, u.args)
			}
		}
	}
}

func anyHas(table map[string]string, prefix string) bool {
	for key := range table {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// A refusal says what is wrong and what to do, a label names a thing: one text cannot be both.
func TestNoRefusalIsALabel(t *testing.T) {
	labels := map[string]string{}
	for _, u := range pageUses(t, topics()) {
		if !u.prefix {
			labels[u.key] = u.at
		}
	}
	for _, u := range goUses(sources(t), topics()) {
		if at, ok := labels[u.key]; ok && u.refuse {
			t.Errorf("%s refuses with %s, the label of %s", u.at, u.key, at)
		}
	}
}

// A key that is put together has a sentence for everything that can be put into it: for every constant of the type,
// so that a new one is missed here and not by a reader.
func TestEveryKeyPutTogetherHasASentence(t *testing.T) {
	all := sources(t)
	of := func(dir, typ string) []string { return consts(t, all, dir, typ) }
	civic := func(typ string) []string { return of("sync/civic", typ) }
	statuses, codes := civic("Status"), civic("Code")
	line := slices.Concat(codes, of("sync/wire", "Code"), of("sync/link", "Code"))
	for i, code := range line {
		line[i] = strings.TrimPrefix(code, "line-")
	}
	clocks := civic("Clock")
	acts := []string{"supplement", "accept", "decline", "pause", "resume", "grant", "refuse", "deliver"}
	rail := []string{"cases", "aside", "terminals", "people", "guides", "audit", "retention", "board", "notices"}
	figures := []string{"received", "decided", "ontime", "late", "undated"}
	spans := []string{"week", "month", "quarter"}
	notices := civic("NoticeState")
	var kinds []string
	for _, c := range nouns.NoticeCategories() {
		kinds = append(kinds, c.ID)
	}
	deeds := []string{"change", "leave", "return", "sign-out", "password"}
	views := []string{"mine", "free", "open", "late", "waiting", "ended", "all"}
	asides := slices.DeleteFunc(civic("Outcome"), func(o string) bool { return !strings.HasPrefix(o, "aside:") })
	for _, k := range []struct {
		prefix string
		values []string
		suffix string
	}{
		{"link.", append(line, "down"), ""},
		{"lookup.", codes, ""},
		{"error.", append(codes, "other"), ""},
		{"status.", statuses, ""},
		{"state.", statuses, ""},
		{"state.", of("assets/view", "Where"), ""},
		{"state.", []string{"aside"}, ""},
		{"mark.", []string{"taken", "arrived", "accepted", "decided", "delivered"}, ""},
		{"mark.", []string{"supplement", "paused", "declined", "lapsed", "withdrawn", "granted", "refused"}, ""},
		{"mark.state.", of("assets/view", "MarkState"), ""},
		{"due.", append(clocks, "supplement"), ""},
		{"due.", append(clocks, "supplement"), ".days"},
		{"need.", civic("Need"), ""},
		{"handed.", civic("HandedState"), ""},
		{"role.", civic("Role"), ""},
		{"relation.", civic("Relation"), ""},
		{"doctype.", civic("DocumentKind"), ""},
		{"outcome.", asides, ""},
		{"aside.do.", asides, ""},
		{"aside.done.", []string{"release", "route", "close"}, ""},
		{"event.", []string{"birth", "school", "work", "marriage", "health", "old-age", "housing", "business"}, ""},
		{"print.", of("assets/view", "PrintState"), ""},
		{"rail.", rail, ""},
		{"document.title.", []string{"supplement", "accepted", "declined", "granted", "refused"}, ""},
		{"document.kind.", []string{"supplement", "accepted", "declined", "granted", "refused"}, ""},
		{"document.say.", []string{"supplement", "accepted", "declined", "granted", "refused"}, ""},
		{"document.words.", []string{"supplement", "accepted", "declined", "granted", "refused"}, ""},
		{"case.next.", []string{"filed", "supplement", "accepted", "granted", "refused"}, ""},
		{"case.next.", []string{"filed", "supplement", "accepted", "granted", "refused"}, ".days"},
		{"terminal.reading.", []string{"records", "receipts", "disk", "queue", "line", "clock", "printer", "version"}, ""},
		{"people.role.", []string{"clerk", "publisher", "network", "secrecy", "supervisor", "operator", "admin", "auditor", "staff"}, ""},
		{"people.done.", deeds[:4], ""},
		{"people.deed.", deeds[1:], ""},
		{"people.deed.", deeds[1:], ".what"},
		{"people.deed.", deeds[1:], ".verb"},
		{"offices.done.", of("central/store", "OfficeKind"), ""},
		{"cases.view.", views, ""},
		{"cases.empty.", views, ""},
		{"case.turn.", statuses, ""},
		{"case.noact.", statuses, ""},
		{"case.sure.", []string{"likely", "unsure"}, ""},
		{"history.", []string{"received", "papers", "supplemented", "deemed", "opened", "extended", "urged"}, ""},
		{"act.", acts, ""},
		{"act.", acts, ".what"},
		{"act.", acts, ".verb"},
		{"audit.did.", []string{"paper-read", "case-read"}, ""},
		{"audit.did.step.", append(statuses, of("central/store", "Note")...), ""},
		{"audit.did.hold.", []string{"set", "lift"}, ""},
		{"history.", of("central/store", "Note"), ""},
		{"board.kind.", figures, ""},
		{"board.list.", figures, ""},
		{"board.period.", spans, ""},
		{"board.this.", spans, ""},
		{"board.that.", spans, ""},
		{"board.than.", spans, ""},
		{"board.than.same.", spans, ""},
		{"claim.", []string{"copy", "correction", "deletion"}, ""},
		{"claim.", []string{"copy", "correction", "deletion"}, ".how"},
		{"retention.class.", []string{"permit", "benefit", "register", "letter", "request", "undecided"}, ""},
		{"audit.did.", slices.DeleteFunc(of("central/store", "Action"), func(a string) bool { return a == "read" || a == "step" }), ""},
		{"notice.state.", notices, ""},
		{"notice.turn.", append(notices, "scheduled"), ""},
		{"notice.did.", slices.DeleteFunc(slices.Clone(notices), func(s string) bool { return s == "draft" }), ""},
		{"notice.kind.", kinds, ""},
		{"notice.view.", []string{"mine", "draft", "proposed", "checked", "live", "ended", "all"}, ""},
		{"notice.empty.", []string{"mine", "draft", "proposed", "checked", "live", "ended", "all"}, ""},
		{"notice.act.", []string{"propose", "check", "release", "back", "take", "withdraw"}, ""},
		{"notice.act.", []string{"propose", "check", "release", "back", "take", "withdraw"}, ".what"},
		{"notice.act.", []string{"propose", "check", "release", "back", "take", "withdraw"}, ".verb"},
		{"notice.act.", []string{"back", "withdraw"}, ".words"},
		{"notice.done.", []string{"save", "propose", "check", "release", "back", "take", "withdraw"}, ""},
		{"notice.field.", []string{"title", "category", "issuer", "document", "made", "keywords", "supersedes", "scope", "from", "until", "files"}, ""},
		{"notice.unmasked.", of("central/notices", "Kind"), ""},
		{"notice.unmasked.file.", of("central/notices", "Kind"), ""},
		{"audit.did.notice.", notices, ""},
		{"guides.state.", of("central/store", "GuideState"), ""},
		{"guides.kind.", civic("DayKind"), ""},
		{"guides.channel.", civic("Channel"), ""},
		{"guides.trust.", civic("Trust"), ""},
		{"guides.retention.", []string{"permit", "benefit", "register", "letter", "request"}, ""},
		{"guides.media.", []string{"image/jpeg", "image/png", "application/pdf"}, ""},
		{"guides.field.", guideFields, ""},
		{"import.kind.", append(of("central/bulletin", "ChangeKind"), "unchanged", "absent"), ""},
		{"import.phase.", []string{"reading", "checking", "publishing"}, ""},
		{"date.month.", upto(1, 12), ""},
		{"date.weekday.", upto(0, 6), ""},
		{"date.", []string{"makeup", "holiday"}, ""},
		{"left.", []string{"working", "calendar", "late.working", "late.calendar"}, ""},
		{"days.", civic("DayKind"), ""},
		{"lang.", locale.Langs(), ""},
	} {
		for _, v := range k.values {
			if key := k.prefix + v + k.suffix; !locale.Has(key) {
				t.Errorf("no sentence for %s", key)
			}
		}
	}
}

// guideFields are the fields of a guide as the console names them.
var guideFields = []string{
	"id", "name", "name_en", "item_code", "field", "events", "packages", "spot", "department", "authority", "joint", "audience", "conditions", "materials",
	"statutory", "promised", "statutory.days", "statutory.kind", "promised.days", "promised.kind", "fee", "steps", "channels", "where",
	"contact", "law", "source", "trust", "form", "sensitive", "retention", "claim", "words", "steps.name", "steps.days", "materials.id",
	"materials.name", "materials.name_en", "materials.need", "materials.original", "materials.copies", "materials.days",
	"materials.held_by", "materials.when", "materials.issuer", "materials.note", "materials.accept",
}

func upto(from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, strconv.Itoa(n))
	}
	return out
}
