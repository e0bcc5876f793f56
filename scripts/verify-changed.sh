#!/usr/bin/env bash
# scripts/verify-changed.sh BASE [RUNS]: trains runs of each folder of results/ that differs from the commit BASE again, by default 20.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:?expected a commit to compare with, such as origin/main}
code=0
changed=$(git diff --name-only "$base"...HEAD -- 'results/**/journal/*')
while read -r folder; do
  [[ -d $folder/journal ]] || continue # gone, or without runs
  echo "$folder"
  node bin/mmoe.js verify "$folder" --runs "${2:-20}" || code=$?
done < <(echo "$changed" | xargs -r -n 1 dirname | xargs -r -n 1 dirname | sort -u)
exit $code
