import { table } from "../../src/cli/text/table.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { readResults } from "../../src/records/read-results.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { READINGS, type Reading, type RunFinal, runFinals } from "./finals.ts";
import { publishedFinals } from "./published-finals.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** Results whose last step is the end of the paper's axis. */
const FOLDERS = ["results/paper", "results/paper-tuned", "results/paper-long", "results/calibration/two-rows"];

/** How far the final losses of the committed studies are from the paper's, cell by cell and by each reading. */
export async function studiesText(): Promise<string> {
  const rows = await Promise.all(FOLDERS.map(studyRows));
  return table([["results", "tasks", ...publishedFinals.keys(), "chance"], ...rows.flat()]);
}

async function studyRows(folder: string): Promise<string[][]> {
  const spreads = await studySpreads(folder);
  return (Object.keys(READINGS) as Reading[]).map((reading) => {
    const { cells, chance } = spreads[reading];
    const known = [...publishedFinals.keys()].map((cell) => cells.get(cell)?.toFixed(3) ?? "");
    return [folder, reading, ...known, chance.toFixed(3)];
  });
}

/** How far a study's final running means are from the paper's by each reading. Its cells include some of Shared-Bottom. */
export async function studySpreads(folder: string): Promise<Record<Reading, Spread>> {
  const finals = runFinals(await readResults(folder, console.warn));
  const cells = groupBy(finals, (final) => cellKey({ ...final, point: NO_CHOICE }));
  const { steps } = finals[0] as RunFinal;
  const spread = (reading: Reading) => spreadOf(cells, reading, steps) as Spread;
  return { sum: spread("sum"), mean: spread("mean"), one: spread("one") };
}
