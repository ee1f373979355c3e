-- +goose Up
-- The erasable half of the audit: each private record with the key that opens its commitment.
CREATE TABLE audit_records (
  id             TEXT    NOT NULL UNIQUE,
  organisation   TEXT    NOT NULL,
  person         TEXT    NOT NULL,
  record         BLOB    NOT NULL,
  commitment_key BLOB    NOT NULL,
  leaf           BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_records_by_person ON audit_records (organisation, person, id);

-- Where the leaf of a record stands in the Merkle log, once it is there. Apart, so that noting it does
-- not write the record again. log is the hash of the key that signs that log: there may be another one later.
CREATE TABLE audit_leaves (
  log       TEXT    NOT NULL,
  log_index INTEGER NOT NULL,
  id        TEXT    NOT NULL UNIQUE,
  PRIMARY KEY (log, log_index)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE audit_leaves;
DROP TABLE audit_records;
