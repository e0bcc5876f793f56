#!/usr/bin/env bash
# scripts/uncommitted.sh NAME: trains what the documents tell of but results/ does not hold, into results/NAME, and prints
# the numbers. They take core-hours, or are an aside. Without a name it lists them.
set -euo pipefail
cd "$(dirname "$0")/.."
mmoe() { node bin/mmoe.js "$@"; }
search() { mmoe sweep configs/calibration/search.yaml --corr 0.5,0.9,1 --runs 40 "$@" --out "results/$name"; }
# The distance from the paper's Figure 4: the search with this setting too, whose files are then put back.
distance() {
  git diff --quiet -- results/calibration || { echo "results/calibration has changes; commit them first" >&2; exit 2; }
  npm run --silent calibration -- "results/$name" | head -30
  git checkout --quiet -- results/calibration
}

name="${1:-}"
case "$name" in
  nearest-mean) # docs/reproduction.md: the nearest setting that shows the mean of both losses, with 40 runs in nine cells
    search --batch 32 --steps 60000 --set initializer=he-uniform && distance ;;
  nearest-sum) # docs/reproduction.md: the nearest that shows their sum, and its losses at the end of the axis
    search --batch 2 --lr 0.001 --steps 2000000 && distance ;;
  next-sum) # docs/reproduction.md: the next one that shows the sum
    search --batch 16 --lr 0.003 --steps 280000 --set initializer=he-uniform && distance ;;
  long-lower-rate) # docs/reproduction.md: ten million steps of one row at a tenth of the rate
    mmoe sweep configs/calibration/search.yaml --corr 0.5 --runs 2 --batch 1 --lr 0.0001 --steps 10000000 --out "results/$name"
    mmoe summary "results/$name" --loss running ;;
  crossed) # docs/findings.md: data and initial values
    mmoe sweep --corr 0.5 --cross 12x12 --out "results/$name"
    mmoe variance "results/$name" --loss heldout
    mmoe variance "results/$name" --loss heldout --of bad ;;
  methods-rates) # docs/methods.md: the rate of each method, on other runs
    mmoe sweep methods --lr 3e-4,1e-3,3e-3,1e-2 --runs 8 --seed 1 --engine tfjs --backend tensorflow --out "results/$name"
    mmoe tune "results/$name" --each method --runs 20 --seed 0 -o methods-tuned.yaml ;;
  *)
    grep -oP '^  \K[a-z-]+\) # .*' "$0" | sed 's/) #/:/'
    exit 2 ;;
esac
