#!/usr/bin/env bash
# What test/kernels runs other machines' programs by, where it is missing: Debian's qemu-user with the libraries of an arm64
# system, and its musl; needs root, or sudo without a password.
set -euo pipefail

[ -e /usr/aarch64-linux-gnu/lib/libstdc++.so.6 ] && [ -e /lib/ld-musl-x86_64.so.1 ] && command -v qemu-aarch64 > /dev/null && exit 0
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo --non-interactive)
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  qemu-user libc6-arm64-cross libstdc++6-arm64-cross musl > /dev/null
