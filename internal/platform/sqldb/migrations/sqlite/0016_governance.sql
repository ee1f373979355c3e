-- +goose Up
-- What members propose and decide. Bytes are canonical, hashes SHA-256 in hex, instants Unix milliseconds.
CREATE TABLE governance_rules (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  number       INTEGER NOT NULL, -- from 1: the sets of rules that were in force, one after the other
  hash         TEXT NOT NULL,
  bytes        BLOB NOT NULL,
  motion       TEXT NOT NULL, -- whose adoption put it in force; empty for the first
  since        INTEGER NOT NULL,
  PRIMARY KEY (organisation, number)
) STRICT;

-- A proposal on its way; revision grows with each change, so that two at once cannot both be.
CREATE TABLE governance_motions (
  id           TEXT NOT NULL PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  author       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  body         TEXT NOT NULL,
  title_fr     TEXT NOT NULL,
  title_en     TEXT NOT NULL,
  state        TEXT NOT NULL,
  version      INTEGER NOT NULL,
  proposal     TEXT NOT NULL,
  ballot       TEXT NOT NULL, -- empty before the call
  created      INTEGER NOT NULL,
  updated      INTEGER NOT NULL,
  due          INTEGER NOT NULL, -- when the state changes by itself; 0: it does not
  revision     INTEGER NOT NULL
) STRICT;
CREATE INDEX governance_motions_due ON governance_motions (organisation, due);

CREATE TABLE governance_texts (
  motion   TEXT NOT NULL REFERENCES governance_motions (id),
  number   INTEGER NOT NULL,
  proposal TEXT NOT NULL,
  bytes    BLOB NOT NULL,
  document BLOB, -- the next charter or rules
  created  INTEGER NOT NULL,
  PRIMARY KEY (motion, number)
) STRICT;
CREATE UNIQUE INDEX governance_texts_proposal ON governance_texts (proposal);

CREATE TABLE governance_signatures (
  proposal TEXT NOT NULL,
  person   TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (proposal, person)
) STRICT;

CREATE TABLE governance_arguments (
  id         TEXT NOT NULL PRIMARY KEY,
  motion     TEXT NOT NULL REFERENCES governance_motions (id),
  parent     TEXT NOT NULL,
  author     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  text       TEXT NOT NULL,
  at         INTEGER NOT NULL,
  hidden_by  TEXT NOT NULL,
  hidden_why TEXT NOT NULL
) STRICT;
CREATE INDEX governance_arguments_motion ON governance_arguments (motion);

CREATE TABLE governance_amendments (
  id       TEXT NOT NULL PRIMARY KEY,
  motion   TEXT NOT NULL REFERENCES governance_motions (id),
  author   TEXT NOT NULL,
  base     TEXT NOT NULL,
  reasons  TEXT NOT NULL,
  bytes    BLOB NOT NULL,
  document BLOB,
  state    TEXT NOT NULL,
  at       INTEGER NOT NULL
) STRICT;
CREATE INDEX governance_amendments_motion ON governance_amendments (motion);

CREATE TABLE governance_ballots (
  hash     TEXT NOT NULL PRIMARY KEY,
  proposal TEXT NOT NULL,
  bytes    BLOB NOT NULL
) STRICT;

-- The frozen roll of a ballot.
CREATE TABLE governance_rolls (
  ballot TEXT NOT NULL REFERENCES governance_ballots (hash),
  person TEXT NOT NULL,
  class  TEXT NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (ballot, person)
) STRICT;

-- Votes are only added. chain binds each to all before it and stands in the log; seal is signed with the log's key.
CREATE TABLE governance_votes (
  ballot TEXT NOT NULL REFERENCES governance_ballots (hash),
  number INTEGER NOT NULL,
  person TEXT NOT NULL, -- who cast it
  voice  TEXT NOT NULL, -- whose it is
  at     INTEGER NOT NULL,
  bytes  BLOB NOT NULL,
  chain  TEXT NOT NULL,
  seal   BLOB NOT NULL,
  PRIMARY KEY (ballot, number),
  UNIQUE (ballot, voice)
) STRICT;

CREATE TABLE governance_proxies (
  ballot TEXT NOT NULL REFERENCES governance_ballots (hash),
  giver  TEXT NOT NULL,
  holder TEXT NOT NULL,
  PRIMARY KEY (ballot, giver)
) STRICT;

CREATE TABLE governance_results (
  proposal    TEXT NOT NULL PRIMARY KEY,
  certificate BLOB NOT NULL,
  signed      BLOB NOT NULL
) STRICT;

CREATE TABLE governance_contests (
  proposal TEXT NOT NULL,
  person   TEXT NOT NULL,
  reasons  TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (proposal, person)
) STRICT;

-- +goose Down
DROP TABLE governance_contests;
DROP TABLE governance_results;
DROP TABLE governance_proxies;
DROP TABLE governance_votes;
DROP TABLE governance_rolls;
DROP TABLE governance_ballots;
DROP TABLE governance_amendments;
DROP TABLE governance_arguments;
DROP TABLE governance_signatures;
DROP TABLE governance_texts;
DROP TABLE governance_motions;
DROP TABLE governance_rules;
