import { eachLoss } from "../../src/config/losses.ts";
import { compareValues } from "../../src/identity/cell.ts";
import { readResults } from "../../src/records/read-results.ts";
import { type CurvePoint, curvePoints, trainedKey } from "./curves.ts";
import { type RunFinal, runFinals } from "./finals.ts";
import { longestCurves, longestRuns } from "./longest.ts";
import { numberIn, readParquet, type Sweep } from "./store.ts";

/** Sweeps of the store that answer other questions: they are in no ranking. */
const APART: readonly string[] = ["rates", "two-rows"];

/** What was trained of the settings of the search. */
export interface Trained {
  /** The mean curve of every cell, by setting, cell and step. */
  readonly curves: readonly CurvePoint[];
  /** How each run ended, by setting, cell and run. */
  readonly finals: readonly RunFinal[];
}

/** The settings of `all` stored sweeps and of results/paper-long, with mean curves from before there was a plan. */
export async function readTrained(all: ReadonlyMap<string, Sweep>): Promise<Trained> {
  const stored = [...all.values()].filter(({ path }) => !APART.includes(path));
  const started = stored.sort((a, b) => startOf(a) - startOf(b));
  const sweeps = [...started, await readResults("results/paper-long", console.warn)];
  const curves = longestCurves([await earlierCurves(), ...sweeps.map(curvePoints)]);
  const finals = longestRuns(sweeps.flatMap(runFinals));
  return {
    curves: [...curves].sort((a, b) => compareValues(trainedKey(a), trainedKey(b)) || a.step - b.step),
    finals: [...finals].sort((a, b) => compareValues(trainedKey(a), trainedKey(b)) || a.run - b.run),
  };
}

const startOf = ({ provenances }: { readonly provenances: readonly { readonly start: string }[] }): number =>
  Math.min(...provenances.map(({ start }) => Date.parse(start)));

/** Mean curves of settings whose journals were not kept. */
async function earlierCurves(): Promise<CurvePoint[]> {
  const rows = (await readParquet("earlier-curves")) as (Omit<CurvePoint, "losses"> & Record<string, number>)[];
  return rows.map((row) => {
    const { constants, loss, initializer, rows, batch, lr, model, correlation, runs, step } = row;
    const cell = { constants, loss, initializer, rows, batch, lr, model, correlation };
    const losses = eachLoss((set) => ({ mean: numberIn(row, set), error: numberIn(row, `${set}Error`) }));
    return { ...cell, runs, step, losses };
  });
}
