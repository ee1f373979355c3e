-- +goose Up
-- What a model can do: 1 yes, -1 no, 0 nobody said; and how it did in our test of
-- cited answers, all zero when it was not put to it.
ALTER TABLE models ADD COLUMN tools INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN images INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN thinking INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN languages TEXT NOT NULL DEFAULT '';
ALTER TABLE models ADD COLUMN score_answerable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN score_right INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN score_unanswerable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE models ADD COLUMN score_honest INTEGER NOT NULL DEFAULT 0;

-- What the choice of the smallest model saved, per UTC day and person, against the
-- largest that could have answered, and what wishes for a bigger one added. Only
-- the requests counted as known have figures in the sums.
CREATE TABLE energy_auto (
  organisation TEXT   NOT NULL,
  person       TEXT   NOT NULL,
  day          INTEGER NOT NULL,
  requests     INTEGER NOT NULL,
  known        INTEGER NOT NULL,
  saved        INTEGER NOT NULL, -- millijoules
  saved_low    INTEGER NOT NULL,
  saved_high   INTEGER NOT NULL,
  bigger       INTEGER NOT NULL, -- requests for which a member wished for a bigger model
  extra_known  INTEGER NOT NULL,
  extra        INTEGER NOT NULL,
  extra_low    INTEGER NOT NULL,
  extra_high   INTEGER NOT NULL,
  PRIMARY KEY (organisation, person, day)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE energy_auto;
ALTER TABLE models DROP COLUMN score_honest;
ALTER TABLE models DROP COLUMN score_unanswerable;
ALTER TABLE models DROP COLUMN score_right;
ALTER TABLE models DROP COLUMN score_answerable;
ALTER TABLE models DROP COLUMN languages;
ALTER TABLE models DROP COLUMN thinking;
ALTER TABLE models DROP COLUMN images;
ALTER TABLE models DROP COLUMN tools;
