// npx tsx scripts/chosen-runs.ts results/regimes/NAME ...: of the runs of a regime's ended sweep, keeps those at the rates that were
// chosen, and removes CSV files: what a commit holds (src/regimes/standings.ts).
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JOURNALS } from "../src/records/find-results.ts";
import { headIn } from "../src/records/journal-line.ts";
import { journalPaths } from "../src/records/read-journals.ts";
import { readResults } from "../src/records/read-results.ts";
import { chosenRuns } from "../src/regimes/standings.ts";

for (const folder of process.argv.slice(2)) {
  const results = await readResults(folder, console.warn);
  const kept = new Set(chosenRuns(results).map(({ id }) => id));
  for (const path of journalPaths(join(folder, JOURNALS))) {
    const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    const some = lines.filter((line) => kept.has(headIn(Buffer.from(line))?.id ?? ""));
    writeFileSync(path, `${[header, ...some].join("\n")}\n`);
  }
  for (const file of ["runs.csv", "curves.csv", "diagnostics.csv"]) rmSync(join(folder, file), { force: true });
  console.log(`${folder}: ${kept.size} of ${results.records.length} runs`);
}
