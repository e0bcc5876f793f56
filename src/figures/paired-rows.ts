// Rows of the figures that compare models run by run.

import { cellKey, NO_CHOICE } from "../identity/cell.ts";
import { memo } from "../memo.ts";
import { type CellLosses, cellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import { PAPER_TASKS } from "../records/paper-tasks.ts";
import type { Results } from "../records/read-results.ts";
import { drawnEstimate } from "../stats/interval.ts";
import { differences } from "../stats/pairs.ts";
import { cellGains, SHARE_NOTHING, sharesNothing } from "../summary/seesaw.ts";
import { quantiles } from "./curve-points.ts";
import type { DifferenceRow } from "./draw/differences.ts";
import { correlationsOf, modelsOf } from "./draw/facts.ts";
import type { FigureOptions, Unavailable } from "./draw/figure.ts";
import type { SeesawRow } from "./draw/seesaw.ts";
import { MOST_DRAWN } from "./draw/words.ts";
import { sweepCells } from "./sweep-cells.ts";

/** Of every pair of models at every correlation. */
export function differenceRows(results: Results, options: FigureOptions): DifferenceRow[] {
  const cells = sweepCells(results);
  const losses = new Map(cellLosses(results, options.loss).map((cell) => [cellKey(cell), cell]));
  const of = (model: string, correlation: number | null) =>
    losses.get(cellKey({ model, correlation, point: NO_CHOICE }));
  return pairsOf(modelsOf(cells)).flatMap(([first, second]) =>
    correlationsOf(cells).flatMap((p) => {
      return differenceAt(of(first, p) as CellLosses, of(second, p) as CellLosses, options) ?? [];
    }),
  );
}

function pairsOf(models: readonly string[]): [string, string][] {
  return models.flatMap((first, i) => models.slice(i + 1).map((second): [string, string] => [first, second]));
}

/** Final loss of the first cell minus that of the second, over the runs that are done in both. */
const offBy = memo((first: CellLosses) =>
  memo((second: CellLosses): Float64Array => {
    const runs = commonRuns([first, second]);
    return differences(lossesOf(first, runs), lossesOf(second, runs));
  }),
);

function differenceAt(
  first: CellLosses,
  second: CellLosses,
  { loss, statistic }: FigureOptions,
): DifferenceRow | undefined {
  const off = offBy(first)(second);
  if (off.length === 0) return undefined;
  const { low, high, value } = drawnEstimate(off, statistic);
  const { q05, q95 } = quantiles(off.toSorted());
  const pair = { first: first.model, second: second.model, correlation: first.correlation, pairs: off.length };
  return { ...pair, loss, statistic, value, low, high, q05, q95 };
}

/** Each run's gains, of the first runs of each cell, over a model that shares nothing. */
export function seesawRows(results: Results, { loss }: FigureOptions): SeesawRow[] | Unavailable {
  const name = "seesaw";
  const against = sharesNothing(results);
  if (against === undefined) return { name, lacking: `runs of ${SHARE_NOTHING.join(" or ")} are needed`, never: true };
  if (results.config.tasks < PAPER_TASKS) return { name, lacking: "runs of two tasks are needed", never: true };
  const found = new Map(cellGains(results, loss, against).map((gains) => [cellKey(gains), gains]));
  const rows = sweepCells(results).flatMap(({ model, correlation }) => {
    const gains = found.get(cellKey({ model, correlation, point: NO_CHOICE }));
    return (gains?.runs ?? []).slice(0, MOST_DRAWN).map((run, i) => {
      const columns = Object.fromEntries(gains?.tasks.map((task, k) => [`gain${k + 1}`, task[i]]) ?? []);
      return { model, correlation, run, loss, against, ...columns } as SeesawRow;
    });
  });
  return rows.length > 0 ? rows : { name, lacking: `no run is done both of ${against} and of another model` };
}
