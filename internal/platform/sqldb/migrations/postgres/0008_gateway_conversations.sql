-- +goose Up
CREATE TABLE conversations (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  person       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  title        TEXT NOT NULL,
  created      BIGINT NOT NULL,
  updated      BIGINT NOT NULL
);
CREATE INDEX conversations_of_person ON conversations (organisation, person, updated);

CREATE TABLE conversation_turns (
  id           TEXT PRIMARY KEY,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  asked        BIGINT NOT NULL,
  content      BYTEA NOT NULL -- JSON, see gatewaysql
);
CREATE INDEX conversation_turns_in_order ON conversation_turns (conversation, asked, id);

-- +goose Down
DROP TABLE conversation_turns;
DROP TABLE conversations;
