-- +goose Up
-- The chain of charters of each organisation. bytes are the canonical bytes, hash their SHA-256 in
-- hex, parent the hash of the version before; seal covers every field and the seal before, so that a row
-- changed by hand shows. Rows are only added.
CREATE TABLE charter_versions (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  number       INTEGER NOT NULL,
  hash         TEXT NOT NULL,
  parent       TEXT NOT NULL, -- empty for the first
  status       TEXT NOT NULL,
  effective    INTEGER NOT NULL,
  bytes        BLOB NOT NULL,
  seal         TEXT NOT NULL,
  PRIMARY KEY (organisation, number)
) STRICT;

-- +goose Down
DROP TABLE charter_versions;
