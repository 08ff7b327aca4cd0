-- Orders to terminals, keys that follow keys, and entries that an operator has released.

ALTER TABLE terminals ADD COLUMN follows BLOB NOT NULL DEFAULT x'';
ALTER TABLE terminals ADD COLUMN ended TEXT NOT NULL DEFAULT '';
UPDATE terminals SET ended = 'revoked' WHERE revoked > 0;

CREATE TABLE orders (
  n        INTEGER PRIMARY KEY AUTOINCREMENT,
  terminal BLOB NOT NULL UNIQUE,
  task     TEXT NOT NULL,
  point    TEXT NOT NULL,
  name     TEXT NOT NULL,
  address  TEXT NOT NULL,
  area     TEXT NOT NULL,
  made     INTEGER NOT NULL,
  next     BLOB NOT NULL DEFAULT x''
) STRICT;

ALTER TABLE entries ADD COLUMN released INTEGER NOT NULL DEFAULT 0;
