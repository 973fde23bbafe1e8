#!/bin/sh
# Fails when the binary is too large or when something in it calls methods by
# reflection, which makes the linker keep every method of every AWS client.
set -eu
binary=$1
limit=$2

size=$(wc -c <"$binary")
if [ "$size" -gt "$limit" ]; then
	echo "check-binary: $binary has $size bytes, more than $limit" >&2
	exit 1
fi
deps=$(mktemp)
trap 'rm -f "$deps"' EXIT
go build -ldflags='-s -w -dumpdep' -o /dev/null . 2>"$deps"
if grep -q '<ReflectMethod>' "$deps"; then
	echo "check-binary: methods are called by reflection; dead code stays in the binary:" >&2
	grep '<ReflectMethod>' "$deps" | head -n 10 >&2
	exit 1
fi
echo "check-binary: $size bytes, at most $limit; no method is called by reflection"
