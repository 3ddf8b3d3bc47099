#!/usr/bin/env bash
# Starts the server on its private Postgres with the example articles and shows
# what can be asked of it. Ctrl-C stops everything; the data stays.
set -euo pipefail
cd "$(dirname "$0")/.."

ready=$(mktemp)
bin/demarche --log-level warn serve --load examples/articles.ndjson "$@" >"$ready" &
server=$!
stop() { kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$ready"; }
trap stop EXIT
trap 'exit 0' INT TERM

until grep -q '^listening on ' "$ready"; do
	kill -0 "$server" 2>/dev/null || { wait "$server" || exit $?; exit 1; }
	sleep 0.1
done
url=$(sed -n 's/^listening on //p' "$ready")
go run ./examples/tour "$url"
wait "$server"
