#!/usr/bin/env bash
# Measures enforced democracy (bench/governance), then the gateway beside Go's reverse proxy and holds the result against the bars; see bench/gateway.
# Fails when a bar is missed. Variables: ROUNDS, EACH (length of a round), OUT.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${OUT:-bench/results/gateway.md}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

CGO_ENABLED=0 go build -trimpath -o "$work/gateway" ./bench/gateway
memory=()
if ./bin/solidaire setup --cache-only >&2; then
  memory=(-memory)
else
  echo "bench: no engine could be had: questions to the memory are left out" >&2
fi
CGO_ENABLED=0 go run ./bench/governance -out bench/results/governance.md
"$work/gateway" run -solidaire ./bin/solidaire "${memory[@]}" \
  -rounds "${ROUNDS:-5}" -each "${EACH:-3s}" -out "$out"
