import { writeFileSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { compareValues } from "../../src/identity/grid-point.ts";
import { trainedKey } from "./curves.ts";
import type { RunFinal } from "./finals.ts";
import { readTrained } from "./trained-rows.ts";

const FILE = "results/calibration/finals.csv";
const DIGITS = 4;
const TASKS = [1, 2];

export function readFinals(): RunFinal[] {
  return readTrained(FILE, (row) => ({
    run: Number(row.run),
    steps: Number(row.steps),
    running: TASKS.map((k) => Number(row[`running${k}`])),
    late: TASKS.map((k) => Number(row[`late${k}`])),
  }));
}

/** One row per run, by setting, cell and run. */
export function writeFinals(finals: readonly RunFinal[]): void {
  const sorted = [...finals].sort((a, b) => compareValues(trainedKey(a), trainedKey(b)) || a.run - b.run);
  writeFileSync(FILE, stringify(sorted.map(rowOf), { header: true }));
}

function rowOf({ running, late, ...rest }: RunFinal): Record<string, string | number> {
  const numbers = Object.entries({ running, late }).flatMap(([name, losses]) =>
    losses.map((loss, k) => [`${name}${k + 1}`, loss.toPrecision(DIGITS)]),
  );
  return { ...rest, ...Object.fromEntries(numbers) };
}
