import { writeFileSync } from "node:fs";
import { stringify } from "csv-stringify/sync";
import { eachLoss, LOSS_SETS } from "../../src/config/loss-sets.ts";
import { compareValues } from "../../src/identity/grid-point.ts";
import { type CurvePoint, trainedKey } from "./curves.ts";
import { readTrained } from "./trained-rows.ts";

const FILE = "results/calibration/curves.csv";
const DIGITS = 5;

export function readCurves(): CurvePoint[] {
  return readTrained(FILE, (row) => ({
    runs: Number(row.runs),
    step: Number(row.step),
    losses: eachLoss((set) => ({ mean: Number(row[set]), error: Number(row[`${set}Error`]) })),
  }));
}

/** Rows by setting, cell and step, so that a new setting is a block of its own. */
export function writeCurves(points: readonly CurvePoint[]): void {
  const sorted = [...points].sort((a, b) => compareValues(trainedKey(a), trainedKey(b)) || a.step - b.step);
  writeFileSync(FILE, stringify(sorted.map(rowOf), { header: true }));
}

function rowOf({ losses, ...rest }: CurvePoint): Record<string, string | number> {
  const numbers = LOSS_SETS.flatMap((set) => [
    [set, losses[set].mean.toPrecision(DIGITS)],
    [`${set}Error`, losses[set].error.toPrecision(DIGITS)],
  ]);
  return { ...rest, ...Object.fromEntries(numbers) };
}
