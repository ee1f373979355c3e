-- +goose Up
CREATE TABLE responses (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  person       TEXT NOT NULL,
  previous     TEXT NOT NULL, -- the response that it goes on from, '' for none
  created      BIGINT NOT NULL,
  used         BIGINT NOT NULL, -- when it, or one that goes on from it, was last made
  input        BYTEA NOT NULL, -- JSON list of items
  body         BYTEA NOT NULL  -- the response, as it was answered
);
CREATE INDEX responses_by_use ON responses (used);

-- +goose Down
DROP TABLE responses;
