-- Retention, legal holds, and the claims of residents over their data (promise P13).

ALTER TABLE cases ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_ended ON cases (retention, status, since) WHERE erased = 0;

ALTER TABLE steps ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- 0 kept, 1 discarded: the file is to be removed, 2 removed
ALTER TABLE papers ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
CREATE INDEX papers_discarded ON papers (digest) WHERE gone = 1;

CREATE TABLE holds (
  code         TEXT NOT NULL REFERENCES cases (code),
  n            INTEGER NOT NULL,
  reason_box   BLOB,
  login        TEXT NOT NULL,
  role         TEXT NOT NULL,
  at           INTEGER NOT NULL,
  lifted       INTEGER NOT NULL DEFAULT 0,
  lifted_login TEXT NOT NULL DEFAULT '',
  lifted_role  TEXT NOT NULL DEFAULT '',
  lifted_box   BLOB,
  PRIMARY KEY (code, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_in_force ON holds (at, code) WHERE lifted = 0;
