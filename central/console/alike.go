package console

import (
	"context"

	"doorstep/assets/view"
	"doorstep/central/store"
)

// maxAlike bounds how many other cases of its applicant a case page names.
const maxAlike = 10

// alike says which other undecided cases the applicant has for the same service. A case of another department is named
// with it, so that the clerk knows whom to ask.
func (k *Console) alike(ctx context.Context, page *view.ConsoleCase, by store.Person) error {
	list, err := k.opts.Casework.Alike(ctx, page.Case.Code, by, maxAlike+1)
	if err != nil {
		return err
	}
	page.AlikeMore = len(list) > maxAlike
	list = list[:min(len(list), maxAlike)]
	if page.Alike, err = k.rows(ctx, list, by, page.Lang); err != nil {
		return err
	}
	for i, c := range list {
		if page.Alike[i].Closed {
			if page.Alike[i].Owner, err = k.departmentName(ctx, page.Lang, c.Department); err != nil {
				return err
			}
		}
	}
	return nil
}
