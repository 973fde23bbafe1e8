#!/bin/sh
# Makes sure that a program is there: installs its Debian package where it may,
# and says what to install where it may not.
#   scripts/package.sh PROGRAM PACKAGE
set -eu
program=$1
package=$2

command -v "$program" >/dev/null 2>&1 && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "$program: is not installed; install it (Debian's package: $package), then run this again" >&2
	exit 1
fi
echo "$program: installing $package" >&2
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
