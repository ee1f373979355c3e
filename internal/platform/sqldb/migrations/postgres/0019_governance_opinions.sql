-- +goose Up
-- Sentences that members write in a deliberation, and what each member says of them: a map of opinions, never a vote.
CREATE TABLE governance_statements (
  id         TEXT NOT NULL PRIMARY KEY,
  motion     TEXT NOT NULL REFERENCES governance_motions (id),
  author     TEXT NOT NULL,
  text       TEXT NOT NULL,
  at         BIGINT NOT NULL,
  hidden_by  TEXT NOT NULL,
  hidden_why TEXT NOT NULL
);
CREATE INDEX governance_statements_motion ON governance_statements (motion);

-- The last answer of each person; the ones before are not kept.
CREATE TABLE governance_opinions (
  motion    TEXT NOT NULL REFERENCES governance_motions (id),
  person    TEXT NOT NULL,
  statement TEXT NOT NULL REFERENCES governance_statements (id),
  opinion   BIGINT NOT NULL, -- 1 agrees, -1 disagrees, 2 passes
  at        BIGINT NOT NULL,
  PRIMARY KEY (motion, person, statement)
);

-- +goose Down
DROP TABLE governance_opinions;
DROP TABLE governance_statements;
