import { table } from "../../src/cli/text/table.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { type Results, readResults } from "../../src/records/read-results.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { READINGS, type Reading, runFinals } from "./finals.ts";
import { publishedFinals } from "./published-finals.ts";
import { type Spread, spreadOf } from "./spread.ts";
import { readSweeps } from "./store.ts";

/** Results whose last step is the end of the paper's axis, with a stored sweep. */
const FOLDERS = ["results/paper", "results/paper-tuned", "results/paper-long"];
const STORED = "two-rows";

/** How far the final losses of the committed studies are from the paper's, cell by cell and by each reading. */
export async function studiesText(): Promise<string> {
  const folders = await Promise.all(FOLDERS.map((folder) => readResults(folder, console.warn)));
  const stored = (await readSweeps()).get(STORED) as Results;
  const rows = [...folders, stored].flatMap(studyRows);
  return table([["results", "tasks", ...publishedFinals.keys(), "chance"], ...rows]);
}

function studyRows(study: Results): string[][] {
  const spreads = studySpreads(study);
  return (Object.keys(READINGS) as Reading[]).map((reading) => {
    const { cells, chance } = spreads[reading];
    const known = [...publishedFinals.keys()].map((cell) => cells.get(cell)?.toFixed(3) ?? "");
    return [study.path, reading, ...known, chance.toFixed(3)];
  });
}

/** How far a study's final running means are from the paper's by each reading. Its cells include some of Shared-Bottom. */
export function studySpreads(study: Results): Record<Reading, Spread> {
  const finals = runFinals(study);
  const cells = groupBy(finals, (final) => cellKey({ ...final, point: NO_CHOICE }));
  const { steps } = finals[0];
  const spread = (reading: Reading) => spreadOf(cells, reading, steps) as Spread;
  return { sum: spread("sum"), mean: spread("mean"), one: spread("one") };
}
