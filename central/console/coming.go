package console

import (
	"context"
	"slices"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/casework"
	"doorstep/central/store"
	"doorstep/sync/civic"
	"doorstep/sync/wire"
)

// come returns the papers that a case still lacks.
func (k *Console) come(ctx context.Context, d *store.Dossier) (map[civic.Digest]casework.Awaited, error) {
	list, err := k.opts.Casework.Awaited(ctx, d.Case.Code, len(d.Papers)+wire.MaxPapers)
	if err != nil {
		return nil, err
	}
	out := map[civic.Digest]casework.Awaited{}
	for _, a := range list {
		out[a.Digest] = a
	}
	return out, nil
}

// coming returns the files that have not arrived, each with the name of its material: those that are on the way, and
// those that the terminal has lost.
func coming(papers []view.CasePaper) (coming, lost []view.CaseComing) {
	for _, p := range papers {
		for _, f := range p.Files {
			c := view.CaseComing{Material: p.Name, File: f.Name, Come: f.Come, Size: f.Size}
			switch {
			case f.Lost:
				lost = append(lost, c)
			case !f.Arrived:
				coming = append(coming, c)
			}
		}
	}
	return coming, lost
}

// instead says how the clerk gets anew what the terminal has lost; empty where nothing is lost or to be decided.
func instead(page *view.ConsoleCase) string {
	may := slices.ContainsFunc(page.Acts, func(a view.CaseAct) bool { return a.ID == "supplement" })
	switch {
	case len(page.Lost) == 0 || page.Row.Status.Ended():
		return ""
	case may:
		return locale.T(page.Lang, "case.papers.lost.ask", locale.T(page.Lang, "act.supplement"))
	case page.Row.Status == civic.Supplement:
		return locale.T(page.Lang, "case.papers.lost.asked")
	}
	return locale.T(page.Lang, "case.papers.lost.call")
}
