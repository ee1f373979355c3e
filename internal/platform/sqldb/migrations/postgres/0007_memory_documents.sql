-- +goose Up
CREATE TABLE memory_sources (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    added        BIGINT NOT NULL,
    UNIQUE (organisation, kind, name)
);

CREATE TABLE memory_documents (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    source       TEXT NOT NULL REFERENCES memory_sources (id),
    name         TEXT NOT NULL,
    title        TEXT NOT NULL,
    state        TEXT NOT NULL,
    problem      TEXT,             -- JSON of the error that a person reads; NULL when none
    lang         TEXT NOT NULL,
    added        BIGINT NOT NULL,
    UNIQUE (organisation, source, name)
);

CREATE TABLE memory_versions (
    id           BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    organisation TEXT NOT NULL,
    document     TEXT NOT NULL REFERENCES memory_documents (id),
    ordinal      BIGINT NOT NULL, -- 1 for the first; the highest is the newest
    hash         TEXT NOT NULL,    -- SHA-256 of text, hex
    file_hash    TEXT NOT NULL,
    media        TEXT NOT NULL,
    title        TEXT NOT NULL,
    text         BYTEA NOT NULL,    -- bytes, so that ranges are byte ranges on both engines
    marks        TEXT NOT NULL,    -- JSON
    pages        BIGINT NOT NULL,
    seen         BIGINT NOT NULL,
    dated        BIGINT,          -- NULL: unknown
    UNIQUE (document, ordinal)
);
CREATE INDEX memory_versions_hash ON memory_versions (organisation, hash);

-- Passages of newest versions. Ids are never used again: an index in memory may outlive a row.
CREATE TABLE memory_passages (
    id           BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    organisation TEXT NOT NULL,
    document     TEXT NOT NULL REFERENCES memory_documents (id),
    version      BIGINT NOT NULL REFERENCES memory_versions (id),
    start_byte   BIGINT NOT NULL,
    end_byte     BIGINT NOT NULL,
    context      TEXT NOT NULL,
    marks        TEXT NOT NULL,
    sentences    BYTEA NOT NULL,
    header       TEXT NOT NULL,    -- terms of context, as full text search compares them
    body         TEXT NOT NULL,    -- terms of the range
    -- Terms are lexemes already: no parser, so that both engines match exactly the same.
    found        TSVECTOR NOT NULL GENERATED ALWAYS AS
        (array_to_tsvector(array_remove(string_to_array(header || ' ' || body, ' '), ''))) STORED
);
CREATE INDEX memory_passages_document ON memory_passages (document);
CREATE INDEX memory_passages_version ON memory_passages (version);

CREATE INDEX memory_passages_found ON memory_passages USING gin (found);

CREATE TABLE memory_vectors (
    passage      BIGINT PRIMARY KEY REFERENCES memory_passages (id),
    organisation TEXT NOT NULL,
    model        TEXT NOT NULL,
    change       BIGINT NOT NULL,
    whole        BYTEA NOT NULL,    -- float32, little endian
    sentences    BYTEA NOT NULL     -- per sentence: float32 scale, then int8 components
);
CREATE INDEX memory_vectors_change ON memory_vectors (organisation, model, change);

-- How many passages of the organisation hold a term: what BM25 needs, the same on both engines.
CREATE TABLE memory_terms (
    organisation TEXT NOT NULL,
    term         TEXT NOT NULL,
    passages     BIGINT NOT NULL,
    PRIMARY KEY (organisation, term)
);

CREATE TABLE memory_index (
    organisation TEXT PRIMARY KEY,
    passages     BIGINT NOT NULL,
    terms        BIGINT NOT NULL,
    change       BIGINT NOT NULL, -- grows whenever vectors are written or passages go
    removal      BIGINT NOT NULL  -- the change at which passages last went
);

-- +goose Down
DROP TABLE memory_index;
DROP TABLE memory_terms;
DROP TABLE memory_vectors;
DROP TABLE memory_passages;
DROP TABLE memory_versions;
DROP TABLE memory_documents;
DROP TABLE memory_sources;
