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
-- not write the record again.
CREATE TABLE audit_leaves (
  log_index INTEGER NOT NULL PRIMARY KEY,
  id        TEXT    NOT NULL UNIQUE
) STRICT;

-- +goose Down
DROP TABLE audit_leaves;
DROP TABLE audit_records;
