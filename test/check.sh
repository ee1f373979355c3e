#!/usr/bin/env bash
# What must hold before a commit: formatting, vet, import rules and house limits, every test with the race detector.
set -euo pipefail
cd "$(dirname "$0")/.."

unformatted=$(gofmt -l cmd internal bench)
if [ -n "$unformatted" ]; then
  printf 'Not formatted:\n%s\n' "$unformatted" >&2
  exit 1
fi
go mod verify >/dev/null
go vet ./...
test/needs.sh
export SOLIDAIRE_TEST_FULL=1 SOLIDAIRE_TEST_BROWSER=required
# The race detector needs cgo, on this command alone.
CGO_ENABLED=0 go build -o /tmp/solidaire-withpostgres ./internal/platform/sqldb/sqldbtest/withpostgres
CGO_ENABLED=1 /tmp/solidaire-withpostgres go test -race -shuffle=on -timeout 90m ./...
