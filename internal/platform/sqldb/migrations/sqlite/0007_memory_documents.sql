-- +goose Up
CREATE TABLE memory_sources (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    added        INTEGER NOT NULL,
    UNIQUE (organisation, kind, name)
) STRICT;

CREATE TABLE memory_documents (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    source       TEXT NOT NULL REFERENCES memory_sources (id),
    name         TEXT NOT NULL,
    title        TEXT NOT NULL,
    state        TEXT NOT NULL,
    problem      TEXT,             -- JSON of the error that a person reads; NULL when none
    lang         TEXT NOT NULL,
    added        INTEGER NOT NULL,
    UNIQUE (organisation, source, name)
) STRICT;

CREATE TABLE memory_versions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation TEXT NOT NULL,
    document     TEXT NOT NULL REFERENCES memory_documents (id),
    ordinal      INTEGER NOT NULL, -- 1 for the first; the highest is the newest
    hash         TEXT NOT NULL,    -- SHA-256 of text, hex
    file_hash    TEXT NOT NULL,
    media        TEXT NOT NULL,
    title        TEXT NOT NULL,
    text         BLOB NOT NULL,    -- bytes, so that ranges are byte ranges on both engines
    marks        TEXT NOT NULL,    -- JSON
    pages        INTEGER NOT NULL,
    seen         INTEGER NOT NULL,
    dated        INTEGER,          -- NULL: unknown
    UNIQUE (document, ordinal)
) STRICT;
CREATE INDEX memory_versions_hash ON memory_versions (organisation, hash);

-- Passages of newest versions. Ids are never used again: an index in memory may outlive a row.
CREATE TABLE memory_passages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation TEXT NOT NULL,
    document     TEXT NOT NULL REFERENCES memory_documents (id),
    version      INTEGER NOT NULL REFERENCES memory_versions (id),
    start_byte   INTEGER NOT NULL,
    end_byte     INTEGER NOT NULL,
    context      TEXT NOT NULL,
    marks        TEXT NOT NULL,
    sentences    BLOB NOT NULL,
    header       TEXT NOT NULL,    -- terms of context, as full text search compares them
    body         TEXT NOT NULL     -- terms of the range
) STRICT;
CREATE INDEX memory_passages_document ON memory_passages (document);
CREATE INDEX memory_passages_version ON memory_passages (version);

-- The organisation is a column of the index, so that another one's passages are not even matched.
CREATE VIRTUAL TABLE memory_fts USING fts5 (
    organisation, header, body,
    content = 'memory_passages', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 0"
);
INSERT INTO memory_fts (memory_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO memory_fts (memory_fts, rank) VALUES ('rank', 'bm25(0.0, 1.0, 1.0)');

CREATE TABLE memory_vectors (
    passage      INTEGER PRIMARY KEY REFERENCES memory_passages (id),
    organisation TEXT NOT NULL,
    model        TEXT NOT NULL,
    change       INTEGER NOT NULL,
    whole        BLOB NOT NULL,    -- float32, little endian
    sentences    BLOB NOT NULL     -- per sentence: float32 scale, then int8 components
) STRICT;
CREATE INDEX memory_vectors_change ON memory_vectors (organisation, model, change);

-- How many passages of the organisation hold a term: what BM25 needs, the same on both engines.
CREATE TABLE memory_terms (
    organisation TEXT NOT NULL,
    term         TEXT NOT NULL,
    passages     INTEGER NOT NULL,
    PRIMARY KEY (organisation, term)
) STRICT, WITHOUT ROWID;

CREATE TABLE memory_index (
    organisation TEXT PRIMARY KEY,
    passages     INTEGER NOT NULL,
    terms        INTEGER NOT NULL,
    change       INTEGER NOT NULL, -- grows whenever vectors are written or passages go
    removal      INTEGER NOT NULL  -- the change at which passages last went
) STRICT;

-- +goose Down
DROP TABLE memory_index;
DROP TABLE memory_terms;
DROP TABLE memory_vectors;
DROP TABLE memory_fts;
DROP TABLE memory_passages;
DROP TABLE memory_versions;
DROP TABLE memory_documents;
DROP TABLE memory_sources;
