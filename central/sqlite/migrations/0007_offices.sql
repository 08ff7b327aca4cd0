-- The register of departments and service points, and passwords that somebody else set.

CREATE TABLE offices (
  kind    TEXT NOT NULL,
  key     TEXT NOT NULL,
  name    TEXT NOT NULL,
  contact TEXT NOT NULL,
  address TEXT NOT NULL,
  hours   TEXT NOT NULL,
  area    TEXT NOT NULL,
  since   INTEGER NOT NULL,
  closed  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

ALTER TABLE people ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;
