#!/bin/sh
# Reads the secrets that are handed over as files, so that none stands in the container's configuration.
set -eu
if [ -n "${DATABASE_URL_FILE:-}" ]; then
  DATABASE_URL="$(cat "$DATABASE_URL_FILE")"
  export DATABASE_URL
fi
exec enishi "$@"
