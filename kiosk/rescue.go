package main

import (
	"fmt"
	"io"

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
	fmt.Fprintf(stdout, "entries %d, of which %d central may not have\npapers %d\n", t.Entries, t.Kept, t.Papers)
	for _, l := range t.Lost {
		fmt.Fprintf(stdout, "lost %s %s\n", l.Code, l.State)
	}
	for _, d := range t.LostPapers {
		fmt.Fprintf(stdout, "paper lost %s\n", d)
	}
	_, err = fmt.Fprintf(stdout, "written to %s: carry it to central and run there: central recover %s\n", r.Out, r.Out)
	return err
}
