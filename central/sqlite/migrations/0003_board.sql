-- Figures for the board: when the department gave its word and how it stood to the clock that ran then. Deadlines of
-- words given before were not kept: they are undated.

ALTER TABLE cases ADD COLUMN decided INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN timely INTEGER NOT NULL DEFAULT 0; -- 0 not decided, 1 on time, 2 late, 3 undated

UPDATE cases SET timely = 3, decided = (SELECT min(s.at) FROM steps s
    WHERE s.code = cases.code AND s.status IN ('granted', 'refused', 'declined') AND s.was <> s.status)
  WHERE EXISTS (SELECT 1 FROM steps s
    WHERE s.code = cases.code AND s.status IN ('granted', 'refused', 'declined') AND s.was <> s.status);

-- They cover the counts: the rows, which hold boxes, are not read.
CREATE INDEX cases_received ON cases (filed, department, point);
CREATE INDEX cases_decided ON cases (decided, department, point, timely) WHERE decided > 0;
