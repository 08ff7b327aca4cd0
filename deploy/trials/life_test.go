package trials_test

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"doorstep/deploy/fleet"
)

// tool runs central's command line beside the running central.
func tool(t *testing.T, s *fleet.Site, args ...string) string {
	t.Helper()
	out, err := s.Tool(t.Context(), "central", append([]string{"--dir", s.Path("central"), "--public", s.Ports.Terminals}, args...)...)
	must(t, err)
	return out
}

// standing waits until central says something of the terminal with a number.
func standing(t *testing.T, s *fleet.Site, number, says string) {
	t.Helper()
	until(t, fleet.Patience, "central says of terminal "+number+" that it "+says, func() bool {
		for line := range strings.Lines(tool(t, s, "terminal", "list")) {
			if strings.HasPrefix(line, number+" ") && strings.Contains(line, says) {
				return true
			}
		}
		return false
	})
}

// settled waits until the terminal knows the outcome of n entries.
func settled(t *testing.T, s *fleet.Site, n int) {
	t.Helper()
	until(t, time.Minute, "the terminal knows every outcome", func() bool { return askBooks(t, s).Entries["settled"] == n })
}

// refusesNew fails unless the terminal soon begins no application.
func refusesNew(t *testing.T, s *fleet.Site, n int) {
	t.Helper()
	until(t, fleet.Patience, "the terminal begins nothing new", func() bool {
		b, err := open(t.Context(), s)
		if err != nil {
			return false
		}
		_, err = person(n).fill(t.Context(), b)
		var no *refused
		return errors.As(err, &no)
	})
}

// numberIn returns the terminal number that a code was given under.
func numberIn(code string) string { return code[:5] }

// TestRevoke takes a terminal out of use while it keeps what it has not sent: it begins nothing new, its disk is read and
// taken with the operators' tools, and what it had taken in is a case once it is released, none of it lost and none
// twice, also when the disk is read twice.
func TestRevoke(t *testing.T) {
	s, l := startApart(t)
	c := openCentral(t, s)
	before := fileSome(t, s, 0, 2)
	c.arrives(t, time.Minute, len(before))
	settled(t, s, len(before))
	l.set(false)
	kept := fileSome(t, s, 2, 5)
	tool(t, s, "terminal", "revoke", "1", "--reason", "被盗")
	l.set(true)
	refusesNew(t, s, 5)
	s.Kiosk.Kill()
	must(t, s.StartKiosk(t.Context()))
	l.set(false)
	refusesNew(t, s, 6) // it has not forgotten, line or not
	s.Kiosk.Kill()
	for n := range 2 {
		out := s.Path("rescued-" + strconv.Itoa(n))
		told, err := s.Tool(t.Context(), "kiosk", "recover", s.Path("kiosk"), out)
		must(t, err)
		if n == 0 {
			t.Log("kiosk recover: " + told)
		}
		took := tool(t, s, "recover", out)
		want := []string{"entries taken 3, held already 2", "entries taken 0, held already 5"}[n]
		if !strings.Contains(took, want) {
			t.Errorf("central recover says %q, not %q", took, want)
		}
	}
	c.arrives(t, time.Minute, len(before)+len(kept))
	if n := c.count(t, `SELECT count(*) FROM entries WHERE outcome = 'aside:revoked'`); n != len(kept) {
		t.Fatalf("%d entries wait for release, not %d", n, len(kept))
	}
	for _, id := range c.list(t, `SELECT lower(hex(id)) FROM entries WHERE outcome = 'aside:revoked'`) {
		tool(t, s, "release", id)
	}
	until(t, time.Minute, "what was released is a case", func() bool {
		return c.count(t, `SELECT count(*) FROM entries WHERE outcome = 'case'`) == len(before)+len(kept)
	})
	cases, lost, doubled := c.once(t, append(before, kept...))
	t.Logf("figures tried=1 kept=%d released=%d cases=%d lost=%d doubled=%d", len(kept), len(kept), cases, lost, doubled)
}

// TestDeadDisk: a terminal dies with applications that central never had, its database file torn and its key gone. The
// disk alone gives every one of them.
func TestDeadDisk(t *testing.T) {
	s, l := startApart(t)
	c := openCentral(t, s)
	before := fileSome(t, s, 0, 2)
	c.arrives(t, time.Minute, len(before))
	l.set(false)
	kept := fileSome(t, s, 2, 6)
	s.Kiosk.Kill()
	disk := s.Path("kiosk")
	must(t, os.Remove(filepath.Join(disk, "terminal.key")))
	info, err := os.Stat(filepath.Join(disk, "store", "state.db"))
	must(t, err)
	must(t, os.Truncate(filepath.Join(disk, "store", "state.db"), info.Size()/2))
	told, err := s.Tool(t.Context(), "kiosk", "recover", disk, s.Path("rescued"))
	must(t, err)
	took := tool(t, s, "recover", s.Path("rescued"))
	t.Logf("kiosk recover: %s\ncentral recover: %s", told, took)
	c.arrives(t, time.Minute, len(before)+len(kept))
	cases, lost, doubled := c.once(t, append(before, kept...))
	if cases != len(before)+len(kept) {
		t.Errorf("%d cases of %d applications", cases, len(before)+len(kept))
	}
	t.Logf("figures tried=1 kept=%d cases=%d lost=%d doubled=%d", len(kept), cases, lost, doubled)
}

