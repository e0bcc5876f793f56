import { table } from "../../src/cli/text/table.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { readResults } from "../../src/records/read-results.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { READINGS, type Reading, type RunFinal, runFinals } from "./finals.ts";
import { publishedFinals } from "./published-finals.ts";
import { type Spread, spreadOf } from "./spread.ts";
import type { Stored } from "./store.ts";

/** Results whose last step is the end of the paper's axis, with a stored sweep. */
const FOLDERS = ["results/paper", "results/paper-tuned", "results/paper-long"];
const STORED = "two-rows";

/** How far the final losses of the committed studies are from the paper's, cell by cell and by each reading. */
export async function studiesText(stored: ReadonlyMap<string, Stored>): Promise<string> {
  const studies = await Promise.all(
    FOLDERS.map(async (folder) => [folder, runFinals(await readResults(folder, console.warn))] as const),
  );
  const { finals } = stored.get(STORED) as Stored;
  const rows = [...studies, [STORED, finals] as const].flatMap(studyRows);
  return table([["results", "tasks", ...publishedFinals.keys(), "chance"], ...rows]);
}

function studyRows([name, finals]: readonly [string, readonly RunFinal[]]): string[][] {
  const spreads = studySpreads(finals);
  return (Object.keys(READINGS) as Reading[]).map((reading) => {
    const { cells, chance } = spreads[reading];
    const known = [...publishedFinals.keys()].map((cell) => cells.get(cell)?.toFixed(3) ?? "");
    return [name, reading, ...known, chance.toFixed(3)];
  });
}

/** How far a study's final running means are from the paper's by each reading. Its cells include some of Shared-Bottom. */
export function studySpreads(finals: readonly RunFinal[]): Record<Reading, Spread> {
  const cells = groupBy(finals, (final) => cellKey({ ...final, point: NO_CHOICE }));
  const { steps } = finals[0];
  const spread = (reading: Reading) => spreadOf(cells, reading, steps) as Spread;
  return { sum: spread("sum"), mean: spread("mean"), one: spread("one") };
}
