package bulletin

import (
	"context"

	"doorstep/sync/civic"
	"doorstep/sync/form"
)

// Publishable returns what keeps a guide from being published, at most one fault a field; nothing where it may be.
func (p *Press) Publishable(ctx context.Context, g *civic.Guide) ([]*civic.Error, error) {
	forms, err := p.published(ctx)
	if err != nil {
		return nil, err
	}
	return p.rules.Check(g, func(id string) *form.Form { return forms[id] })
}
