#!/usr/bin/env bash
# The whole test suite on real parts. Nothing is skipped: a missing part is a failure (SOLIDAIRE_TEST_FULL=1).
set -euo pipefail
cd "$(dirname "$0")/.."

test/needs.sh
export SOLIDAIRE_TEST_FULL=1 SOLIDAIRE_TEST_BROWSER=required
echo "Tests: go test ./… beside a real PostgreSQL"
CGO_ENABLED=0 go run ./internal/platform/sqldb/sqldbtest/withpostgres go test -count=1 -timeout 60m ./...
