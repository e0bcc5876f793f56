// Rows of the figures of final losses, of cells and of pairs of models.

import { cellKey, NO_CHOICE } from "../identity/cell.ts";
import { memo } from "../memo.ts";
import { type CellLosses, cellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type TaskLosses } from "../records/record.ts";
import { PAPER_TASKS } from "../records/words.ts";
import { centreOf, drawnEstimate, multiplied } from "../stats/interval.ts";
import { differences, pairsOf } from "../stats/pairs.ts";
import { modelSize } from "../summary/cost.ts";
import { cellGains, SHARE_NOTHING, sharesNothing } from "../summary/seesaw.ts";
import { quantiles } from "./curve-rows.ts";
import type { SettingRow } from "./draw/against-setting.ts";
import { paperCurve } from "./draw/cell-curves.ts";
import type { CostRow } from "./draw/cost.ts";
import type { DifferenceRow } from "./draw/differences.ts";
import type { DistributionRow } from "./draw/distributions.ts";
import { correlationsOf, doneCells, modelsOf } from "./draw/facts.ts";
import type { FigureOptions, NotDrawn } from "./draw/figure.ts";
import type { BinRow } from "./draw/figure5.ts";
import type { FinalLossRow } from "./draw/final-loss.ts";
import { BIN_WIDTH, countsBetween, fittedEdges, histogram } from "./draw/histogram.ts";
import type { SeesawRow } from "./draw/seesaw.ts";
import type { TaskLossRow } from "./draw/task-losses.ts";
import { MOST_DRAWN } from "./draw/words.ts";
import { finalMeans, lossFactor, type SweepCell, sweepCells, sweepOf } from "./sweep-facts.ts";

/** The final loss of each cell, and the end of the paper's curve if it has one. */
export function finalLossRows(results: Results, options: FigureOptions): FinalLossRow[] {
  const sweep = sweepOf(results);
  const paper = doneCells(sweep).map((cell) => paperCurve(cell, sweep, options).at(-1)?.loss ?? Number.NaN);
  const factor = lossFactor(sweep, options);
  return sweepCells(results).map((cell, i) => {
    const row = { ...cellIn(cell), ...multiplied(estimateOf(cell, options), factor) };
    return options.paper && cell.correlation !== null ? { ...row, paper: paper[i] } : row;
  });
}

/** The same, of models whose cost is known. */
export function costRows(results: Results, options: FigureOptions): CostRow[] {
  return sweepCells(results).flatMap((cell) => {
    const { parameters, flopPerRow } = modelSize(results.config, cell.runs[0]);
    if (flopPerRow === undefined) return [];
    return [{ ...cellIn(cell), parameters, flopPerRow, ...estimateOf(cell, options) }];
  });
}

/** The same, of every grid point. */
export function againstSettingRows(results: Results, options: FigureOptions): SettingRow[] {
  return sweepCells(results).map(
    (cell) => ({ ...cellIn(cell), ...cell.point, ...estimateOf(cell, options) }) as SettingRow,
  );
}

/** Each run's loss, the mean over tasks, of the first runs of each cell. */
export function distributionRows(results: Results, { loss }: FigureOptions): DistributionRow[] {
  return sweepCells(results).flatMap((cell) => {
    const { model, correlation, runs } = cell;
    const losses = finalMeans(cell, loss);
    return runs.slice(0, MOST_DRAWN).map(({ run }, i) => ({ model, correlation, run, loss, value: losses[i] }));
  });
}

/** Every bin of each cell. */
export function binRows(results: Results, options: FigureOptions): BinRow[] {
  const { loss, statistic } = options;
  const factor = lossFactor(sweepOf(results), options);
  const cells = sweepCells(results).map((cell) => {
    const losses = finalMeans(cell, loss).map((mean) => factor * mean);
    return { cell, losses: losses.toSorted() };
  });
  const edges = options.fits ? fittedEdges(cells.flatMap(({ losses }) => [...losses])) : undefined;
  return cells.flatMap(({ cell, losses }) => {
    const { counts, open } = edges ? { counts: countsBetween(edges, losses), open: false } : histogram(losses);
    const value = centreOf(losses, statistic);
    const edge = (i: number) => edges?.[i] ?? i * BIN_WIDTH;
    return counts.map((runs, i) => {
      const high = open && i === counts.length - 1 ? Number.NaN : edge(i + 1);
      return { ...cellIn(cell), loss, low: edge(i), high, runs, statistic, value };
    });
  });
}

/** Each run's loss of each task, of the first runs of each cell. */
export function taskLossRows(results: Results, { loss }: FigureOptions): TaskLossRow[] | NotDrawn {
  if (results.config.tasks < PAPER_TASKS) return { lacking: "runs of two tasks are needed", never: true };
  return sweepCells(results).flatMap((cell) =>
    cell.runs.slice(0, MOST_DRAWN).map((record) => {
      const { tasks } = finalLosses(record, loss) as TaskLosses;
      const columns = Object.fromEntries(tasks.map((value, k) => [`task${k + 1}`, value]));
      return { ...cellIn(cell), run: record.run, loss, ...columns } as TaskLossRow;
    }),
  );
}

function cellIn({ model, correlation }: SweepCell) {
  return { model, correlation };
}

function estimateOf(cell: SweepCell, { loss, statistic }: FigureOptions) {
  const { value, low, high } = drawnEstimate(finalMeans(cell, loss), statistic);
  return { runs: cell.runs.length, loss, statistic, value, low, high };
}

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
export function seesawRows(results: Results, { loss }: FigureOptions): SeesawRow[] | NotDrawn {
  const against = sharesNothing(results);
  if (against === undefined) return { lacking: `runs of ${SHARE_NOTHING.join(" or ")} are needed`, never: true };
  if (results.config.tasks < PAPER_TASKS) return { lacking: "runs of two tasks are needed", never: true };
  const found = new Map(cellGains(results, loss, against).map((gains) => [cellKey(gains), gains]));
  const rows = sweepCells(results).flatMap(({ model, correlation }) => {
    const gains = found.get(cellKey({ model, correlation, point: NO_CHOICE }));
    return (gains?.runs ?? []).slice(0, MOST_DRAWN).map((run, i) => {
      const columns = Object.fromEntries(gains?.tasks.map((task, k) => [`gain${k + 1}`, task[i]]) ?? []);
      return { model, correlation, run, loss, against, ...columns } as SeesawRow;
    });
  });
  return rows.length > 0 ? rows : { lacking: `no run is done both of ${against} and of another model` };
}
