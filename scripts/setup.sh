#!/usr/bin/env bash
# Installs what the product needs beside Go: the Postgres server binaries
# (postgres), for the explorer Node.js (node), for the tests of pages and
# documents Chromium (chromium) and jq (jq).
set -euo pipefail

command -v go >/dev/null || { echo "Go 1.26 or later is needed: https://go.dev/doc/install" >&2; exit 1; }

have_postgres() {
	local dir
	for dir in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/pgsql-*/bin; do
		[ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && return 0
	done
	command -v postgres >/dev/null && command -v initdb >/dev/null
}

have_node() {
	command -v npm >/dev/null && [ "$(node --version 2>/dev/null | sed 's/^v//; s/[.].*//')" -ge 18 ]
}

have_chromium() {
	local name
	for name in chromium chromium-browser google-chrome; do
		command -v "$name" >/dev/null && return 0
	done
	return 1
}

# install WHAT ELSEWHERE PACKAGE...: by apt-get, as root; ELSEWHERE says what to
# do where there is none.
install() {
	local what=$1 elsewhere=$2
	shift 2
	if ! command -v apt-get >/dev/null; then
		echo "$what needed: $elsewhere" >&2
		return 1
	fi
	local as_root=()
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
			echo "$what needed, and this user may not install: sudo apt-get install $*" >&2
			return 1
		fi
		as_root=(sudo)
	fi
	echo "Installing $* ..."
	if [ "$1" = postgresql ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
		# The package would start a cluster of its own; the product runs a private one.
		"${as_root[@]}" mkdir -p /etc/postgresql-common
		echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
	fi
	"${as_root[@]}" apt-get update -qq
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

for part in "${@:-postgres}"; do
	case $part in
	postgres)
		have_postgres || install "The Postgres server binaries (14 to 18) are" "dnf install postgresql-server, or brew install postgresql@17" postgresql
		have_postgres || { echo "The package postgresql was installed, but its binaries were not found." >&2; exit 1; }
		;;
	node)
		# The product works without: its page then says what is missing.
		have_node || install "Node.js 18 or later with npm is" "https://nodejs.org" nodejs npm || echo "The explorer is left out." >&2
		;;
	chromium)
		have_chromium || install "Chromium is" "https://www.chromium.org" chromium
		;;
	gdal)
		command -v ogr2ogr >/dev/null || install "GDAL is" "https://gdal.org" gdal-bin
		;;
	jq)
		command -v jq >/dev/null || install "jq is" "https://jqlang.org" jq
		;;
	*)
		echo "usage: setup.sh [postgres] [node] [chromium] [gdal] [jq]" >&2
		exit 2
		;;
	esac
done
