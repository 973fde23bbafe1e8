#!/bin/sh
# The main job: one file becomes a running service on the embedded engine.
set -eu
cd "$(dirname "$0")/.."

photon=bin/photon
version=${VERSION:-1}

echo "== build the example's image"
CGO_ENABLED=0 go build -ldflags '-s -w' -o examples/hello/hello ./examples/hello
DOCKER_BUILDKIT=0 docker build --quiet --tag "hello:$version" examples/hello

echo "== push it to the engine's private registry"
$photon engine start
$photon engine push "hello:$version"

echo "== photon --file examples/hello/deployment.json --local"
$photon --file examples/hello/deployment.json --local

address=$($photon status --file examples/hello/deployment.json --local --output json |
	sed -n 's/.*"address": *"\([^"]*\)".*/\1/p' | head -n 1)
echo "== curl $address"
curl --silent --show-error --fail --retry 5 --retry-connrefused "$address"
echo
echo "Take it down:     $photon --file examples/hello/deployment.json --local --terminate"
echo "Stop the engine:  $photon engine stop"
