// Rows of the figures of losses against steps.

import { LOSS_SETS } from "../config/loss-sets.ts";
import type { Results } from "../records/read-results.ts";
import { multiplied } from "../stats/interval.ts";
import { cellCurve, spreads } from "./curve-points.ts";
import { type CurveRow, paperCurve } from "./draw/cell-curves.ts";
import { doneCells } from "./draw/facts.ts";
import type { FigureOptions } from "./draw/figure.ts";
import { SMALL_BOTTOM } from "./draw/paper-points.ts";
import type { SpreadRow } from "./draw/run-curves.ts";
import { type SweepCell, sweepCells } from "./sweep-cells.ts";
import { lossFactor, sweepOf } from "./sweep-facts.ts";

/** The curve of every cell. */
export function curveRows(results: Results, options: FigureOptions): CurveRow[] {
  return rowsWhere(() => true, results, options);
}

/** Those of the model of Figure 3. */
export function smallBottomRows(results: Results, options: FigureOptions): CurveRow[] {
  return rowsWhere(({ model }) => model === SMALL_BOTTOM, results, options);
}

function rowsWhere(isShown: (cell: SweepCell) => boolean, results: Results, options: FigureOptions): CurveRow[] {
  const sweep = sweepOf(results);
  const drawn = doneCells(sweep);
  const factor = lossFactor(sweep, options);
  return sweepCells(results).flatMap((cell, i) => {
    if (!isShown(cell)) return [];
    const paper = paperCurve(drawn[i], sweep, options);
    const published = new Map(paper.map(({ step, loss }) => [step, loss]));
    const rows = rowsOf(cell, options).map((row) => multiplied(row, factor));
    return options.paper ? rows.map((row) => ({ ...row, paper: published.get(row.step) ?? Number.NaN })) : rows;
  });
}

/** Mean curves of all losses, but not of a running mean that is the training loss everywhere, as that of a single evaluation is. */
export function trainHeldoutRows(results: Results, options: FigureOptions): CurveRow[] {
  const cells = sweepCells(results);
  const mean = (cell: SweepCell, loss: FigureOptions["loss"]) => rowsOf(cell, { ...options, loss, statistic: "mean" });
  const distinct = cells.some((cell) => {
    const training = mean(cell, "train");
    return mean(cell, "running").some(({ value }, i) => value !== training[i]?.value);
  });
  const sets = LOSS_SETS.filter((set) => set !== "running" || distinct);
  return cells.flatMap((cell) => sets.flatMap((set) => mean(cell, set)));
}

/** How the runs of every cell are spread at each step. */
export function spreadRows(results: Results, { loss }: FigureOptions): SpreadRow[] {
  return sweepCells(results).flatMap((cell) => {
    const { model, correlation } = cell;
    return spreads(cell, loss).map((spread) => ({ model, correlation, loss, ...spread }));
  });
}

function rowsOf(cell: SweepCell, { loss, statistic }: Pick<FigureOptions, "loss" | "statistic">): CurveRow[] {
  const { model, correlation } = cell;
  return cellCurve(cell, { loss, statistic }).map(({ step, runs, value, low, high }) => {
    return { model, correlation, step, runs, loss, statistic, value, low, high };
  });
}
