#!/bin/sh
# gofmt, go vet, staticcheck and the checks of the module graph that need no
# vulnerability database.
set -eu
cd "$(dirname "$0")/.."

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	echo "lint: not formatted:" >&2
	echo "$unformatted" >&2
	exit 1
fi
go vet ./...
go vet -tags docker ./...
go vet -tags bench ./internal/bench
go mod verify >/dev/null
go tool staticcheck ./...
echo "lint: clean"
