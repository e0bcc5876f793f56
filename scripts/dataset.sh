#!/usr/bin/env bash
# scripts/dataset.sh FOLDER: the committed runs as Parquet, one file for each sweep, with the card that dataset hubs read.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?expected a new folder}
mkdir -p "$(dirname "$out")" && mkdir "$out" "$out/runs"
configs=""
while read -r folder; do
  name=$(tr / - <<< "${folder#results/}")
  node bin/mmoe.js export "$folder" -o "$out/runs/$name.parquet"
  configs+="  - config_name: $name"$'\n'"    data_files: runs/$name.parquet"$'\n'
done < <(find results -name journal -type d -printf '%h\n' | sort)
printf -- '---\nlicense: mit\ntags: [multi-task-learning, benchmark]\nconfigs:\n%s---\n\n' "$configs" > "$out/README.md"
sed 's/ *<!--.*-->//; s/\](\([^):]*\))/]/g; s/\[\([^]]*\)\]/\1/g' results/README.md >> "$out/README.md"
