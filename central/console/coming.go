package console

import (
	"context"

	"doorstep/assets/view"
	"doorstep/sync/civic"
	"doorstep/sync/wire"

	"doorstep/central/store"
)

// come returns how many bytes have come of each paper that a case still lacks.
func (k *Console) come(ctx context.Context, d *store.Dossier) (map[civic.Digest]int64, error) {
	list, err := k.opts.Casework.Awaited(ctx, d.Case.Code, len(d.Papers)+wire.MaxPapers)
	if err != nil {
		return nil, err
	}
	out := map[civic.Digest]int64{}
	for _, a := range list {
		out[a.Digest] = a.Have
	}
	return out, nil
}

// coming returns the files that are still on the way, each with the name of its material.
func coming(papers []view.CasePaper) []view.CaseComing {
	var out []view.CaseComing
	for _, p := range papers {
		for _, f := range p.Files {
			if !f.Arrived {
				out = append(out, view.CaseComing{Material: p.Name, File: f.Name, Come: f.Come, Size: f.Size})
			}
		}
	}
	return out
}