// TestMove takes a terminal through its life: its key is changed, it moves to another point, it retires. It takes in
// before, between and after, with the power failing at each change, and everything is one case of the point where it was
// filed.
func TestMove(t *testing.T) {
	s, l := startApart(t)
	c := openCentral(t, s)
	codes := fileSome(t, s, 0, 2)
	tool(t, s, "terminal", "rotate", "1")
	standing(t, s, "00002", "waits for the terminal's next start")
	l.set(false)
	codes = append(codes, fileSome(t, s, 2, 4)...) // under the old key, to be chained again under the new one
	s.Kiosk.Kill()
	must(t, s.StartKiosk(t.Context()))
	codes = append(codes, fileSome(t, s, 4, 5)...)
	if got := numberIn(codes[4]); got != "00002" {
		t.Errorf("after the change of the key the terminal's number is %s", got)
	}
	l.set(true)
	standing(t, s, "00001", "replaced")
	c.arrives(t, time.Minute, len(codes))
	tool(t, s, "terminal", "move", "2", "--point", "shawan", "--name", "番禺区沙湾街道党群服务中心", "--area", "440113")
	standing(t, s, "00003", "waits for the terminal's next start")
	standing(t, s, "00002", "may be switched off now")
	s.Kiosk.Kill()
	must(t, s.LaunchKiosk())
	s.Kiosk.Kill() // the power fails while it takes the key up, or before or after
	must(t, s.StartKiosk(t.Context()))
	guides(t, s)
	standing(t, s, "00002", "replaced")
	codes = append(codes, fileSome(t, s, 5, 7)...)
	if got := numberIn(codes[6]); got != "00003" {
		t.Errorf("after the move the terminal's number is %s", got)
	}
	c.arrives(t, time.Minute, len(codes))
	tool(t, s, "terminal", "retire", "3")
	standing(t, s, "00003", "retired")
	refusesNew(t, s, 7)
	cases, lost, doubled := c.once(t, codes)
	here, there := c.count(t, `SELECT count(*) FROM cases WHERE point = 'hualong'`), c.count(t, `SELECT count(*) FROM cases WHERE point = 'shawan'`)
	if here != 5 || there != 2 {
		t.Errorf("%d cases of the old point and %d of the new one", here, there)
	}
	t.Logf("figures tried=3 filed=%d cases=%d moved=%d lost=%d doubled=%d", len(codes), cases, there, lost, doubled)
}

var seals = regexp.MustCompile(`seal ([0-9a-f]{16})[^\n]*, in use, published`)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	must(t, err)
	return b
}

// TestKeys changes central's keys while it runs. A terminal whose line is down seals to the old key, one whose line is up
// follows to the new one; both are opened. A copy of the keys is proved by a holder, and central goes on with it alone.
func TestKeys(t *testing.T) {
	s, l := startApart(t)
	c := openCentral(t, s)
	codes := fileSome(t, s, 0, 1)
	l.set(false)
	for _, kind := range []string{"sign", "seal"} {
		tool(t, s, "keys", "rotate", kind)
	}
	codes = append(codes, fileSome(t, s, 1, 2)...)
	until(t, fleet.Patience, "central has published its new keys", func() bool {
		return strings.Count(tool(t, s, "keys", "list"), ", in use, published") == 2
	})
	now := seals.FindStringSubmatch(tool(t, s, "keys", "list"))[1]
	l.set(true)
	c.arrives(t, time.Minute, len(codes))
	until(t, fleet.Patience, "the terminal seals to the new key", func() bool {
		n := len(codes)
		codes = append(codes, fileSome(t, s, n, n+1)...)
		return c.count(t, `SELECT count(*) FROM entries WHERE instr(payload, ?)`, unhex(t, "01"+now)) > 0 ||
			!wait(t.Context(), time.Second, func() bool {
				return c.count(t, `SELECT count(*) FROM entries WHERE outcome IS NOT NULL`) == len(codes)
			})
	})
	c.arrives(t, time.Minute, len(codes))
	if n := c.count(t, `SELECT count(*) FROM entries WHERE instr(payload, ?)`, unhex(t, "01"+now)); n == 0 {
		t.Error("nothing was sealed to the new key")
	}

	holder, err := age.GenerateHybridIdentity()
	must(t, err)
	other, err := age.GenerateHybridIdentity()
	must(t, err)
	identity := s.Path("holder.txt")
	must(t, os.WriteFile(identity, []byte(holder.String()+"\n"), 0o600))
	tool(t, s, "keys", "backup", s.Path("keys.age"), "--to", other.Recipient().String(), "--to", holder.Recipient().String())
	proof := tool(t, s, "keys", "drill", s.Path("keys.age"), "--identity", identity)
	if !strings.Contains(proof, "proved: central can go on") || !strings.Contains(proof, "seal "+now+": opened") {
		t.Fatalf("the drill says %s", proof)
	}
	t.Logf("central keys drill: %s", proof)

	// The key folder burns; the copy brings back all but the root key, which has its own place.
	must(t, s.Central.Stop())
	keys := s.Path("central", "keys")
	must(t, os.Rename(keys, s.Path("burnt")))
	tool(t, s, "keys", "restore", s.Path("keys.age"), "--identity", identity)
	must(t, s.StartCentral(t.Context(), l.to))
	codes = append(codes, fileSome(t, s, len(codes), len(codes)+1)...)
	c.arrives(t, time.Minute, len(codes))
	cases, lost, doubled := c.once(t, codes)
	t.Logf("figures tried=2 filed=%d cases=%d lost=%d doubled=%d", len(codes), cases, lost, doubled)
}
