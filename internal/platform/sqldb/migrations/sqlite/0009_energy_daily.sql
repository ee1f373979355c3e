-- +goose Up
-- What requests used, per UTC day, person, label and model. Under the label
-- "unknown" the sums are zero and mean nothing: only the requests count.
CREATE TABLE energy_daily (
  organisation     TEXT   NOT NULL,
  person           TEXT   NOT NULL,
  day              INTEGER NOT NULL,
  label            TEXT   NOT NULL,
  model            TEXT   NOT NULL,
  requests         INTEGER NOT NULL,
  millijoules      INTEGER NOT NULL,
  millijoules_low  INTEGER NOT NULL,
  millijoules_high INTEGER NOT NULL,
  PRIMARY KEY (organisation, person, day, label, model)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE energy_daily;
