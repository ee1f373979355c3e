-- +goose Up
-- Whether an organisation receives requests to join, and what it says to those who come.
CREATE TABLE joining (
  organisation TEXT PRIMARY KEY REFERENCES organisations (id),
  is_open      INTEGER NOT NULL,
  welcome      TEXT NOT NULL
) STRICT;

CREATE TABLE join_requests (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  name         TEXT NOT NULL,
  email        TEXT NOT NULL, -- in lower case
  class        TEXT NOT NULL,
  message      TEXT NOT NULL,
  lang         TEXT NOT NULL, -- in which it was written
  created      INTEGER NOT NULL,
  decided      INTEGER NOT NULL, -- 0: not yet
  decider      TEXT NOT NULL,
  person       TEXT NOT NULL, -- who was admitted; empty: refused, or not yet decided
  reason       TEXT NOT NULL
) STRICT;
CREATE INDEX join_requests_waiting ON join_requests (organisation, decided, id);

-- +goose Down
DROP TABLE join_requests;
DROP TABLE joining;
