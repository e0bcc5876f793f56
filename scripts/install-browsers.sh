#!/usr/bin/env bash
# Debian's Chromium, without its windows, and Firefox for the browser tests, where they are not there yet; needs root, or sudo
# without a password.
set -euo pipefail

missing=()
command -v chromium-headless-shell > /dev/null || missing+=(chromium-headless-shell)
command -v firefox-esr > /dev/null || missing+=(firefox-esr)
[ "${#missing[@]}" -gt 0 ] || exit 0
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo --non-interactive)
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
