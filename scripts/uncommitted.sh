#!/usr/bin/env bash
# scripts/uncommitted.sh NAME: trains what the documents tell of but results/ does not hold, into results/NAME, and prints
# the numbers. Without a name it lists them.
set -euo pipefail
cd "$(dirname "$0")/.."
mmoe() { node bin/mmoe.js "$@"; }

name="${1:-}"
case "$name" in
  libmtl) # docs/coming-from.md: LibMTL's architectures beside mmoe's; PYTHON has torch and LibMTL, by default that of the tests
    own=()
    for net in MMoE CGC PLE Cross_stitch DSelect_k; do own+=(--model "examples/python/libmtl_adapter.py:LibMTL:net=$net"); done
    mmoe sweep paper --corr 0.5 --runs 20 --steps 2000 --models shared-bottom,mmoe,cgc,ple,cross-stitch,dselect-k "${own[@]}" \
      --set name=libmtl --set "about=Architectures of LibMTL beside mmoe's own at correlation .5" --set report=heldout \
      --python "${PYTHON:-test-output/python/bin/python}" --out "results/$name"
    mmoe summary "results/$name" --full ;;
  methods-rates) # docs/methods.md: the rate of each method, on other runs
    mmoe sweep methods --lr 3e-4,1e-3,3e-3,1e-2 --runs 8 --seed 1 --engine tfjs --backend tensorflow --out "results/$name"
    mmoe tune "results/$name" --each method --runs 20 --seed 0 -o methods-tuned.yaml ;;
  diagnostics-cost) # docs/diagnostics.md: processor time of a run without and with diagnostics, in seconds
    for preset in paper zoo; do
      for diagnostics in "" --diagnostics; do
        out="$(mktemp -d)"
        seconds="$(TIMEFORMAT=%U; { time mmoe sweep "$preset" --corr 0.5 --runs 4 --jobs 1 --quiet $diagnostics --out "$out" >&2; } 2>&1 | tail -n 1)"
        awk -v seconds="$seconds" -v of="$preset $diagnostics" 'END { print of, seconds / (NR - 1) }' "$out/runs.csv"
        rm -r "$out"
      done
    done ;;
  *)
    grep -oE '^  [a-z-]+\) # .*' "$0" | sed 's/^  //; s/) #/:/'
    exit 2 ;;
esac
