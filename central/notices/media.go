package notices

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"doorstep/sync/civic"
)

// The bounds of attachments.
const (
	MaxFile  = 10 << 20 // bytes of one
	MaxFiles = 8
	MaxBytes = 24 << 20 // of all of a notice
)

// maxUnpacked bounds what is unpacked of an office document to be searched.
const maxUnpacked = 64 << 20

// maxFileName bounds a name, in characters.
const maxFileName = 80

// Upload is a file that an editor chose. What it is is decided by its content.
type Upload struct {
	Name  string
	Bytes []byte
}

// The media that a notice may have, with the ending of their names.
const (
	pdf   = "application/pdf"
	png   = "image/png"
	jpeg  = "image/jpeg"
	docx  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	xlsx  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	plain = "text/plain; charset=utf-8"
	comma = "text/csv; charset=utf-8"
)

var endings = map[string][]string{
	pdf: {".pdf"}, png: {".png"}, jpeg: {".jpg", ".jpeg"}, docx: {".docx"}, xlsx: {".xlsx"}, plain: {".txt"}, comma: {".csv"},
}

// file decides what an upload is and under which name it goes on.
func (u Upload) file() (civic.NoticeFile, error) {
	name := fileName(u.Name)
	switch {
	case name == "":
		return civic.NoticeFile{}, civic.Refuse(civic.Invalid, "files", "notice.file.name")
	case len(u.Bytes) == 0:
		return civic.NoticeFile{}, civic.Refuse(civic.Invalid, "files", "notice.file.empty", name)
	case len(u.Bytes) > MaxFile:
		return civic.NoticeFile{}, civic.Refuse(civic.Full, "files", "notice.file.large", name, MaxFile>>20)
	}
	media := mediaOf(u.Bytes)
	if media == plain && strings.EqualFold(path.Ext(name), ".csv") {
		media = comma
	}
	if media == "" {
		return civic.NoticeFile{}, civic.Refuse(civic.Unsupported, "files", "notice.file.media", name)
	}
	if !named(name, media) {
		// The name says something else than the content is: browsers and people would go by the name.
		name += endings[media][0]
	}
	return civic.NoticeFile{Name: name, Media: media, Size: int64(len(u.Bytes)), Digest: civic.DigestOf(u.Bytes)}, nil
}

func named(name, media string) bool {
	for _, e := range endings[media] {
		if strings.EqualFold(path.Ext(name), e) {
			return true
		}
	}
	return false
}

// fileName keeps the last part of a name, without signs that mean something to a file system or a header.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`"<>:|?*/\;`, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s))
	if r := []rune(s); len(r) > maxFileName {
		ext := []rune(path.Ext(s))
		s = string(append(r[:max(0, maxFileName-len(ext))], ext...))
	}
	return strings.TrimLeft(s, ".")
}

// mediaOf decides by content; empty for what a notice may not have. Documents with programs in them are such.
func mediaOf(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return pdf
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return png
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return jpeg
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return officeMedia(b)
	case isText(b):
		return plain
	}
	return ""
}

func officeMedia(b []byte) string {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return ""
	}
	media := ""
	for _, f := range z.File {
		switch {
		case strings.HasSuffix(f.Name, "vbaProject.bin"):
			return ""
		case f.Name == "word/document.xml":
			media = docx
		case f.Name == "xl/workbook.xml":
			media = xlsx
		}
	}
	return media
}

func isText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	return !bytes.ContainsFunc(b, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' && r != '\ufeff'
	})
}

// readable reports whether the text of a medium can be searched. Pictures and PDF cannot: people look at them.
func readable(media string) bool {
	return media == docx || media == xlsx || media == plain || media == comma
}

var (
	// cellEnd ends a paragraph or a cell of an office document; tag is any other mark of it.
	cellEnd = regexp.MustCompile(`</(?:w:p|w:tc|c|si|is)>|<w:(?:br|tab)/>`)
	tag     = regexp.MustCompile(`<[^>]*>`)
)

// textOf returns the text of an attachment, a line for each paragraph or cell.
func textOf(media string, b []byte) (string, error) {
	if media == plain || media == comma {
		return string(b), nil
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	left := int64(maxUnpacked)
	for _, f := range z.File {
		if path.Ext(f.Name) != ".xml" || !strings.HasPrefix(f.Name, "word/") && !strings.HasPrefix(f.Name, "xl/") {
			continue
		}
		text, err := unpack(f, left)
		if err != nil {
			return "", err
		}
		left -= int64(len(text))
		out.WriteString(tag.ReplaceAllString(cellEnd.ReplaceAllString(text, "\n"), "") + "\n")
	}
	return out.String(), nil
}

var errUnpacked = errors.New("document unpacks to too much")

func unpack(f *zip.File, left int64) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(r, left+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return "", err
	}
	if int64(len(b)) > left {
		return "", errUnpacked
	}
	return string(b), nil
}
