-- +goose Up
-- The signed certificate of the vote that enacted a version; absent for the provisional first one.
ALTER TABLE charter_versions ADD COLUMN certificate BYTEA;

-- +goose Down
ALTER TABLE charter_versions DROP COLUMN certificate;
