package track

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// feedSize is how many notices a feed holds: the last changed, those that ended included, so that a reader who comes
// by now and then drops them.
const feedSize = 100

// feedLang is the language of the feeds, as notices have it.
const feedLang = "zh-CN"

// feed is what both formats are written from.
type feed struct {
	id, title, home string
	query           string // of the filter, with its "?"
	list            []store.Shown
	updated         time.Time
}

func (t *Track) feed(c *fiber.Ctx) (feed, error) {
	f, _, err := t.boardFilter(c)
	if err != nil {
		return feed{}, err
	}
	f.Ended, f.Max = true, feedSize
	out := feed{title: locale.T(locale.Chinese, "posted.title"), home: t.opts.Site + "/notices", updated: time.Unix(0, 0)}
	q := url.Values{}
	if f.Category != "" {
		q.Set("kind", f.Category)
		out.title += " · " + locale.T(locale.Chinese, "notice.kind."+f.Category)
	}
	if place := placeOf(f); place != "" {
		q.Set("place", place)
	}
	if len(q) > 0 {
		out.query = "?" + q.Encode()
	}
	out.id = t.feedID("feed" + out.query)
	out.list, err = t.opts.Board.Shown(ctxOf(c), f)
	if len(out.list) > 0 {
		out.updated = out.list[0].Updated
	}
	return out, err
}

// feedID makes the id of a feed or an entry: the same for ever, also after the host changed, and no other central's.
func (t *Track) feedID(name string) string {
	s := sha256.Sum256([]byte("doorstep feed v1\n" + t.opts.ID.String() + "\n" + name))
	s[6], s[8] = s[6]&0x0f|0x80, s[8]&0x3f|0x80 // a UUID of version 8 (RFC 9562)
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", s[:4], s[4:6], s[6:8], s[8:10], s[10:16])
}

// stamp writes a time as both formats want it (RFC 3339).
func stamp(t time.Time) string { return t.In(civic.China).Format(time.RFC3339) }

// The elements of RFC 4287, and of RFC 6721 for what is gone.
type (
	atomFeed struct {
		XMLName xml.Name      `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string        `xml:"xml:lang,attr"`
		Gone    string        `xml:"xmlns:at,attr"`
		ID      string        `xml:"id"`
		Title   string        `xml:"title"`
		Updated string        `xml:"updated"`
		Links   []atomLink    `xml:"link"`
		Author  atomPerson    `xml:"author"`
		Entries []atomEntry   `xml:"entry"`
		Deleted []atomDeleted `xml:"at:deleted-entry"`
	}
	atomLink struct {
		Rel    string `xml:"rel,attr"`
		Type   string `xml:"type,attr,omitempty"`
		Href   string `xml:"href,attr"`
		Title  string `xml:"title,attr,omitempty"`
		Length int64  `xml:"length,attr,omitempty"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomEntry struct {
		ID        string       `xml:"id"`
		Title     string       `xml:"title"`
		Updated   string       `xml:"updated"`
		Published string       `xml:"published"`
		Links     []atomLink   `xml:"link"`
		Author    atomPerson   `xml:"author"`
		Category  atomCategory `xml:"category"`
		Content   atomContent  `xml:"content"`
	}
	atomCategory struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	}
	atomContent struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
	atomDeleted struct {
		Ref     string `xml:"ref,attr"`
		When    string `xml:"when,attr"`
		Comment string `xml:"at:comment"`
	}
)

// atom writes the feed of RFC 4287.
func (t *Track) atom(c *fiber.Ctx) error {
	f, err := t.feed(c)
	if err != nil {
		return err
	}
	doc := atomFeed{
		Lang: feedLang, Gone: "http://purl.org/atompub/tombstones/1.0", ID: f.id, Title: f.title, Updated: stamp(f.updated),
		Author: atomPerson{locale.T(locale.Chinese, "product.name")},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: f.home + "/feed.atom" + f.query},
			{Rel: "alternate", Type: "text/html", Href: f.home + f.query},
		},
	}
	for _, n := range f.list {
		id := t.feedID("notice/" + n.ID)
		if n.Ended != "" {
			doc.Deleted = append(doc.Deleted, atomDeleted{id, stamp(n.Updated), endWords(n)})
			continue
		}
		e := atomEntry{
			ID: id, Title: n.Title, Updated: stamp(n.Updated), Published: stamp(n.Start), Author: atomPerson{n.Issuer},
			Links:    []atomLink{{Rel: "alternate", Type: "text/html", Href: f.home + "/" + n.ID}},
			Category: atomCategory{n.Category, locale.T(locale.Chinese, "notice.kind."+n.Category)},
			Content:  atomContent{"html", htmlOf(n.Body)},
		}
		for _, file := range n.Files {
			e.Links = append(e.Links, atomLink{"enclosure", file.Media, t.fileURL(n.ID, file), file.Name, file.Size})
		}
		doc.Entries = append(doc.Entries, e)
	}
	b, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	c.Set(fiber.HeaderContentType, "application/atom+xml; charset=utf-8")
	return conditional(c, append([]byte(xml.Header), b...), f.updated)
}

