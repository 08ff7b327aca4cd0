package sqlite

import (
	"context"
	"errors"

	"doorstep/sync/civic"

	"doorstep/central/store"
)

// axes are the columns that stand for an axis. ByTime is reckoned from the span.
var axes = map[store.Axis]string{store.ByDepartment: "department", store.ByPoint: "point", store.ByTime: ""}

// Figures counts the cases of a span by an axis.
func (d *DB) Figures(ctx context.Context, q store.FigureQuery) ([]store.Figure, error) {
	text, args, err := figuresSQL(q)
	if err != nil {
		return nil, err
	}
	return list(ctx, d.read, func(s scanner) (f store.Figure, err error) {
		if q.By == store.ByTime {
			return f, s.Scan(&f.Step, &f.Received, &f.Decided, &f.OnTime, &f.Late)
		}
		return f, s.Scan(&f.Key, &f.Received, &f.Decided, &f.OnTime, &f.Late)
	}, text, args...)
}

// figuresSQL writes a query as two counts over the indexes of filing and of deciding, added up.
func figuresSQL(q store.FigureQuery) (text string, args []any, err error) {
	column, known := axes[q.By]
	if !known || q.By == store.ByTime && (q.Step.Milliseconds() <= 0 || q.First().After(q.From)) {
		return "", nil, errors.New("figures: no such axis")
	}
	half := func(when, counts string) string {
		key, index := column, "cases_received"
		if q.By == store.ByTime {
			key = "(" + when + " - ?) / ?"
			args = append(args, millis(q.First()), q.Step.Milliseconds())
		}
		where := ` WHERE ` + when + ` >= ? AND ` + when + ` < ?`
		args = append(args, millis(q.From), millis(q.To))
		if when == "decided" {
			where, index = where+` AND decided > 0`, "cases_decided" // the index holds no others
		}
		if q.Department != "" {
			where, args = where+` AND department = ?`, append(args, q.Department)
		}
		if q.Point != "" {
			where, args = where+` AND point = ?`, append(args, q.Point)
		}
		// Named, since the planner would rather find a department by its own index and then read each row with its boxes.
		return `SELECT ` + key + ` AS k, ` + counts + ` FROM cases INDEXED BY ` + index + where + ` GROUP BY 1`
	}
	text = `SELECT k, sum(r), sum(d), sum(o), sum(l) FROM (` +
		half("filed", "count(*) AS r, 0 AS d, 0 AS o, 0 AS l") + ` UNION ALL ` +
		half("decided", "0, count(*), sum(timely = 1), sum(timely = 2)") + `) GROUP BY k ORDER BY k`
	return text, args, nil
}

// judge keeps with a case when and how timely the department gave its word, the first time.
func judge(ctx context.Context, t *tx, c *civic.Case, s *store.Step) error {
	timely := store.Judge(c, s)
	if timely == store.NotDecided {
		return nil
	}
	_, err := t.exec(ctx, `UPDATE cases SET decided = ?, timely = ? WHERE code = ? AND decided = 0`, millis(s.At), int(timely), digits(s.Code))
	return err
}
