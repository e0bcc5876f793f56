#!/usr/bin/env bash
# scripts/release.sh TAG [--publish]: the packages of a tag, for npm and PyPI, in release/TAG, with SHA256SUMS.
#
# Builds them twice, each time in a fresh checkout, and refuses bytes that differ. Installs both in empty folders, where they
# train the README's main job and must end with the same losses. --publish then uploads what release/TAG holds.
# PLATFORMS=here leaves out the other platforms, for a trial.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tag=${1:-} publish=${2:-}
say() { echo "release: $*" >&2; }
stop() {
  say "$@"
  exit 2
}

[[ $tag == v* ]] || stop "expected a tag such as v0.1.0, got '$tag'"
[[ -z $publish || $publish == --publish ]] || stop "expected --publish or nothing, got '$publish'"
version=$(git -C "$root" show "$tag:package.json" 2> /dev/null | node -p 'JSON.parse(require("fs").readFileSync(0)).version') ||
  stop "there is no tag $tag; git tag makes it"
[[ $tag == "v$version" ]] || stop "$tag names the version $version in package.json"

out=$root/release/$tag
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER: checks the tag out and packs it into FOLDER/packages.
build() {
  git clone --quiet --shared "$root" "$1"
  cd "$1"
  git checkout --quiet "$tag"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  MMOE_PLATFORMS=${PLATFORMS:-all} npm pack --silent > /dev/null # which builds
  local all=(--all)
  [[ ${PLATFORMS:-all} == all ]] || all=()
  node scripts/wheel.js "${all[@]}" --out packages
  mv ./*.tgz packages
  cd packages
  sha256sum -- * > SHA256SUMS
}

# main_job COMMAND...: trains the README's main job in this folder, and leaves its table in `table`.
main_job() {
  "$@" sweep --corr 0.5 --runs 8 --out main > table
  [[ -s table ]]
}

# check: installs the packages of $out, each in an empty folder, and trains.
check() {
  mkdir "$work/npm" "$work/pip"
  cd "$work/npm"
  npm init --yes > /dev/null
  npm install --no-audit --no-fund --loglevel=error "$out"/*.tgz
  main_job npx mmoe
  cd "$work/pip"
  python3 -m venv venv
  venv/bin/pip install --quiet --disable-pip-version-check --find-links "$out" "mmoe==$version"
  main_job venv/bin/mmoe
  diff "$work/npm/table" "$work/pip/table" >&2
}

if [[ ! -e $out/SHA256SUMS ]]; then
  say "building $tag twice, which takes minutes"
  for turn in first second; do
    build "$work/$turn" > "$work/log" 2>&1 & # bash ignores set -e in front of ||
    wait $! || { cat "$work/log" >&2 && stop "the $turn build of $tag failed"; }
  done
  diff "$work/first/packages/SHA256SUMS" "$work/second/packages/SHA256SUMS" >&2 || stop "two builds differ"
  mkdir -p "$(dirname "$out")"
  cp -r "$work/first/packages" "$out"
fi
say "installing $tag, and training the main job"
check &
wait $! || stop "the packages in $out do not train"
(cd "$out" && sha256sum --check --quiet SHA256SUMS && cat SHA256SUMS)
[[ $publish == --publish ]] || exit 0
git -C "$root" show "$tag:CHANGELOG.md" | grep -q "^## $version (20" || stop "CHANGELOG.md gives $version no date"
git -C "$root" show "$tag:CITATION.cff" | grep -q "^version: $version$" || stop "CITATION.cff names another version"
npm publish --access public "$out"/*.tgz
python3 -m twine upload "$out"/*.whl
