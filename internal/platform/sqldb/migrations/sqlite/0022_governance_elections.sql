-- +goose Up
-- Elections of persons held with another program, as their files say: who brought them in, and for which proposal. summary is JSON.
CREATE TABLE governance_elections (
    id           TEXT   NOT NULL PRIMARY KEY,
    organisation TEXT   NOT NULL REFERENCES organisations (id),
    motion       TEXT   NOT NULL, -- empty: none
    imported     BIGINT NOT NULL,
    imported_by  TEXT   NOT NULL,
    file         TEXT   NOT NULL, -- SHA-256, hex
    summary      BLOB  NOT NULL,
    UNIQUE (organisation, file)
);

-- +goose Down
DROP TABLE governance_elections;
