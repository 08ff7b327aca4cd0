package proof

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"time"

	"doorstep/kiosk/lobby"
	"doorstep/sync/civic"
)

// Line is the line that one page's time on a screen makes. A page is counted in the hour in which it ended.
func Line(s lobby.Showing) civic.DisplayedHour {
	l := civic.DisplayedHour{
		Screen: s.Screen, Notice: s.Notice, Rev: s.Rev, Digest: s.Digest.String(), Hour: s.Until.UTC().Truncate(time.Hour),
		First: s.From.UTC().Truncate(time.Millisecond), Last: s.Until.UTC().Truncate(time.Millisecond), Pages: 1,
		Millis: s.Until.Sub(s.From).Milliseconds(), Unsure: s.Sure == civic.Unsure,
	}
	if s.Page+1 == s.Of {
		l.Showings = 1
	}
	return l
}

// sumUp adds up what stood on the same screen in the same hour, oldest hour first.
func sumUp(lines []civic.DisplayedHour) []civic.DisplayedHour {
	type key struct {
		screen, notice, digest string
		rev                    uint32
		hour                   int64
	}
	at := map[key]int{}
	var out []civic.DisplayedHour
	for _, l := range lines {
		k := key{l.Screen, l.Notice, l.Digest, l.Rev, l.Hour.Unix()}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, l)
			continue
		}
		s := &out[i]
		s.Showings, s.Pages, s.Millis = s.Showings+l.Showings, s.Pages+l.Pages, s.Millis+l.Millis
		s.Unsure = s.Unsure || l.Unsure
		if l.First.Before(s.First) {
			s.First = l.First
		}
		if l.Last.After(s.Last) {
			s.Last = l.Last
		}
	}
	slices.SortStableFunc(out, func(a, b civic.DisplayedHour) int {
		return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.Screen, b.Screen), cmp.Compare(a.Notice, b.Notice), cmp.Compare(a.Rev, b.Rev))
	})
	return out
}

var table = crc32.MakeTable(crc32.Castagnoli)

// writeLine is a line of the file: its checksum, a space, JSON.
func writeLine(l civic.DisplayedHour) ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("write display: %w", err)
	}
	if len(text) > 4<<10 {
		return nil, errors.New("write display: line too long")
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.Checksum(text, table), text), nil
}

// readLine reads what writeLine wrote.
func readLine(line []byte) (l civic.DisplayedHour, err error) {
	sum, text, ok := bytes.Cut(bytes.TrimRight(line, "\n"), []byte(" "))
	want, err := strconv.ParseUint(string(sum), 16, 32)
	if !ok || err != nil || uint32(want) != crc32.Checksum(text, table) {
		return l, errors.New("checksum")
	}
	return l, json.Unmarshal(text, &l)
}
