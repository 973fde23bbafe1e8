#!/bin/sh
# Measures Photon and prints one table: what, measured, goal, met or not. A
# missed goal is printed loudly and is not an error; a measurement that does
# not work is one.
set -eu
cd "$(dirname "$0")/.."

if ! command -v nginx >/dev/null 2>&1 || ! command -v wrk >/dev/null 2>&1; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		echo "bench: installing nginx-light and wrk" >&2
		apt-get update -qq
		# Only the programs are wanted, not a server that runs.
		DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq nginx-light wrk >/dev/null
	else
		echo "bench: nginx or wrk is missing: the load balancer will not be compared" >&2
	fi
fi

table=$(mktemp)
output=$(mktemp)
trap 'rm -f "$table" "$output"' EXIT
echo "bench: measuring; this takes some minutes" >&2
if ! BENCH_TABLE=$table go test -tags bench -count=1 -v -timeout 20m -run TestSpeed ./internal/bench >"$output" 2>&1; then
	cat "$output" >&2
	cat "$table"
	echo "bench: a measurement did not work" >&2
	exit 1
fi
cat "$table"
