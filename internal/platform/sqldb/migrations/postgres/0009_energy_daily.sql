-- +goose Up
-- What requests used, per UTC day, person, label and model. Under the label
-- "unknown" the sums are zero and mean nothing: only the requests count.
CREATE TABLE energy_daily (
  organisation     TEXT   NOT NULL,
  person           TEXT   NOT NULL,
  day              BIGINT NOT NULL,
  label            TEXT   NOT NULL,
  model            TEXT   NOT NULL,
  requests         BIGINT NOT NULL,
  millijoules      BIGINT NOT NULL,
  millijoules_low  BIGINT NOT NULL,
  millijoules_high BIGINT NOT NULL,
  PRIMARY KEY (organisation, person, day, label, model)
);

-- +goose Down
DROP TABLE energy_daily;
