-- +goose Up
-- How bodies meet. Instants are Unix milliseconds, 0 where there is none; hashes SHA-256 in hex.
-- facts is the meeting with its agenda, as JSON; what is searched stands in columns. revision grows with each change.
CREATE TABLE meetings (
  id           TEXT NOT NULL PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  state        TEXT NOT NULL,
  starts       BIGINT NOT NULL,
  revision     BIGINT NOT NULL,
  facts        BYTEA NOT NULL
);
CREATE INDEX meetings_starts ON meetings (organisation, starts);

-- What members were told: canonical bytes, only added.
CREATE TABLE meetings_notices (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  number  BIGINT NOT NULL,
  hash    TEXT NOT NULL,
  bytes   BYTEA NOT NULL,
  PRIMARY KEY (meeting, number)
);

-- The roll frozen with the last notice that calls people.
CREATE TABLE meetings_roll (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  person  TEXT NOT NULL,
  class   TEXT NOT NULL,
  PRIMARY KEY (meeting, person)
);

-- The last notice, for each person.
CREATE TABLE meetings_letters (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  person  TEXT NOT NULL,
  number  BIGINT NOT NULL,
  state   TEXT NOT NULL,
  tries   BIGINT NOT NULL,
  due     BIGINT NOT NULL,
  fault   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (meeting, person)
);
CREATE INDEX meetings_letters_due ON meetings_letters (state, due);

-- Comings and goings.
CREATE TABLE meetings_sittings (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  person  TEXT NOT NULL,
  number  BIGINT NOT NULL, -- from 1 for each person
  how     TEXT NOT NULL,
  arrived BIGINT NOT NULL,
  gone    BIGINT NOT NULL, -- 0: still there
  marker  TEXT NOT NULL,
  PRIMARY KEY (meeting, person, number)
);

CREATE TABLE meetings_proxies (
  meeting TEXT NOT NULL REFERENCES meetings (id),
  giver   TEXT NOT NULL,
  number  BIGINT NOT NULL, -- from 1 for each giver
  holder  TEXT NOT NULL,
  since   BIGINT NOT NULL,
  ended   BIGINT NOT NULL, -- 0: still given
  PRIMARY KEY (meeting, giver, number)
);

CREATE TABLE meetings_requests (
  id      TEXT NOT NULL PRIMARY KEY,
  meeting TEXT NOT NULL REFERENCES meetings (id),
  author  TEXT NOT NULL,
  title   TEXT NOT NULL,
  reasons TEXT NOT NULL,
  state   TEXT NOT NULL,
  why     TEXT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX meetings_requests_meeting ON meetings_requests (meeting);

-- Approved minutes: canonical bytes; stated is 1 once the log holds their hash.
CREATE TABLE meetings_minutes (
  meeting TEXT NOT NULL PRIMARY KEY REFERENCES meetings (id),
  hash    TEXT NOT NULL,
  bytes   BYTEA NOT NULL,
  stated  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE meetings_minutes;
DROP TABLE meetings_requests;
DROP TABLE meetings_proxies;
DROP TABLE meetings_sittings;
DROP TABLE meetings_letters;
DROP TABLE meetings_roll;
DROP TABLE meetings_notices;
DROP TABLE meetings;
