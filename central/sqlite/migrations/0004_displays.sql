-- Proof that notices stood on the screens of terminals.
CREATE TABLE displays (
  entry    INTEGER NOT NULL REFERENCES entries (place),
  line     INTEGER NOT NULL,
  terminal INTEGER NOT NULL,
  point    TEXT NOT NULL,
  screen   TEXT NOT NULL,
  notice   TEXT NOT NULL,
  rev      INTEGER NOT NULL,
  digest   TEXT NOT NULL,
  hour     INTEGER NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  showings INTEGER NOT NULL,
  pages    INTEGER NOT NULL,
  millis   INTEGER NOT NULL,
  unsure   INTEGER NOT NULL,
  PRIMARY KEY (entry, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX displays_notice ON displays (notice, rev, terminal, screen);
CREATE TABLE undisplayed (
  entry INTEGER PRIMARY KEY REFERENCES entries (place),
  pages INTEGER NOT NULL
) STRICT;
