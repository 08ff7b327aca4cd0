-- One line of each guide, to be found by: from its draft if one waits, else from its newest revision.
CREATE TABLE guides (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  name_en    TEXT NOT NULL,
  field      TEXT NOT NULL,
  department TEXT NOT NULL,
  authority  TEXT NOT NULL,
  here       INTEGER NOT NULL,
  words      TEXT NOT NULL,
  rev        INTEGER NOT NULL DEFAULT 0,
  at         INTEGER NOT NULL DEFAULT 0,
  gone       INTEGER NOT NULL DEFAULT 0,
  draft      INTEGER NOT NULL DEFAULT 0,
  saved      INTEGER NOT NULL DEFAULT 0,
  login      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE guide_drafts (
  id      TEXT NOT NULL,
  version INTEGER NOT NULL,
  base    INTEGER NOT NULL,
  body    TEXT NOT NULL, -- JSON
  at      INTEGER NOT NULL,
  login   TEXT NOT NULL,
  PRIMARY KEY (id, version)
) STRICT;

CREATE TABLE guide_revisions (
  id     TEXT NOT NULL,
  rev    INTEGER NOT NULL,
  n      INTEGER NOT NULL REFERENCES editions (n),
  at     INTEGER NOT NULL,
  login  TEXT NOT NULL,
  gone   INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (id, rev)
) STRICT, WITHOUT ROWID;
