-- +goose Up
-- How bodies meet. Instants are Unix milliseconds, 0 where there is none; hashes SHA-256 in hex.
-- facts is the meeting with its agenda, as JSON; what is searched stands in columns. revision grows with each change.
CREATE TABLE meetings (
  id           TEXT NOT NULL PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  state        TEXT NOT NULL,
  starts       INTEGER NOT NULL,
  revision     INTEGER NOT NULL,
  facts        BLOB NOT NULL
) STRICT;
CREATE INDEX meetings_starts ON meetings (organisation, starts);

-- What members were told: canonical bytes, only added.
CREATE TABLE meetings_notices (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  number  INTEGER NOT NULL,
  hash    TEXT NOT NULL,
  bytes   BLOB NOT NULL,
  PRIMARY KEY (meeting, number)
) STRICT;

-- The roll frozen with the last notice that calls people.
CREATE TABLE meetings_roll (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  person  TEXT NOT NULL,
  class   TEXT NOT NULL,
  PRIMARY KEY (meeting, person)
) STRICT;

-- The last notice, for each person.
CREATE TABLE meetings_letters (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  person  TEXT NOT NULL,
  number  INTEGER NOT NULL,
  state   TEXT NOT NULL,
  tries   INTEGER NOT NULL,
  due     INTEGER NOT NULL,
  fault   TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (meeting, person)
) STRICT;
CREATE INDEX meetings_letters_due ON meetings_letters (state, due);

-- Comings and goings.
CREATE TABLE meetings_sittings (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  person  TEXT NOT NULL,
  number  INTEGER NOT NULL, -- from 1 for each person
  how     TEXT NOT NULL,
  arrived INTEGER NOT NULL,
  gone    INTEGER NOT NULL, -- 0: still there
  marker  TEXT NOT NULL,
  PRIMARY KEY (meeting, person, number)
) STRICT;

CREATE TABLE meetings_proxies (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  giver   TEXT NOT NULL,
  number  INTEGER NOT NULL, -- from 1 for each giver
  holder  TEXT NOT NULL,
  since   INTEGER NOT NULL,
  ended   INTEGER NOT NULL, -- 0: still given
  PRIMARY KEY (meeting, giver, number)
) STRICT;

CREATE TABLE meetings_requests (
  id      TEXT NOT NULL PRIMARY KEY,
  meeting TEXT NOT NULL REFERENCES meetings (id),
  author  TEXT NOT NULL,
  title   TEXT NOT NULL,
  reasons TEXT NOT NULL,
  state   TEXT NOT NULL,
  why     TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX meetings_requests_meeting ON meetings_requests (meeting);

-- Approved minutes: canonical bytes; stated is 1 once the log holds their hash.
CREATE TABLE meetings_minutes (
  meeting TEXT NOT NULL PRIMARY KEY REFERENCES meetings (id),
  hash    TEXT NOT NULL,
  bytes   BLOB NOT NULL,
  stated  INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE meetings_minutes;
DROP TABLE meetings_requests;
DROP TABLE meetings_proxies;
DROP TABLE meetings_sittings;
DROP TABLE meetings_letters;
DROP TABLE meetings_roll;
DROP TABLE meetings_notices;
DROP TABLE meetings;
