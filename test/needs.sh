#!/usr/bin/env bash
# Says which real parts the tests need and installs what is missing, on Debian as root only. Elsewhere it names what to
# install and stops.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || [ -n "${SOLIDAIRE_TEST_POSTGRES_BIN:-}" ] || missing+=(postgresql)
ldconfig -p 2>/dev/null | grep -q libgomp.so.1 || missing+=(libgomp1)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
case "$(tesseract --list-langs 2>/dev/null)" in *eng*fra* | *fra*eng*) ;; *) missing+=(tesseract-ocr tesseract-ocr-fra) ;; esac

if [ "${#missing[@]}" -gt 0 ]; then
  echo "The tests need: ${missing[*]}"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing with apt-get…"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "Install them, then run the tests again." >&2
    exit 1
  fi
fi

# The engine and its models: checked against pinned hashes, fetched once into the cache of the user.
CGO_ENABLED=0 go run ./cmd/solidaire setup --cache-only
