-- +goose Up
CREATE TABLE models (
  name        TEXT    NOT NULL PRIMARY KEY,
  kind        TEXT    NOT NULL CHECK (kind IN ('chat', 'embedding')),
  digest      TEXT    NOT NULL,
  path        TEXT    NOT NULL, -- from the data directory, with /
  bytes       INTEGER NOT NULL,
  parameters  INTEGER NOT NULL, -- 0: unknown
  context     INTEGER NOT NULL, -- tokens; 0: unknown
  quantised   TEXT    NOT NULL,
  licence     TEXT    NOT NULL,
  trial       INTEGER NOT NULL CHECK (trial IN (0, 1)),
  writes_from INTEGER NOT NULL CHECK (writes_from IN (0, 1)),
  origin      TEXT    NOT NULL,
  added       INTEGER NOT NULL
) STRICT;

-- One row, raised at every change, by which other processes notice it.
CREATE TABLE models_revision (
  one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  revision INTEGER NOT NULL
) STRICT;

INSERT INTO models_revision (one, revision) VALUES (1, 0);

-- +goose Down
DROP TABLE models_revision;
DROP TABLE models;
