package trials_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// resident is somebody who endorses a residence permit, with a text that every paper holds.
type resident struct {
	answers map[string]string
	marker  string
}

// person returns the n-th resident. No two have a name, number, telephone, address or paper in common; several
// names have characters above U+FFFF.
func person(n int) resident {
	surnames := []string{"欧阳", "司马", "第五", "澹台", "䶮丘", "𠮷田"}
	given := []rune("𬭎龑䶮𠮷㛃璟𬎆堃喆赟")
	number := fmt.Sprintf("440113%s%03d", time.Date(1960, 1, 1+n/1000, 0, 0, 0, 0, time.UTC).Format("20060102"), n%1000)
	return resident{
		answers: map[string]string{
			"filed_by": "self",
			"name":     surnames[n%len(surnames)] + string(given[n%len(given)]) + string(given[n/len(given)%len(given)]) + string(rune(0x4E00+n)),
			"number":   number + idCheck(number), "phone": fmt.Sprintf("138%08d", 70_000_000+n),
			"issued_on": "2025-12-02", "endorsed": "false", "moved": "true", "district": "440113", "street": "化龙镇",
			"address": fmt.Sprintf("亭南路%d号𣘴苑%d座4%02d室", 1000+n, n%70+1, n%100), "living_since": "2026-03-01",
			"ground": "employment", "employer": fmt.Sprintf("番禺区化龙第%d纺织厂", 5000+n),
			"work_address": fmt.Sprintf("化龙镇工业路%d号之二", 3000+n), "work_since": "2025-06-01",
			"lived_elsewhere": "false", "declared": "true",
		},
		marker: fmt.Sprintf("Marker-In-The-Paper-%06d-壹贰叁肆", n),
	}
}

// idCheck is the last character of a resident ID number (GB 11643).
func idCheck(digits string) string {
	sum, weight := 0, 1
	for i := len(digits) - 1; i >= 0; i-- {
		weight = weight * 2 % 11
		sum += int(digits[i]-'0') * weight
	}
	return string("10X98765432"[sum%11])
}

// photo is a picture of a paper, with the resident's text in a comment and noise that makes it unlike any other.
func (r resident) photo() []byte {
	img := image.NewGray(image.Rect(0, 0, 48, 32))
	for i := range img.Pix {
		img.SetGray(i%48, i/48, color.Gray{Y: uint8(rand.IntN(256))})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic("bug: trials: " + err.Error())
	}
	comment := []byte{0xFF, 0xFE}
	comment = binary.BigEndian.AppendUint16(comment, uint16(len(r.marker)+2))
	comment = append(comment, r.marker...)
	return append(append(b.Bytes()[:2:2], comment...), b.Bytes()[2:]...)
}

// papers are the materials that the answers call for.
func papers() []string { return []string{"residence-permit", "identity-card", "proof-employment"} }

// maxPages bounds the form, so that a page that does not go on ends the filing.
const maxPages = 20

// fill goes from the privacy notice to the page that reads the application back.
func (r resident) fill(ctx context.Context, b *browser) (page, error) {
	p, err := b.get(ctx, "/privacy/HJ-009")
	if err != nil {
		return p, err
	}
	if p, err = b.post(ctx, "/begin", p.filled(map[string]string{"agree": "true", "sensitive": "true"})); err != nil {
		return p, err
	}
	for range maxPages {
		if !strings.HasPrefix(p.path, "/form/") {
			break
		}
		// Without scripts a question that an answer calls for appears when the page comes back for want of it.
		var again *refused
		p, err = b.post(ctx, p.path, p.filled(r.answers))
		if errors.As(err, &again) && again.status == http.StatusUnprocessableEntity {
			continue
		}
		if err != nil {
			return p, err
		}
	}
	if err != nil {
		return p, err
	}
	return r.bring(ctx, b, p)
}

// bring hands every paper over.
func (r resident) bring(ctx context.Context, b *browser, p page) (page, error) {
	if p.path != "/materials" {
		return p, fmt.Errorf("the form leads to %s", p.path)
	}
	var err error
	for _, material := range papers() {
		if p, err = b.upload(ctx, p, material, r.photo()); err != nil {
			return p, err
		}
	}
	later := p.hidden()
	if p, err = b.post(ctx, "/materials/new-address", map[string][]string{"token": {later["token"]}, "state": {"owed"}}); err != nil {
		return p, err
	}
	if p, err = b.post(ctx, "/materials", p.filled(nil)); err != nil {
		return p, err
	}
	if p.path != "/review" || !p.says(r.answers["name"]) {
		return p, fmt.Errorf("%s does not read the application back", p.path)
	}
	return p, nil
}

// confirm presses the button, and returns the page with 已收件 and a code.
func confirm(ctx context.Context, b *browser, review page) (page, error) {
	p, err := b.post(ctx, "/review", review.filled(nil))
	if err != nil {
		return p, err
	}
	if p.path != "/done" || !p.says("已收件") || len(p.code()) != 16 {
		return p, fmt.Errorf("%s does not say that it was taken in", p.path)
	}
	return p, nil
}

// file files a whole application, leaves, and returns the code. Who stays keeps one of the terminal's few places.
func (r resident) file(ctx context.Context, b *browser) (string, error) {
	review, err := r.fill(ctx, b)
	if err != nil {
		return "", err
	}
	done, err := confirm(ctx, b, review)
	if err != nil {
		return "", err
	}
	if err := b.pictures(ctx, done); err != nil {
		return "", err
	}
	_, err = b.post(ctx, "/leave", url.Values{"token": {done.token()}})
	return done.code(), err
}
