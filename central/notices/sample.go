package notices

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// Sample is a notice for a demonstration.
type Sample struct {
	Text  store.NoticeText
	Files []Upload
}

// sampleFile is one file of the samples; its README says what the fields mean.
type sampleFile struct {
	Title    string   `yaml:"title"`
	Issuer   string   `yaml:"issuer"`
	Code     string   `yaml:"code"`
	Document string   `yaml:"document"`
	Made     int      `yaml:"made"`
	From     int      `yaml:"from"`
	Until    int      `yaml:"until"`
	Keywords []string `yaml:"keywords"`
	Area     string   `yaml:"area"`
	Point    string   `yaml:"point"`
	Body     string   `yaml:"body"`
	Files    []struct {
		Name string `yaml:"name"`
		Text string `yaml:"text"`
	} `yaml:"files"`
}

// Samples reads the samples in the order of their kinds, as of a day.
func Samples(fsys fs.FS, today civic.Date) ([]Sample, error) {
	var out []Sample
	for _, c := range civic.NoticeCategories() {
		b, err := fs.ReadFile(fsys, c.ID+".yaml")
		if err != nil {
			return nil, fmt.Errorf("read sample: %w", err)
		}
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		var f sampleFile
		if err := d.Decode(&f); err != nil {
			return nil, fmt.Errorf("read sample %s: %w", c.ID, err)
		}
		out = append(out, f.sample(c.ID, today))
	}
	return out, nil
}

// sample says a file as of a day. Its id is always the same, so that it is put only once.
func (f *sampleFile) sample(kind string, today civic.Date) Sample {
	sum := sha256.Sum256([]byte("doorstep sample notice\n" + kind))
	say := func(s string) string { return dated(s, today) }
	s := Sample{Text: store.NoticeText{
		Notice: civic.Notice{
			ID: strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12]), Category: kind, Title: say(f.Title), Issuer: f.Issuer,
			Document: say(f.Document), Made: today.Add(f.Made), Keywords: f.Keywords, Body: say(f.Body),
		},
		IssuerCode: f.Code, Scope: civic.Scope{Area: f.Area, Point: f.Point},
	}}
	if f.From > 0 {
		s.Text.From = today.Add(f.From).Time().Add(9 * time.Hour)
	}
	if f.Until > 0 {
		s.Text.Until = today.Add(f.Until + 1).Time()
	}
	for _, file := range f.Files {
		s.Files = append(s.Files, Upload{Name: say(file.Name), Bytes: []byte(say(file.Text))})
	}
	return s
}

var dayMark = regexp.MustCompile(`\{(year|[+-]\d+)\}`)

// dated fills in the days that a sample counts from its own.
func dated(s string, today civic.Date) string {
	return dayMark.ReplaceAllStringFunc(s, func(m string) string {
		mark := m[1 : len(m)-1]
		if mark == "year" {
			return strconv.Itoa(today.Year)
		}
		n, err := strconv.Atoi(mark)
		if err != nil {
			return m
		}
		d := today.Add(n)
		return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
	})
}

// Put takes samples through the three hands, as people would, and tells how many are new.
func (b *Notices) Put(ctx context.Context, list []Sample, publisher, network, secrecy store.Person) (n int, err error) {
	for _, s := range list {
		id := s.Text.Notice.ID
		if _, err := b.Notice(ctx, id); err == nil {
			continue
		} else if !errors.Is(err, &civic.Error{Code: civic.NotFound}) {
			return n, err
		}
		r, err := b.Save(ctx, s.Text, 0, s.Files, publisher)
		if err == nil {
			r, err = b.Propose(ctx, id, r.Version, publisher)
		}
		if err == nil {
			r, err = b.Check(ctx, id, Seen{r.Version, r.Digest}, network)
		}
		if err == nil {
			_, err = b.Release(ctx, id, Seen{r.Version, r.Digest}, secrecy)
		}
		if err != nil {
			return n, fmt.Errorf("sample %s: %w", s.Text.Notice.Category, err)
		}
		n++
	}
	return n, nil
}
