#!/usr/bin/env bash
# Installs the server on a bare Debian root, the way the runbook says, and asks it whether it is ready.
#
#   deploy/bare-root.sh [BINARY]        default: the release server in cargo's target directory
#
# What it proves: the binary needs nothing of the build machine but the C library and ca-certificates, starts as
# an unprivileged user, keeps its data in one folder, answers /readyz, stops when told, and starts again on
# the same data. It needs root and debootstrap, changes nothing outside its own folder, and removes that.
#
# Settings: ENISHI_ROOT_SUITE (default: this machine's Debian), ENISHI_ROOT_MIRROR, ENISHI_ROOT_CACHE (a tarball
# of the bare root, made when absent, so that a second run is quick), KEEP=1 (leave the root behind).
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="${CARGO_TARGET_DIR:-$here/../target}"
binary="$(realpath "${1:-$target/release/server}")"
suite="${ENISHI_ROOT_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")}"
mirror="${ENISHI_ROOT_MIRROR:-}"
cache="${ENISHI_ROOT_CACHE:-}"

[ -x "$binary" ] || { echo "no binary at $binary: cargo build --release --package server" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "debootstrap and chroot need root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }

root="$(mktemp -d "${TMPDIR:-/tmp}/enishi-root.XXXXXX")"
chmod 755 "$root"
server=""
clean() {
  if [ -n "$server" ]; then kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  if mountpoint -q "$root/proc"; then umount "$root/proc"; fi
  if [ -z "${KEEP:-}" ]; then rm -rf --one-file-system "$root"; else echo "left behind: $root"; fi
}
trap clean EXIT
trap 'exit 130' INT TERM

step() { printf '\n== %s\n' "$1"; }

step "a bare $suite root"
if [ -n "$cache" ] && [ -f "$cache" ]; then
  tar -xf "$cache" -C "$root"
else
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 \
    || { tail -20 "$root.log" >&2; rm -f "$root.log"; exit 1; }
  rm -f "$root.log"
  if [ -n "$cache" ]; then tar -cf "$cache" -C "$root" .; fi
fi
mount -t proc proc "$root/proc" 2>/dev/null || echo "no /proc in the root: this machine does not allow the mount"

step "install: one binary, one user, one folder"
install -D -m 755 "$binary" "$root/usr/local/bin/enishi"
chroot "$root" useradd --system --home-dir /var/lib/enishi --shell /usr/sbin/nologin enishi
chroot "$root" install -d -o enishi -g enishi -m 700 /var/lib/enishi
missing="$(chroot "$root" ldd /usr/local/bin/enishi | grep 'not found' || true)"
[ -z "$missing" ] || { echo "the root lacks libraries: $missing" >&2; exit 1; }

port="$(shuf -i 20000-50000 -n 1)"
as_enishi=(chroot --userspec=enishi:enishi "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/var/lib/enishi
  "ENISHI__SERVER__DATA_DIR=/var/lib/enishi" "ENISHI__SERVER__LISTEN=127.0.0.1:$port"
  "ENISHI__SERVER__PUBLIC_URL=http://127.0.0.1:$port")

start() {
  "${as_enishi[@]}" enishi serve >"$root/var/log/enishi.log" 2>&1 &
  server=$!
  for _ in $(seq 150); do
    if ! kill -0 "$server" 2>/dev/null; then echo "the server ended:" >&2; cat "$root/var/log/enishi.log" >&2; exit 1; fi
    # The root shares this machine's loopback interface.
    if curl -fsS -o /dev/null "http://127.0.0.1:$port/readyz" 2>/dev/null; then return; fi
    sleep 0.2
  done
  echo "not ready after 30 s:" >&2; cat "$root/var/log/enishi.log" >&2; exit 1
}
stop() {
  kill -TERM "$server"
  code=0; wait "$server" || code=$?
  server=""
  [ "$code" = 0 ] || { echo "the server did not stop cleanly: $code" >&2; cat "$root/var/log/enishi.log" >&2; exit 1; }
}

step "first start"
start
"${as_enishi[@]}" enishi healthcheck
curl -fsS "http://127.0.0.1:$port/readyz"; echo
ps -o user=,rss= -p "$server" | awk '{print "runs as", $1, "in", int($2 / 1024), "MB"}'

step "stop, and start again on the same data"
stop
start
stop
find "$root/var/lib/enishi" -type f -printf '%P %s B %M\n' | head -20

printf '\nbare-root: the installation works on a bare %s root\n' "$suite"
