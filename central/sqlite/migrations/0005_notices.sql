-- Disclosure notices: what is worked on, and the board of what is shown. central/store/SCHEMA.md says why.

CREATE TABLE notices (
  id       TEXT PRIMARY KEY,
  version  INTEGER NOT NULL,
  state    TEXT NOT NULL,
  category TEXT NOT NULL,
  number   TEXT NOT NULL DEFAULT '', -- index number
  text_box BLOB NOT NULL,
  digest   BLOB,                     -- of the text that was proposed; NULL in a draft
  hands    TEXT NOT NULL DEFAULT '[]',
  returned INTEGER NOT NULL DEFAULT 0,
  live     INTEGER NOT NULL DEFAULT 0,
  last     INTEGER NOT NULL DEFAULT 0,
  changed  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_state ON notices (state, changed, id);
CREATE INDEX notices_changed ON notices (changed, id);
CREATE UNIQUE INDEX notices_number ON notices (number) WHERE number <> '';

CREATE TABLE notice_steps (
  id        TEXT NOT NULL REFERENCES notices (id),
  version   INTEGER NOT NULL,
  state     TEXT NOT NULL,
  login     TEXT NOT NULL,
  role      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  digest    BLOB,
  words_box BLOB,
  PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice_files (
  id        TEXT NOT NULL REFERENCES notices (id),
  digest    BLOB NOT NULL,
  bytes_box BLOB NOT NULL,
  PRIMARY KEY (id, digest)
) STRICT;

CREATE TABLE notice_numbers (
  issuer TEXT NOT NULL,
  year   INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  PRIMARY KEY (issuer, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE board (
  id       TEXT PRIMARY KEY REFERENCES notices (id),
  rev      INTEGER NOT NULL,
  category TEXT NOT NULL,
  area     TEXT NOT NULL,
  point    TEXT NOT NULL,
  start    INTEGER NOT NULL,
  until    INTEGER NOT NULL,
  updated  INTEGER NOT NULL,
  ended    TEXT NOT NULL DEFAULT '',
  by       TEXT NOT NULL DEFAULT '',
  body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX board_start ON board (start, id) WHERE ended = '';
CREATE INDEX board_until ON board (until) WHERE ended = '' AND until > 0;
CREATE INDEX board_updated ON board (updated, id);

CREATE TABLE board_files (
  id     TEXT NOT NULL REFERENCES board (id),
  digest BLOB NOT NULL,
  bytes  BLOB NOT NULL,
  PRIMARY KEY (id, digest)
) STRICT;
