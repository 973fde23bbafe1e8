#!/bin/sh
# Makes sure that a Docker Engine answers: installs Debian's docker.io and
# starts dockerd where it may, and says what to do where it may not.
set -eu

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

say() { echo "docker: $*" >&2; }

answers && exit 0

if [ "$(uname -s)" != Linux ]; then
	say "no Docker Engine answers. Install and start one (Docker Desktop, Colima, …), then run this again."
	exit 1
fi
if [ "$(id -u)" != 0 ]; then
	say "no Docker Engine answers. As an administrator: install the package docker.io, start it"
	say "(systemctl enable --now docker) and add yourself to the group docker; then run this again."
	exit 1
fi
if ! command -v dockerd >/dev/null 2>&1; then
	if ! command -v apt-get >/dev/null 2>&1; then
		say "no Docker Engine is installed and this is not Debian or Ubuntu: install one, then run this again."
		exit 1
	fi
	say "installing docker.io"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker.io >/dev/null
fi
if command -v systemctl >/dev/null 2>&1 && systemctl is-system-running >/dev/null 2>&1; then
	systemctl start docker || true
fi
if ! answers; then
	say "starting dockerd (log: /var/log/photon-dockerd.log)"
	setsid dockerd >/var/log/photon-dockerd.log 2>&1 </dev/null &
fi
tries=0
until answers; do
	tries=$((tries + 1))
	if [ "$tries" -gt 60 ]; then
		say "dockerd does not answer after 60 seconds; the end of its log:"
		tail -n 20 /var/log/photon-dockerd.log >&2 || true
		exit 1
	fi
	sleep 1
done
