-- +goose Up
-- The erasable half of the audit: each private record with the key that opens its commitment.
-- Identifiers compare byte by byte, as on SQLite: their order is the order of age.
CREATE TABLE audit_records (
  id             TEXT COLLATE "C" NOT NULL UNIQUE,
  organisation   TEXT COLLATE "C" NOT NULL,
  person         TEXT COLLATE "C" NOT NULL,
  record         BYTEA NOT NULL,
  commitment_key BYTEA NOT NULL,
  leaf           BYTEA NOT NULL
);
CREATE INDEX audit_records_by_person ON audit_records (organisation, person, id);

-- Where the leaf of a record stands in the Merkle log, once it is there. Apart, so that noting it does
-- not write the record again. log is the hash of the key that signs that log: there may be another one later.
CREATE TABLE audit_leaves (
  log       TEXT COLLATE "C" NOT NULL,
  log_index BIGINT NOT NULL,
  id        TEXT COLLATE "C" NOT NULL UNIQUE,
  PRIMARY KEY (log, log_index)
);

-- +goose Down
DROP TABLE audit_leaves;
DROP TABLE audit_records;
