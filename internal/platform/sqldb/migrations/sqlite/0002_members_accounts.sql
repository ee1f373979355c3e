-- +goose Up
CREATE TABLE organisations (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  lang    TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE people (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL REFERENCES organisations (id),
  name         TEXT NOT NULL,
  lang         TEXT NOT NULL, -- empty: follows the browser
  roles        TEXT NOT NULL, -- separated by spaces
  created      INTEGER NOT NULL
) STRICT;
CREATE INDEX people_of_organisation ON people (organisation, id);

-- Of every secret only its SHA-256 is kept, in hex. A link is deleted when it is used, a session
-- when it is left.
CREATE TABLE sign_in_links (
  digest  TEXT PRIMARY KEY,
  person  TEXT NOT NULL REFERENCES people (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_links_by_end ON sign_in_links (expires);

CREATE TABLE sessions (
  id      TEXT PRIMARY KEY,
  digest  TEXT NOT NULL UNIQUE,
  person  TEXT NOT NULL REFERENCES people (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_end ON sessions (expires);

CREATE TABLE api_keys (
  id        TEXT PRIMARY KEY,
  digest    TEXT NOT NULL UNIQUE,
  person    TEXT NOT NULL REFERENCES people (id),
  name      TEXT NOT NULL,
  prefix    TEXT NOT NULL, -- first characters of the secret, in clear
  created   INTEGER NOT NULL,
  last_used INTEGER NOT NULL, -- 0: never; to the minute
  revoked   INTEGER NOT NULL  -- 0: in force
) STRICT;
CREATE INDEX api_keys_of_person ON api_keys (person);

-- +goose Down
DROP TABLE api_keys;
DROP TABLE sessions;
DROP TABLE sign_in_links;
DROP TABLE people;
DROP TABLE organisations;
