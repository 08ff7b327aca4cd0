package bulletin

import (
	"context"
	"io"

	"doorstep/sync/civic"

	"doorstep/central/workbook"
)

// Export writes every guide that is published now as a workbook, by id. It returns how many.
func (p *Press) Export(ctx context.Context, w io.Writer) (int, error) {
	items, err := p.store.Items(ctx, civic.EditionGuide)
	if err != nil {
		return 0, err
	}
	services := make([]workbook.Service, len(items))
	for i, e := range items {
		g, err := read[civic.Guide](e)
		if err != nil {
			return 0, err
		}
		services[i] = workbook.Service{Guide: *g, Rev: e.Rev}
	}
	return len(services), workbook.Write(w, services)
}
