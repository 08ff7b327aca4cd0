-- What happened to this central and to its terminals: backups, restores, signs of machines put back or copied, and what
-- is lost.

CREATE TABLE backups (
  at     INTEGER PRIMARY KEY,
  papers INTEGER NOT NULL,
  bytes  INTEGER NOT NULL
) STRICT;

CREATE TABLE restores (
  store   BLOB PRIMARY KEY,
  former  BLOB NOT NULL,
  taken   INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  feed    INTEGER NOT NULL,
  reached INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE signs (
  terminal BLOB NOT NULL,
  sign     TEXT NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  times    INTEGER NOT NULL,
  PRIMARY KEY (terminal, sign)
) STRICT, WITHOUT ROWID;

CREATE TABLE lost_entries (
  id       BLOB NOT NULL,
  digest   BLOB NOT NULL,
  kind     TEXT NOT NULL,
  code     TEXT NOT NULL,
  taken    INTEGER NOT NULL,
  terminal BLOB NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (id, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE lost_steps (
  code  TEXT PRIMARY KEY,
  point TEXT NOT NULL,
  n     INTEGER NOT NULL,
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE formers (
  enrolment  TEXT NOT NULL REFERENCES enrolments (id),
  key        BLOB NOT NULL,
  number     INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  PRIMARY KEY (enrolment, key)
) STRICT, WITHOUT ROWID;
