// What numbers about methods against conflict are computed from, as in committed.ts.
import type { Cell } from "../../src/identity/cell.ts";
import { zooLabel } from "../../src/models/zoo.ts";
import { cellLosses } from "../../src/records/cell-losses.ts";
import { betweenPoints, type CellComparison } from "../../src/summary/comparisons.ts";
import { cached, resultsIn, word } from "./committed.ts";

/** Each method against `sum` in each cell of results/methods, on held-out rows, in pairs of runs. */
const fromSumTests = cached(
  async (): Promise<readonly CellComparison[]> =>
    betweenPoints(cellLosses(await resultsIn("results/methods"), "heldout")),
);

/** How many of these differences there are, how many are significant, and which: `` `mgda` with MMoE at .5 ``. */
export async function methodTests(): Promise<(number | string)[]> {
  const all = await fromSumTests();
  const found = all.filter(({ adjusted }) => adjusted < 0.05);
  return [all.length, word(found.length), ...found.map(({ first }) => nameOf(first))];
}

function nameOf({ point, model, correlation }: Cell): string {
  return `\`${point.method}\` with ${zooLabel(model)} at ${String(correlation).replace(/^0/, "")}`;
}

/** One of them: the mean with its interval, and the p-value after Holm's correction over all. */
export async function fromSum(method: string, model: string, correlation: number): Promise<number[]> {
  const all = await fromSumTests();
  const found = all.find(
    ({ first }) => first.point.method === method && first.model === model && first.correlation === correlation,
  );
  if (found === undefined) throw new RangeError(`fromSum: ${method} with ${model} at ${correlation} is no cell`);
  return [found.mean.value, found.mean.low, found.mean.high, found.adjusted];
}
