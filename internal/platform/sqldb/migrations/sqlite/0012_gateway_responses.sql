-- +goose Up
CREATE TABLE responses (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  person       TEXT NOT NULL,
  previous     TEXT NOT NULL, -- the response that it goes on from, '' for none
  created      INTEGER NOT NULL,
  used         INTEGER NOT NULL, -- when it, or one that goes on from it, was last made
  input        BLOB NOT NULL, -- JSON list of items
  body         BLOB NOT NULL  -- the response, as it was answered
) STRICT;
CREATE INDEX responses_by_use ON responses (used);

-- +goose Down
DROP TABLE responses;
