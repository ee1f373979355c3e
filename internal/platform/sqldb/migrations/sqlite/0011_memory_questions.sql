-- +goose Up
-- What an organisation asks its memory to see how good it is, and how that went.
CREATE TABLE memory_questions (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    label        TEXT NOT NULL,    -- id of the line of a question set
    draft        INTEGER NOT NULL, -- nobody has said yet what a right answer is
    content      TEXT NOT NULL,    -- JSON: the line
    added        INTEGER NOT NULL,
    UNIQUE (organisation, label)
) STRICT;

CREATE TABLE memory_measurements (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    began        INTEGER NOT NULL,
    ended        INTEGER NOT NULL,
    report       TEXT NOT NULL,    -- JSON: what answered, and the figures
    results      TEXT NOT NULL     -- JSON: question by question, without any text of a document
) STRICT;
CREATE INDEX memory_measurements_began ON memory_measurements (organisation, began);

-- What members say of answers. Nobody's name is here; the id is that of the answer.
CREATE TABLE memory_feedback (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    given        INTEGER NOT NULL,
    content      TEXT NOT NULL     -- JSON
) STRICT;
CREATE INDEX memory_feedback_given ON memory_feedback (organisation, given);

-- What of a file could not be read though the rest was; NULL: nothing is missing.
ALTER TABLE memory_versions ADD COLUMN notice TEXT;

-- +goose Down
ALTER TABLE memory_versions DROP COLUMN notice;
DROP TABLE memory_feedback;
DROP TABLE memory_measurements;
DROP TABLE memory_questions;