// The objects of JSON Feed 1.1.
type (
	jsonFeed struct {
		Version  string       `json:"version"`
		Title    string       `json:"title"`
		Home     string       `json:"home_page_url"`
		Feed     string       `json:"feed_url"`
		Language string       `json:"language"`
		Authors  []jsonAuthor `json:"authors"`
		Items    []jsonItem   `json:"items"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
	}
	jsonItem struct {
		ID          string       `json:"id"`
		URL         string       `json:"url"`
		Title       string       `json:"title,omitempty"`
		HTML        string       `json:"content_html,omitempty"`
		Text        string       `json:"content_text,omitempty"`
		Published   string       `json:"date_published,omitempty"`
		Modified    string       `json:"date_modified"`
		Authors     []jsonAuthor `json:"authors,omitempty"`
		Tags        []string     `json:"tags,omitempty"`
		Attachments []jsonFile   `json:"attachments,omitempty"`
		Ended       *jsonEnded   `json:"_ended,omitempty"`
	}
	jsonFile struct {
		URL   string `json:"url"`
		Media string `json:"mime_type"`
		Title string `json:"title"`
		Size  int64  `json:"size_in_bytes"`
	}
	// jsonEnded is our own: the format has no way to say that something is gone.
	jsonEnded struct {
		About string            `json:"about"`
		State civic.NoticeState `json:"state"`
		When  string            `json:"when"`
	}
)

// json writes the feed of jsonfeed.org.
func (t *Track) json(c *fiber.Ctx) error {
	f, err := t.feed(c)
	if err != nil {
		return err
	}
	doc := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.title, Home: f.home + f.query, Feed: f.home + "/feed.json" + f.query,
		Language: feedLang, Authors: []jsonAuthor{{locale.T(locale.Chinese, "product.name")}}, Items: []jsonItem{},
	}
	for _, n := range f.list {
		item := jsonItem{ID: t.feedID("notice/" + n.ID), URL: f.home + "/" + n.ID, Modified: stamp(n.Updated)}
		if n.Ended != "" {
			item.Text, item.Ended = endWords(n), &jsonEnded{f.home, n.Ended, stamp(n.Updated)}
			doc.Items = append(doc.Items, item)
			continue
		}
		item.Title, item.HTML, item.Published = n.Title, htmlOf(n.Body), stamp(n.Start)
		item.Authors = []jsonAuthor{{n.Issuer}}
		item.Tags = append([]string{locale.T(locale.Chinese, "notice.kind."+n.Category)}, n.Keywords...)
		for _, file := range n.Files {
			item.Attachments = append(item.Attachments, jsonFile{t.fileURL(n.ID, file), file.Media, file.Name, file.Size})
		}
		doc.Items = append(doc.Items, item)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	c.Set(fiber.HeaderContentType, "application/feed+json; charset=utf-8")
	return conditional(c, b, f.updated)
}

func (t *Track) fileURL(id string, f civic.NoticeFile) string {
	return t.opts.Site + "/notices/" + id + "/files/" + f.Digest.String()
}

// endWords says what became of a notice. Its title is not said: it may be why it was withdrawn.
func endWords(n store.Shown) string {
	return locale.T(locale.Chinese, "posted.ended."+string(n.Ended), locale.Time(locale.Chinese, n.Updated))
}

// htmlOf writes a body as plain HTML, for readers that know no style of ours.
func htmlOf(body string) string {
	var b strings.Builder
	put := func(name, text string) { fmt.Fprintf(&b, "<%s>%s</%s>", name, html.EscapeString(text), name) }
	row := func(cell string, cells []string) {
		b.WriteString("<tr>")
		for _, text := range cells {
			put(cell, text)
		}
		b.WriteString("</tr>")
	}
	for _, p := range view.Article(body) {
		switch p.Kind {
		case civic.BlockHeading:
			put("h3", p.Text)
		case civic.BlockItem:
			b.WriteString("<ul>")
			put("li", p.Text)
			b.WriteString("</ul>")
		case civic.BlockRow:
			b.WriteString("<table><thead>")
			row("th", p.Head)
			b.WriteString("</thead><tbody>")
			for _, cells := range p.Rows {
				row("td", cells)
			}
			b.WriteString("</tbody></table>")
		default:
			put("p", p.Text)
		}
	}
	return b.String()
}
