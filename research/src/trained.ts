import { basename } from "node:path";
import { compareValues } from "../../src/identity/cell.ts";
import { type Results, readResults } from "../../src/records/read-results.ts";
import { curvePoints, trainedKey } from "./curves.ts";
import { runFinals } from "./finals.ts";
import { longestCurves, longestRuns } from "./longest.ts";
import { readStored, type Stored } from "./store.ts";

/** Sweeps that answer other questions: they are in no ranking. */
const APART: readonly string[] = ["two-rows"];

/** What is stored, with what results folders add to it: of each cell the longest curve, and of each run the longest. */
export async function storedWith(folders: readonly string[]): Promise<Map<string, Stored>> {
  const stored = await readStored();
  for (const folder of folders) {
    const name = APART.find((one) => one === basename(folder)) ?? "";
    const known = stored.get(name) ?? { curves: [], finals: [] };
    stored.set(name, merged(known, trainedIn(await readResults(folder, console.warn))));
  }
  return stored;
}

/** The settings of the search that are stored, with that of results/paper-long. */
export async function settingsOf(stored: ReadonlyMap<string, Stored>): Promise<Stored> {
  const search = stored.get("") as Stored;
  return merged(search, trainedIn(await readResults("results/paper-long", console.warn)));
}

function trainedIn(results: Results): Stored {
  return { curves: curvePoints(results), finals: runFinals(results) };
}

function merged(a: Stored, b: Stored): Stored {
  const curves = longestCurves([a.curves, b.curves]);
  const finals = longestRuns([...a.finals, ...b.finals]);
  return {
    curves: curves.sort((a, b) => compareValues(trainedKey(a), trainedKey(b)) || a.step - b.step),
    finals: finals.sort((a, b) => compareValues(trainedKey(a), trainedKey(b)) || a.run - b.run),
  };
}
