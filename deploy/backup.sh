#!/usr/bin/env bash
# Dumps the database now and then again each BACKUP_EVERY_SECONDS, and removes dumps older than BACKUP_KEEP_DAYS.
# With BACKUP_ONCE=1 it makes one dump and ends with its status, for cron or a systemd timer.
#
# The connection comes from libpq's variables (PGHOST, PGPORT, PGUSER, PGDATABASE), the password from PGPASSWORD_FILE.
set -euo pipefail

folder="${BACKUP_FOLDER:-/backups}"
keep_days="${BACKUP_KEEP_DAYS:-14}"
every="${BACKUP_EVERY_SECONDS:-86400}"

if [ -n "${PGPASSWORD_FILE:-}" ]; then
  PGPASSWORD="$(cat "$PGPASSWORD_FILE")"
  export PGPASSWORD
fi
umask 077

backup() {
  local name="enishi-$(date -u +%Y%m%dT%H%M%SZ).dump"
  # Written under another name first: what ends in .dump is whole.
  pg_dump --format=custom --compress=6 --file="$folder/.$name.partial" || return 1
  # A dump whose table of contents cannot be read is no backup.
  pg_restore --list "$folder/.$name.partial" >/dev/null || return 1
  mv "$folder/.$name.partial" "$folder/$name"
  find "$folder" -maxdepth 1 -name '.enishi-*.dump.partial' -mmin +1440 -delete
  # Old ones go only after a new one has come.
  find "$folder" -maxdepth 1 -name 'enishi-*.dump' -mtime "+$keep_days" -delete
  echo "backup: $name, $(stat -c %s "$folder/$name") bytes"
}

if [ -n "${BACKUP_ONCE:-}" ]; then
  backup
  exit
fi
trap 'exit 0' TERM INT
while true; do
  backup || echo "backup: FAILED; trying again in 10 minutes" >&2
  pause="$every"
  [ -n "$(find "$folder" -maxdepth 1 -name 'enishi-*.dump' -mmin -10)" ] || pause=600
  sleep "$pause" &
  wait $! || true
done
