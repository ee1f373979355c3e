-- +goose Up
CREATE TABLE conversations (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  person       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  title        TEXT NOT NULL,
  created      INTEGER NOT NULL,
  updated      INTEGER NOT NULL
) STRICT;
CREATE INDEX conversations_of_person ON conversations (organisation, person, updated);

CREATE TABLE conversation_turns (
  id           TEXT PRIMARY KEY,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  asked        INTEGER NOT NULL,
  content      BLOB NOT NULL -- JSON, see gatewaysql
) STRICT;
CREATE INDEX conversation_turns_in_order ON conversation_turns (conversation, asked, id);

-- +goose Down
DROP TABLE conversation_turns;
DROP TABLE conversations;
