-- Papers that will not come: the terminal has no bytes of them any more.

ALTER TABLE papers ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
