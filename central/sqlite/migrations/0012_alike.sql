-- A blind tag of applicant and service, by which the clerk of a case is told of another one.

ALTER TABLE cases ADD COLUMN alike BLOB;
CREATE INDEX cases_alike ON cases (alike) WHERE alike IS NOT NULL;
