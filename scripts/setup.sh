#!/usr/bin/env bash
# Installs what the product needs beside Go: the Postgres server binaries.
set -euo pipefail

command -v go >/dev/null || { echo "Go 1.26 or later is needed: https://go.dev/doc/install" >&2; exit 1; }

have_postgres() {
	local dir
	for dir in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/pgsql-*/bin; do
		[ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && return 0
	done
	command -v postgres >/dev/null && command -v initdb >/dev/null
}

have_postgres && exit 0

if ! command -v apt-get >/dev/null; then
	echo "The Postgres server binaries (14 to 18) are needed: dnf install postgresql-server, or brew install postgresql@17" >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
		echo "The Postgres server binaries are needed, and this user may not install them: sudo apt-get install postgresql" >&2
		exit 1
	fi
	as_root=(sudo)
fi
echo "Installing the Postgres server binaries (Debian package postgresql) ..."
# The package would start a cluster of its own; the product runs a private one.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
	"${as_root[@]}" mkdir -p /etc/postgresql-common
	echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
have_postgres || { echo "The package postgresql was installed, but its binaries were not found." >&2; exit 1; }
