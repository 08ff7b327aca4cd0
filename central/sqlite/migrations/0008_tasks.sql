-- Which clerk has taken a case, and the documents that departments issued, numbered by department and year.

ALTER TABLE cases ADD COLUMN clerk TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_clerk ON cases (department, clerk, due, code);

CREATE TABLE documents (
  code       TEXT NOT NULL REFERENCES cases (code),
  version    INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  department TEXT NOT NULL,
  year       INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  number     TEXT NOT NULL,
  login      TEXT NOT NULL,
  at         INTEGER NOT NULL,
  pdf_box    BLOB NOT NULL,
  PRIMARY KEY (code, version),
  UNIQUE (department, year, n)
) STRICT, WITHOUT ROWID;

-- The last number given, apart from the documents: one that is deleted by the rules of retention frees no number.
CREATE TABLE document_numbers (
  department TEXT NOT NULL,
  year       INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  PRIMARY KEY (department, year)
) STRICT, WITHOUT ROWID;
