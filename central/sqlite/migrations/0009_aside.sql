-- What a person did about an entry that was set aside: the department it was given to, and why it was closed. Which
-- entry stands at a place of a journal is asked by the entry when its time of filing is not sure.

ALTER TABLE entries ADD COLUMN service TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN closed_login TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN closed_role TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN reason_box BLOB;
CREATE INDEX positions_entry ON positions (entry);
