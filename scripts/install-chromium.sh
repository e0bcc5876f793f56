#!/usr/bin/env bash
# Debian's chromium for the browser tests, where there is none yet; needs root, or sudo without a password.
set -euo pipefail

command -v chromium > /dev/null && exit 0
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo --non-interactive)
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null
