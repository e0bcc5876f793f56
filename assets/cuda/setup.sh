#!/usr/bin/env bash
# `bash setup.sh HOME cuda|cpu [--dry-run]`, for `mmoe cuda setup`: installs TensorFlow and its binding for Node into HOME.
#
# All goes into a folder beside HOME, which takes its place when it is whole. A set-up that is killed leaves HOME as it was; of two at the
# same time each makes a home, and the later one stays.
set -euo pipefail
umask g-w,o-w # nobody else may change the files that it makes
assets=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(readlink -m "$1") kind=$2 dry=${3:-}
if [ "$kind" = cuda ]; then
  wheels=(tensorflow.txt nvidia.txt) download="2.4 GB" disk_gb=10
else
  wheels=(tensorflow-cpu.txt) download="0.2 GB" disk_gb=2
fi
compiler=${CXX:-g++}

# What is there, and what is missing

missing=()
found() { printf '%-10s%s\n' "$1" "$2"; }
lacks() { missing+=("$1") && printf '%-10s%s\n' "$1" "$2" >&2; }

if ! command -v "$compiler" > /dev/null; then
  lacks compiler "no $compiler: apt install g++, dnf install gcc-c++, module load gcc; or CXX"
else found compiler "$compiler $("$compiler" -dumpfullversion -dumpversion)"; fi
# -I: no imports from the working folder
if command -v uv > /dev/null; then
  found installer "$(uv --version)"
elif python3 -I -c 'import sys, venv, ensurepip; assert sys.version_info >= (3, 8)' 2> /dev/null; then
  found installer "pip of $(python3 -I --version)"
else lacks installer "no uv, and no python3 (3.8 or later) with venv and pip: apt install python3-venv"; fi
if ! command -v npm > /dev/null; then
  lacks npm "no npm: it comes with Node; apt install npm"
else found npm "$(npm --version)"; fi

if [ -d "$home" ] && [ ! -e "$home/made-from" ] && [ ! -e "$home/setup.json" ] && [ -n "$(ls -A "$home")" ]; then
  lacks folder "$home holds '$(ls -A "$home" | head -1)', which is not from a set-up; give another --prefix"
fi
parent=$(dirname "$home")
while [ ! -e "$parent" ]; do parent=$(dirname "$parent"); done
if [ ! -d "$parent" ] || [ ! -w "$parent" ]; then
  lacks folder "$parent is not a folder that can be written to; give another --prefix"
fi
free_gb=$(($(df --output=avail -B1 "$parent" | tail -1) / 1000000000))
if [ "$free_gb" -lt "$disk_gb" ]; then
  lacks disk "$free_gb GB free, $disk_gb GB needed; make room, or give another --prefix"
else found disk "$free_gb GB free"; fi
if [ "$kind" = cuda ]; then
  driver=$(nvidia-smi --query-gpu=driver_version,name --format=csv,noheader 2> /dev/null | head -1) || driver=""
  found driver "${driver:-no card (nvidia-smi shows none): set-up works without, for other machines}"
fi
for left in "$home".new.*; do
  [ ! -e "$left" ] || found left "$left is of another set-up; if that was killed: rm -r '$left'"
done

found download "about $download of wheels from PyPI, 75 MB from npm; up to $disk_gb GB on disk, caches included"
if [ "$dry" = --dry-run ]; then
  (cd "$assets" && grep -oh '^[a-z0-9.-]*==[0-9.]*' "${wheels[@]}")
  node -p "Object.entries(require('$assets/npm-lock.json').packages).slice(1)
    .map(([path, { version }]) => path.split('node_modules/').at(-1) + '@' + version).join('\n')" | sort -u
fi
if [ ${#missing[@]} -gt 0 ]; then exit 3; fi
if [ "$dry" = --dry-run ]; then exit; fi

# The home, in a folder beside it

new=$home.new.$(hostname).$$
trap 'rm -rf "$new"*' EXIT
mkdir -p "$new/libraries" "$new/made-from" "$new/tmp"
cp "$assets"/{tensorflow,tensorflow-cpu,nvidia}.txt "$assets"/{npm,npm-lock}.json "$assets"/{quiet.cc,copies.h} "$new/made-from"
cd "$new"

# As in a site-packages folder, where TensorFlow finds NVIDIA's libraries beside itself. Only its libraries are used, which are the same
# for every Python: the hashes are those of the wheels for 3.12.
echo "1/3 TensorFlow"
lists=(--no-deps --only-binary=:all: --python-version 3.12 --require-hashes --target libraries)
for list in "${wheels[@]}"; do lists+=(-r "made-from/$list"); done
export TMPDIR=$new/tmp # the system's is often small, or in memory
if command -v uv > /dev/null; then
  uv pip install --link-mode copy "${lists[@]}"
else
  python3 -I -m venv python
  python/bin/python -I -m pip install --disable-pip-version-check --progress-bar off --no-compile "${lists[@]}"
  rm -r python
fi

# The package's own install script would fetch a TensorFlow of CUDA 11: it is not run.
echo "2/3 the binding's sources"
cp made-from/npm.json package.json
cp made-from/npm-lock.json package-lock.json
npm ci --ignore-scripts --no-audit --no-fund --loglevel error

# quiet.cc loads TensorFlow with its output silenced, which Node can't do. At each start its CUDA parts complain that they are registered
# twice, before any setting of its log is read; at the first graph it warns of a pass that is off. If TensorFlow does not load, the binding
# says why. If it does not start, quiet.cc throws before the binding continues without context and crashes.
#
# copies.h comes before the binding's sources and makes tensors copies of JavaScript's arrays. As shipped, they share an array's memory if
# it is aligned, and the last thread to drop a tensor tells V8: if that is one of TensorFlow's threads, it corrupts V8's heap.
#
# So few files need neither make nor node-gyp, which needs Python's distutils. An addon finds TensorFlow relative to itself.
echo "3/3 the binding"
compile() { # addon, TensorFlow's folder seen from there, sources
  mkdir -p "$(dirname "$1")"
  "$compiler" -shared -fPIC -O2 -std=c++17 -DNAPI_VERSION=8 -Inode_modules/node-api-headers/include -Ilibraries/tensorflow/include \
    -o "$1" "${@:3}" -Wl,--as-needed libraries/tensorflow/libtensorflow_{cc,framework}.so.2 -Wl,-rpath,"\$ORIGIN/$2"
}
package=node_modules/@tensorflow/tfjs-node-gpu
compile quiet.node libraries/tensorflow made-from/quiet.cc
compile $package/lib/napi-v8/tfjs_binding.node ../../../../../libraries/tensorflow \
  -include made-from/copies.h $package/binding/tfjs_{backend,binding}.cc
rm -r "$TMPDIR"

# Another set-up may put its own there at the same moment: then this one replaces it.
for try in 1 2 3 4 5; do
  [ ! -e "$home" ] || mv -T "$home" "$new.old$try" 2> /dev/null || true
  if mv -T "$new" "$home" 2> /dev/null; then exit; fi
done
echo "error: $home can't be replaced" >&2
exit 1
