package console

import (
	"context"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/store"
	"doorstep/sync/civic"
)

// rights fills in what a case page says of claims, holds and erasure. A claim that is barred offers no granting, and
// the words that tell the resident why stand ready in the refusal.
func (k *Console) rights(ctx context.Context, page *view.ConsoleCase, d *store.Dossier) error {
	page.Erased = d.Case.Erased
	names := map[string]string{}
	for _, h := range d.Holds {
		if h.Lifted.IsZero() {
			page.Hold = k.hold(ctx, page.Lang, h, names)
		}
	}
	s, err := k.opts.Casework.Standing(ctx, d)
	if err != nil || s == nil {
		return err
	}
	page.Claim = &view.CaseClaim{
		Kind: s.Claim, About: s.About, Item: s.Item, Was: s.Was, Is: s.Is,
		Copy: s.Claim == civic.ClaimCopy && d.Case.Status == civic.Granted && s.About != 0,
	}
	if s.Bar == nil {
		return nil
	}
	page.Claim.Bar = locale.Error(page.Lang, s.Bar)
	var left []view.CaseAct
	for _, a := range page.Acts {
		if a.ID != "grant" {
			left = append(left, a)
		}
	}
	if len(left) < len(page.Acts) && page.Draft == nil {
		// The letter to the resident is in Chinese whatever language the clerk reads.
		page.Draft = map[string]string{"act": "refuse", "words": locale.Error(locale.Chinese, s.Bar)}
	}
	page.Acts = left
	return nil
}

func (k *Console) hold(ctx context.Context, lang locale.Lang, h store.Hold, names map[string]string) *view.CaseHold {
	return &view.CaseHold{Code: h.Code, Reason: h.Reason, Who: k.who(ctx, lang, h.By, names), At: h.At}
}
