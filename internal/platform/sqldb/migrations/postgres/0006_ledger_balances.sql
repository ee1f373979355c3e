-- +goose Up
-- Sums of the entries that the audit records mean: double entry, so that the balances of one asset
-- add up to zero. person is empty on an account of the organisation.
CREATE TABLE ledger_balances (
  organisation TEXT   NOT NULL,
  person       TEXT   NOT NULL,
  day          BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  asset        TEXT   NOT NULL,
  balance      BIGINT NOT NULL,
  PRIMARY KEY (organisation, person, day, kind, asset)
);

-- +goose Down
DROP TABLE ledger_balances;
