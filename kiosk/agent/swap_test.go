package agent

import "testing"

func TestSwapAreas(t *testing.T) {
	const heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	for name, c := range map[string]struct {
		list string
		want int
	}{
		"none":  {heading, 0},
		"empty": {"", 0},
		"two":   {heading + "/dev/sda2 partition 8388604 0 -2\n/swapfile file 1048572 12 -3\n", 2},
	} {
		if got := areas([]byte(c.list)); got != c.want {
			t.Errorf("%s: %d areas, want %d", name, got, c.want)
		}
	}
}
