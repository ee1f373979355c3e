-- +goose Up
-- Where documents come from: settings without any secret, when to look again, what the last run found.
ALTER TABLE memory_sources ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';   -- JSON
ALTER TABLE memory_sources ADD COLUMN every BIGINT NOT NULL DEFAULT 0;      -- milliseconds; 0: only when asked
ALTER TABLE memory_sources ADD COLUMN paused BIGINT NOT NULL DEFAULT 0;
ALTER TABLE memory_sources ADD COLUMN due BIGINT;                           -- of the next run; NULL: none
ALTER TABLE memory_sources ADD COLUMN started BIGINT;                       -- of the last run
ALTER TABLE memory_sources ADD COLUMN ended BIGINT;                         -- NULL while it lasts, and after a crash
ALTER TABLE memory_sources ADD COLUMN report TEXT;                           -- JSON of the last run

-- What a document waits for, and how its source knows it.
ALTER TABLE memory_documents ADD COLUMN label TEXT COLLATE "C" NOT NULL DEFAULT '';      -- title and name, folded: to sort and filter
ALTER TABLE memory_documents ADD COLUMN ticket TEXT NOT NULL DEFAULT '';     -- its file in the inbox
ALTER TABLE memory_documents ADD COLUMN modified BIGINT;                    -- of that file
ALTER TABLE memory_documents ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0; -- readings taken up again after a crash
ALTER TABLE memory_documents ADD COLUMN item TEXT NOT NULL DEFAULT '';       -- key in the source
ALTER TABLE memory_documents ADD COLUMN identity TEXT NOT NULL DEFAULT '';   -- what stays when it is renamed
ALTER TABLE memory_documents ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';-- what changes with its content
UPDATE memory_documents SET label = lower(title || ' ' || name);
CREATE INDEX memory_documents_label ON memory_documents (organisation, label, id);
CREATE INDEX memory_documents_state ON memory_documents (organisation, state);
CREATE INDEX memory_documents_ticket ON memory_documents (id) WHERE ticket <> '';
CREATE UNIQUE INDEX memory_documents_item ON memory_documents (source, item) WHERE item <> '';

-- Hashes that keep an erased document from coming back with the next run of its source.
CREATE TABLE memory_erased (
    source TEXT NOT NULL REFERENCES memory_sources (id),
    mark   TEXT NOT NULL,
    PRIMARY KEY (source, mark)
);

-- +goose Down
DROP TABLE memory_erased;
DROP INDEX memory_documents_item;
DROP INDEX memory_documents_ticket;
DROP INDEX memory_documents_state;
DROP INDEX memory_documents_label;
ALTER TABLE memory_documents DROP COLUMN fingerprint;
ALTER TABLE memory_documents DROP COLUMN identity;
ALTER TABLE memory_documents DROP COLUMN item;
ALTER TABLE memory_documents DROP COLUMN attempts;
ALTER TABLE memory_documents DROP COLUMN modified;
ALTER TABLE memory_documents DROP COLUMN ticket;
ALTER TABLE memory_documents DROP COLUMN label;
ALTER TABLE memory_sources DROP COLUMN report;
ALTER TABLE memory_sources DROP COLUMN ended;
ALTER TABLE memory_sources DROP COLUMN started;
ALTER TABLE memory_sources DROP COLUMN due;
ALTER TABLE memory_sources DROP COLUMN paused;
ALTER TABLE memory_sources DROP COLUMN every;
ALTER TABLE memory_sources DROP COLUMN settings;
