package console

import (
	"cmp"
	"slices"

	"doorstep/assets/locale"
	"doorstep/assets/view"
	"doorstep/central/chart"
	"doorstep/central/store"
)

// flow shows what came in and what was decided, step by step.
func (b *boarder) flow(steps []step, list []store.Figure, now, then store.Figure) (view.BoardChart, error) {
	c := view.BoardChart{ID: "flow", Sentence: locale.T(b.lang, "board.flow", b.spoken(), now.Received, b.moreOrLess(now.Received, then.Received), now.Decided)}
	columns := b.inSteps(steps, list)
	b.across(&c, columns, "received", "decided")
	return c, b.draw(&c, chart.Bars{}, columns, "received", "decided")
}

// timely shows how much of what was decided was on time.
func (b *boarder) timely(steps []step, list []store.Figure, now, then store.Figure) (view.BoardChart, error) {
	c := view.BoardChart{ID: "timely"}
	share, measured := now.Share()
	past, compared := then.Share()
	switch {
	case now.Decided == 0:
		c.Sentence = locale.T(b.lang, "board.timely.none", b.spoken())
		return c, nil
	case !measured:
		c.Sentence = locale.T(b.lang, "board.timely.undated", b.spoken())
	case !compared:
		c.Sentence = locale.T(b.lang, "board.timely.first", b.spoken(), share)
	default:
		c.Sentence = locale.T(b.lang, "board.timely", b.spoken(), share, b.points100(share, past))
	}
	columns := b.inSteps(steps, list)
	b.across(&c, columns, "ontime", "late", "undated")
	return c, b.draw(&c, chart.Bars{Stacked: true}, columns, "ontime", "late", "undated")
}

// byDepartment shows the departments, the one with the lowest share on time first.
func (b *boarder) byDepartment(list []store.Figure) (view.BoardChart, error) {
	c := view.BoardChart{ID: "departments"}
	list = slices.DeleteFunc(slices.Clone(list), func(f store.Figure) bool { return f.Decided == 0 })
	slices.SortStableFunc(list, func(f, g store.Figure) int {
		a, _ := f.Share()
		z, _ := g.Share()
		return cmp.Or(cmp.Compare(a, z), cmp.Compare(g.Late, f.Late), cmp.Compare(g.Decided, f.Decided))
	})
	if len(list) == 0 {
		c.Sentence = locale.T(b.lang, "board.departments.none")
		return c, nil
	}
	sum := total(list)
	share, measured := list[0].Share()
	switch {
	case sum.Late == 0:
		c.Sentence = locale.T(b.lang, "board.departments.good", b.spoken())
	case measured:
		c.Sentence = locale.T(b.lang, "board.departments", departmentName(b.lang, list[0].Key), share, sum.Late)
	}
	var columns []column
	for _, f := range list {
		columns = append(columns, column{departmentName(b.lang, f.Key), f, func(what string) string {
			return b.list(what, b.p.from, b.p.to, f.Key, b.point)
		}})
	}
	b.down(&c, columns, "decided", "ontime", "late", "undated")
	return c, b.draw(&c, chart.Bars{Stacked: true, Horizontal: true}, columns, "ontime", "late", "undated")
}

// byPoint shows where applications came in, the busiest point first.
func (b *boarder) byPoint(list []store.Figure, now store.Figure) (view.BoardChart, error) {
	c := view.BoardChart{ID: "points"}
	list = slices.DeleteFunc(slices.Clone(list), func(f store.Figure) bool { return f.Received == 0 })
	slices.SortStableFunc(list, func(f, g store.Figure) int { return cmp.Compare(g.Received, f.Received) })
	if len(list) == 0 {
		c.Sentence = locale.T(b.lang, "board.points.none", b.spoken())
		return c, nil
	}
	c.Sentence = locale.T(b.lang, "board.points", b.pointName(list[0].Key), list[0].Received, percentOf(list[0].Received, now.Received))
	var columns []column
	for _, f := range list {
		columns = append(columns, column{b.pointName(f.Key), f, func(what string) string {
			return b.list(what, b.p.from, b.p.to, b.department, f.Key)
		}})
	}
	b.down(&c, columns, "received", "decided", "ontime", "late", "undated")
	return c, b.draw(&c, chart.Bars{Horizontal: true}, columns, "received")
}

// spoken names the period as a sentence begins with it: 本月 where it runs, else 这个月.
func (b *boarder) spoken() string {
	if b.p.runs(b.today) {
		return locale.T(b.lang, "board.this."+b.p.kind)
	}
	return locale.T(b.lang, "board.that."+b.p.kind)
}

// than names what the period is compared with: where it runs, the same days of the one before.
func (b *boarder) than() string {
	if b.p.runs(b.today) {
		return locale.T(b.lang, "board.than.same."+b.p.kind)
	}
	return locale.T(b.lang, "board.than."+b.p.kind)
}

func (b *boarder) moreOrLess(now, then int) string {
	switch {
	case now > then:
		return locale.T(b.lang, "board.more", b.than(), now-then)
	case now < then:
		return locale.T(b.lang, "board.less", b.than(), then-now)
	}
	return locale.T(b.lang, "board.same", b.than())
}

func (b *boarder) points100(now, then int) string {
	switch {
	case now > then:
		return locale.T(b.lang, "board.up", b.than(), now-then)
	case now < then:
		return locale.T(b.lang, "board.down", b.than(), then-now)
	}
	return locale.T(b.lang, "board.same", b.than())
}

// percentOf rounds to whole hundredths.
func percentOf(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (200*part + whole) / (2 * whole)
}
