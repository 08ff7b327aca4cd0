-- What is kept and why: central/store/SCHEMA.md. Times are Unix milliseconds, 0 for none; days are 2026-09-26.
-- A column named *_box holds what the vault encrypted.

CREATE TABLE site (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  id           BLOB NOT NULL,
  proof_box    BLOB NOT NULL,              -- opens only with this store's vault
  terminal     INTEGER NOT NULL DEFAULT 0, -- last number given
  feed         INTEGER NOT NULL DEFAULT 0, -- last edition
  tag          BLOB NOT NULL,              -- chain value at feed
  audit        INTEGER NOT NULL DEFAULT 0, -- last audit entry
  audit_digest BLOB NOT NULL
) STRICT;

CREATE TABLE terminals (
  key        BLOB PRIMARY KEY,
  public_key BLOB NOT NULL,
  number     INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  seen       INTEGER NOT NULL DEFAULT 0,
  telemetry  TEXT NOT NULL DEFAULT '{}',
  revoked    INTEGER NOT NULL DEFAULT 0,
  reason     TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE numbers (
  number     INTEGER PRIMARY KEY,
  key        BLOB NOT NULL REFERENCES terminals (key),
  generation INTEGER NOT NULL,
  point      TEXT NOT NULL,
  name       TEXT NOT NULL,
  address    TEXT NOT NULL,
  area       TEXT NOT NULL,
  since      INTEGER NOT NULL,
  UNIQUE (key, generation)
) STRICT;

CREATE TABLE enrolments (
  id         TEXT PRIMARY KEY,
  secret_box BLOB NOT NULL,
  point      TEXT NOT NULL,
  name       TEXT NOT NULL,
  address    TEXT NOT NULL,
  area       TEXT NOT NULL,
  made       INTEGER NOT NULL,
  expires    INTEGER NOT NULL,
  used_by    BLOB,
  number     INTEGER
) STRICT, WITHOUT ROWID;

-- Entries as they came. place orders them and is never used again.
CREATE TABLE entries (
  place     INTEGER PRIMARY KEY AUTOINCREMENT,
  id        BLOB NOT NULL,
  digest    BLOB NOT NULL,
  kind      TEXT NOT NULL,
  code      TEXT NOT NULL,
  terminal  BLOB NOT NULL,
  maker     BLOB NOT NULL,
  payload   BLOB NOT NULL,
  signature BLOB NOT NULL,
  received  INTEGER NOT NULL,
  outcome   TEXT,
  settled   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (id, digest)
) STRICT;
CREATE INDEX entries_unopened ON entries (place) WHERE outcome IS NULL;
CREATE INDEX entries_aside ON entries (received, place) WHERE outcome LIKE 'aside:%';
CREATE INDEX entries_code ON entries (code);

CREATE TABLE journals (
  terminal   BLOB NOT NULL,
  generation INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  digest     BLOB NOT NULL,
  safe       INTEGER NOT NULL DEFAULT 0,
  at         INTEGER NOT NULL,
  PRIMARY KEY (terminal, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
  terminal   BLOB NOT NULL,
  generation INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  digest     BLOB NOT NULL,
  entry      INTEGER NOT NULL REFERENCES entries (place),
  payload    BLOB NOT NULL,
  signature  BLOB NOT NULL,
  PRIMARY KEY (terminal, generation, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE papers (
  digest  BLOB PRIMARY KEY,
  size    INTEGER NOT NULL,
  entry   INTEGER NOT NULL REFERENCES entries (place),
  idx     INTEGER NOT NULL,
  arrived INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX papers_entry ON papers (entry);

CREATE TABLE cases (
  code            TEXT PRIMARY KEY,
  entry           BLOB NOT NULL UNIQUE,
  service         TEXT NOT NULL,
  service_name    TEXT NOT NULL,
  department      TEXT NOT NULL,
  guide           TEXT NOT NULL,
  guide_rev       INTEGER NOT NULL,
  form            TEXT NOT NULL,
  form_rev        INTEGER NOT NULL,
  retention       TEXT NOT NULL,
  status          TEXT NOT NULL,
  since           INTEGER NOT NULL,
  filed           INTEGER NOT NULL,
  sure            INTEGER NOT NULL,
  received        INTEGER NOT NULL,
  due             TEXT NOT NULL, -- 9999-12-31 for none, so that it sorts last
  due_days        INTEGER NOT NULL,
  due_kind        TEXT NOT NULL,
  until           TEXT NOT NULL,
  rest            INTEGER NOT NULL,
  extended        INTEGER NOT NULL,
  deemed          INTEGER NOT NULL,
  pending         INTEGER NOT NULL,
  urged           INTEGER NOT NULL,
  asked           INTEGER NOT NULL DEFAULT 0,
  point           TEXT NOT NULL,
  terminal        INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  secret_box      BLOB NOT NULL,
  lookup          BLOB,
  application_box BLOB NOT NULL,
  owes_box        BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_due ON cases (due, code);
CREATE INDEX cases_department ON cases (department, due, code);
CREATE INDEX cases_status ON cases (status, due);
CREATE INDEX cases_pending ON cases (code) WHERE pending = 1;

CREATE TABLE steps (
  code        TEXT NOT NULL REFERENCES cases (code),
  version     INTEGER NOT NULL,
  was         TEXT NOT NULL,
  status      TEXT NOT NULL,
  login       TEXT NOT NULL,
  role        TEXT NOT NULL,
  at          INTEGER NOT NULL,
  deemed      INTEGER NOT NULL,
  words_box   BLOB,
  owes_box    BLOB,
  entry       INTEGER REFERENCES entries (place),
  content_box BLOB,
  PRIMARY KEY (code, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE points (
  point TEXT PRIMARY KEY,
  n     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The last notice of each case, numbered within its point.
CREATE TABLE statuses (
  point  TEXT NOT NULL,
  code   TEXT NOT NULL,
  n      INTEGER NOT NULL,
  locked BLOB NOT NULL,
  PRIMARY KEY (point, code)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX statuses_n ON statuses (point, n);

CREATE TABLE editions (
  n         INTEGER PRIMARY KEY,
  kind      TEXT NOT NULL,
  id        TEXT NOT NULL,
  rev       INTEGER NOT NULL,
  area      TEXT NOT NULL,
  point     TEXT NOT NULL,
  terminal  BLOB NOT NULL, -- empty for none
  tombstone INTEGER NOT NULL,
  payload   BLOB NOT NULL,
  signature BLOB NOT NULL,
  tag       BLOB NOT NULL,
  at        INTEGER NOT NULL,
  UNIQUE (kind, id, rev)
) STRICT;
CREATE INDEX editions_item ON editions (kind, id, n);

CREATE TABLE people (
  login      TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL,
  roles      TEXT NOT NULL, -- JSON array
  department TEXT NOT NULL,
  point      TEXT NOT NULL,
  since      INTEGER NOT NULL,
  gone       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token BLOB PRIMARY KEY,
  login TEXT NOT NULL REFERENCES people (login),
  made  INTEGER NOT NULL,
  idle  INTEGER NOT NULL,
  ends  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tries (
  bound TEXT NOT NULL,
  key   TEXT NOT NULL,
  at    INTEGER NOT NULL
) STRICT;
CREATE INDEX tries_key ON tries (bound, key, at);
CREATE INDEX tries_at ON tries (bound, at);

CREATE TABLE audit (
  n       INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  login   TEXT NOT NULL,
  role    TEXT NOT NULL,
  action  TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail  TEXT NOT NULL,
  digest  BLOB NOT NULL
) STRICT;
