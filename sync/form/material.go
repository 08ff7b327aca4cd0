package form

import (
	"slices"

	"doorstep/sync/civic"
)

// Needed returns the materials of a guide that the answers call for, in the guide's order. A material whose
// condition the form does not define is called for: asking for a paper too much is mended at a counter, a case
// without a paper it needs is not.
func (f *Form) Needed(materials []civic.Material, answers Answers) []civic.Material {
	var out []civic.Material
	for _, m := range materials {
		if f.MaterialNeeded(m.When, answers) {
			out = append(out, m)
		}
	}
	return out
}

// MaterialNeeded reports whether the condition that a material's When names holds. No condition always holds.
func (f *Form) MaterialNeeded(when string, answers Answers) bool {
	cond := f.conditions[when]
	return when == "" || cond == nil || cond.Validate(map[string]any(answers)) == nil
}

// CheckMaterials returns the refusals of what was handed for the materials that the answers call for, each at
// "materials/" and the material's id. A required paper is in; one that may follow later is in or owed; one that
// government holds is in or held; an optional one may be anything but owed.
func (f *Form) CheckMaterials(materials []civic.Material, answers Answers, handed []civic.Handed) []*civic.Error {
	var errs []*civic.Error
	needed := f.Needed(materials, answers)
	for _, m := range needed {
		i := slices.IndexFunc(handed, func(h civic.Handed) bool { return h.Material == m.ID })
		h := civic.Handed{State: civic.HandedNone}
		if i >= 0 {
			h = handed[i]
		}
		if key := refusedState(m.Need, h); key != "" {
			errs = append(errs, civic.Refuse(civic.Missing, "materials/"+m.ID, key))
		}
	}
	seen := map[string]bool{}
	for _, h := range handed {
		known := slices.ContainsFunc(needed, func(m civic.Material) bool { return m.ID == h.Material })
		if !known || seen[h.Material] {
			errs = append(errs, civic.Refuse(civic.Invalid, "materials/"+clip(h.Material), "material.unknown"))
		}
		seen[h.Material] = true
	}
	return errs
}

// refusedState returns the locale key of why h does not answer a material of this need; empty if it does.
func refusedState(need civic.Need, h civic.Handed) string {
	if h.State == civic.HandedIn && len(h.Papers) > 0 {
		return ""
	}
	switch {
	case h.State == civic.HandedIn:
		return "material.empty"
	case h.State == civic.HandedOwed && need == civic.NeedLater,
		h.State == civic.HandedHeld && need == civic.NeedHeld,
		h.State == civic.HandedNone && need == civic.NeedOptional:
		return ""
	case need == civic.NeedLater:
		return "material.later"
	case need == civic.NeedHeld:
		return "material.held"
	}
	return "material.missing"
}
