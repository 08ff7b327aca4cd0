package main

import (
	"fmt"
	"io"
	"strings"

	"doorstep/kiosk/agent"
)

type recoverFlags struct {
	Disk string `arg:"" help:"Folder of the dead terminal's agent, as on its disk; it may be mounted read-only." type:"existingdir"`
	Out  string `arg:"" help:"New folder, to be carried to central and given to central recover there." type:"path"`
}

// Run reads a dead terminal's disk.
func (r *recoverFlags) Run(stdout io.Writer) error {
	t, err := agent.Recover(r.Disk, r.Out)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "entries %d, of which %d central may not have\npapers %d\n", t.Entries, t.Kept, t.Papers)
	for _, l := range t.Lost {
		fmt.Fprintf(&b, "lost %s %s\n", l.Code, l.State)
	}
	for _, d := range t.LostPapers {
		fmt.Fprintf(&b, "paper lost %s\n", d)
	}
	fmt.Fprintf(&b, "written to %s: carry it to central and run there: central recover %s\n", r.Out, r.Out)
	_, err = io.WriteString(stdout, b.String())
	return err
}
