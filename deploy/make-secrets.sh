#!/usr/bin/env bash
# Makes the secrets that compose.yaml reads, once; what exists is left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p secrets && chmod 700 secrets
if [ -e secrets/database_password ] || [ -e secrets/database_url ]; then
  echo "secrets/ already holds a database password; nothing was changed"
  exit 0
fi
password="$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
printf '%s' "$password" >secrets/database_password
printf 'postgres://enishi:%s@database/enishi' "$password" >secrets/database_url
# The containers run as users of their own, who read these files through a bind mount; the folder keeps others out.
chmod 644 secrets/database_password secrets/database_url
echo "made secrets/database_password and secrets/database_url"
