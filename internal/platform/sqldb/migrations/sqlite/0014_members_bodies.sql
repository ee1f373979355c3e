-- +goose Up
CREATE TABLE classes (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  key          TEXT NOT NULL,
  name_fr      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  PRIMARY KEY (organisation, key)
) STRICT;

CREATE TABLE memberships (
  person       TEXT PRIMARY KEY REFERENCES people (id),
  organisation TEXT NOT NULL REFERENCES organisations (id),
  number       TEXT NOT NULL,
  email        TEXT NOT NULL, -- in lower case
  declines_ai  INTEGER NOT NULL,
  version      INTEGER NOT NULL  -- of the row and of its standings: who writes over another is told
) STRICT;
CREATE UNIQUE INDEX memberships_by_number ON memberships (organisation, number) WHERE number <> '';
CREATE UNIQUE INDEX memberships_by_email ON memberships (organisation, email) WHERE email <> '';

-- What somebody was, from when to when: the history that rolls of past dates are read from. The times of one person
-- never overlap.
CREATE TABLE standings (
  person   TEXT NOT NULL REFERENCES memberships (person),
  start_at INTEGER NOT NULL,
  end_at   INTEGER NOT NULL, -- 0: still
  joined   INTEGER NOT NULL,
  class    TEXT NOT NULL,
  voting   INTEGER NOT NULL,
  PRIMARY KEY (person, start_at)
) STRICT;

CREATE TABLE bodies (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  key          TEXT NOT NULL,
  kind         TEXT NOT NULL,
  name_fr      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  UNIQUE (organisation, key)
) STRICT;

CREATE TABLE mandates (
  id       TEXT PRIMARY KEY,
  body     TEXT NOT NULL REFERENCES bodies (id),
  person   TEXT NOT NULL REFERENCES people (id),
  office   TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  end_at   INTEGER NOT NULL, -- 0: no end was set
  decided  TEXT NOT NULL  -- by what
) STRICT;
CREATE INDEX mandates_of_person ON mandates (person);
CREATE INDEX mandates_of_body ON mandates (body, start_at);

-- Everybody who was there as a member is one with a vote, since the day they were added.
INSERT INTO memberships (person, organisation, number, email, declines_ai, version)
  SELECT id, organisation, '', '', 0, 1 FROM people WHERE ' ' || roles || ' ' LIKE '% member %';
INSERT INTO standings (person, start_at, end_at, joined, class, voting)
  SELECT p.id, p.created, 0, p.created, '', 1 FROM people p JOIN memberships m ON m.person = p.id;
INSERT INTO bodies (id, organisation, key, kind, name_fr, name_en)
  SELECT id, id, 'assembly', 'assembly', 'Assemblée générale', 'General assembly' FROM organisations;

-- +goose Down
DROP TABLE mandates;
DROP TABLE bodies;
DROP TABLE standings;
DROP TABLE memberships;
DROP TABLE classes;
