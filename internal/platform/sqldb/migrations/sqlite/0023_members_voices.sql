-- +goose Up
-- What a vote of this member counts where the rules of decision say so: a federation weighs its members.
ALTER TABLE standings ADD COLUMN voices INTEGER NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE standings DROP COLUMN voices;
