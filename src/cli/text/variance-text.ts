import { type Estimate, estimateText } from "../../stats/estimate.ts";
import type { CellVariance, VarianceOptions } from "../../summary/variance.ts";
import { COMPONENTS } from "../../summary/variance.ts";
import type { Block } from "./blocks.ts";
import { cellTables } from "./cell-tables.ts";
import { fewNote } from "./few-runs.ts";

/** A table for each correlation and grid point with a row for each model, and what its columns mean. */
export function componentsOf(cells: readonly CellVariance[], options: VarianceOptions): Block[] {
  const heads = ["runs", "mean", "sd", ...COMPONENTS.map(([, name]) => `${name} [95 %]`)];
  const tables = cellTables(cells, (title, group) => [[title, ...heads], ...group.map(rowOf)]);
  return [...tables, { before: notes(cells, options) }];
}

function rowOf({ model, data, initial, mean, variance, share }: CellVariance): string[] {
  const sum = COMPONENTS.reduce((total, [name]) => total + variance[name].value, 0);
  const shares = COMPONENTS.map(([name]) => estimateText(inPercent(share[name]), 0, Math.min(data, initial)));
  return [model, `${data}x${initial}`, mean.toFixed(4), Number.isNaN(sum) ? "-" : Math.sqrt(sum).toFixed(4), ...shares];
}

function inPercent({ value, low, high }: Estimate): Estimate {
  return { value: 100 * value, low: 100 * low, high: 100 * high };
}

const OF: Readonly<Record<VarianceOptions["of"], (bad: number) => string>> = {
  loss: () => "final losses",
  log: () => "natural logarithms of final losses",
  bad: (bad) => `bad minima (1 for a final loss above ${Number(bad.toPrecision(3))}, else 0)`,
};

function notes(cells: readonly CellVariance[], { of, bad }: VarianceOptions): string {
  return [
    `percent of the variance of ${OF[of](bad)} that comes from data (rows and their order), from initial values, and from the rest: how the two meet, since training has no other chance.`,
    "runs: data x initial values of which all runs are done; sd: the root of the whole variance.",
    ...fewNote(
      cells.flatMap(({ data, initial }) => [data, initial]),
      "data or initial values",
    ),
  ].join("\n");
}
