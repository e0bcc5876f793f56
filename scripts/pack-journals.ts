// npx tsx scripts/pack-journals.ts results/NAME ...: packs the journals of ended sweeps, for a commit
// (src/records/packed-journal.ts).
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { JOURNALS } from "../src/records/find-results.ts";
import { packed } from "../src/records/packed-journal.ts";
import { journalPaths } from "../src/records/read-journals.ts";

for (const folder of process.argv.slice(2)) {
  for (const path of journalPaths(join(folder, JOURNALS))) {
    if (path.endsWith(".packed")) continue;
    const bytes = readFileSync(path);
    writeFileSync(path.replace(/(\.gz)?$/, ".packed"), packed(path.endsWith(".gz") ? gunzipSync(bytes) : bytes));
    rmSync(path);
  }
}
