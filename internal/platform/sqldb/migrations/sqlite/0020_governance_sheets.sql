-- +goose Up
-- The answers of one person on one proposal, together: a map of opinions is drawn from all of them at once. answers are
-- "statement:opinion", parted by spaces; 1 agrees, -1 disagrees, 2 passes. Those before the last are not kept.
CREATE TABLE governance_sheets (
  motion  TEXT NOT NULL REFERENCES governance_motions (id),
  person  TEXT NOT NULL,
  answers TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (motion, person)
) STRICT;
INSERT INTO governance_sheets (motion, person, answers, at)
  SELECT motion, person, group_concat(statement || ':' || opinion, ' '), MAX(at) FROM governance_opinions GROUP BY motion, person;
DROP TABLE governance_opinions;

-- +goose Down
CREATE TABLE governance_opinions (
  motion    TEXT NOT NULL REFERENCES governance_motions (id),
  person    TEXT NOT NULL,
  statement TEXT NOT NULL REFERENCES governance_statements (id),
  opinion   INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (motion, person, statement)
) STRICT;
DROP TABLE governance_sheets;
