// Rows of the figures of final losses.
import { PAPER_TASKS } from "../records/paper-tasks.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type TaskLosses } from "../records/record.ts";
import { centreOf, drawnEstimate, multiplied } from "../stats/interval.ts";
import { modelSize } from "../summary/cost.ts";
import type { SettingRow } from "./draw/against-setting.ts";
import { paperCurve } from "./draw/cell-curves.ts";
import type { CostRow } from "./draw/cost.ts";
import type { DistributionRow } from "./draw/distributions.ts";
import { doneCells } from "./draw/facts.ts";
import type { FigureOptions, Unavailable } from "./draw/figure.ts";
import type { BinRow } from "./draw/figure5.ts";
import type { FinalLossRow } from "./draw/final-loss.ts";
import { BIN_WIDTH, countsBetween, fittedEdges, histogram } from "./draw/histogram.ts";
import type { TaskLossRow } from "./draw/task-spreads.ts";
import { MOST_DRAWN } from "./draw/words.ts";
import { finalMeans, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { lossFactor, sweepOf } from "./sweep-facts.ts";

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
export function taskLossRows(results: Results, { loss }: FigureOptions): TaskLossRow[] | Unavailable {
  if (results.config.tasks < PAPER_TASKS)
    return { name: "task-losses", lacking: "runs of two tasks are needed", never: true };
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
