-- +goose Up
-- The members' record of emergency restrictions: who made, lifted or ended which one, and why. The log holds a hash of each row.
CREATE TABLE charter_restrictions (
    organisation TEXT    NOT NULL REFERENCES organisations (id),
    number       INTEGER NOT NULL,
    canonical    BYTEA NOT NULL,
    seal         BYTEA NOT NULL,
    PRIMARY KEY (organisation, number)
);

-- +goose Down
DROP TABLE charter_restrictions;
