// What a figure knows of a sweep besides its own rows: plain values, so that a page can hold them and draw again.
import type { LossSet } from "../../config/losses.ts";
import type { Cell, GridPoint, GridValue } from "../../identity/cell.ts";
import type { RunRecord } from "../../records/record.ts";
import type { Estimate } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { TaskCalibration } from "../../summary/calibration.ts";
import type { FrontRow } from "../../summary/front.ts";
import type { PublishedLoss } from "./paper-points.ts";

/** A cell, and how its runs ended. */
export interface DrawnCell extends Cell {
  /** What its model is called. */
  readonly label: string;
  /** Number of runs that are done. */
  readonly runs: number;
  readonly failed: number;
  /** Steps that a run is trained for. */
  readonly steps: number;
  /** As of `SweepCell`; absent for 0. */
  readonly overlap?: number;
}

/** A rung of the ladder, as it is drawn. */
export interface RungLine {
  readonly loss: number;
  readonly label: string;
}

export interface SweepFacts {
  /** Cells in which a run has ended, in the sweep's order of models, by rising correlation and then by grid point. */
  readonly cells: readonly DrawnCell[];
  /** All models and correlations of which a run is done, also where only some of them are drawn: they keep their look. */
  readonly models: readonly string[];
  readonly correlations: readonly (number | null)[];
  readonly tasks: number;
  /** What each task is called, [K]. */
  readonly taskNames: readonly string[];
  /** A final loss above which a run is in a bad minimum, which is known of the paper's data alone. */
  readonly badLoss: number | null;
  /** Number of runs that each cell was asked for. */
  readonly asked: number;
  /** The values that were chosen of listed settings. */
  readonly at: GridPoint;
  /** Settings with several values, in the order of a config. */
  readonly listed: readonly Listed[];
  /** Name of the file that the rows are from; null for the paper's generator. */
  readonly rowsFile: string | null;
  /** The metric that chose steps and settings, and its task from 1; absent where a loss did. */
  readonly leading?: { readonly metric: string; readonly task: number };
  /** Which uncertainty intervals over runs are of, on rows of the user's own; empty for the generator's. */
  readonly coverage: string;
  /** That the models have memorised their training rows; empty if they have not. */
  readonly memorised: string;
  /** Rungs, the lowest loss first; none for rows of the user's own. */
  readonly rungs: readonly RungLine[];
  /** The paper's curves of these cells, on its own axis of steps. */
  readonly paper: readonly PublishedLoss[];
}

export interface Listed {
  readonly key: string;
  readonly values: readonly GridValue[];
}

/** A run's loss against steps: the mean over tasks. */
export interface RunCurve {
  readonly run: number;
  readonly steps: readonly number[];
  readonly losses: ArrayLike<number>;
  /** After the last step. */
  readonly final: number;
}

/** What a figure is drawn of: the facts, and single runs' curves. */
export interface Sweep extends SweepFacts {
  readonly curvesOf: (cell: Cell, loss: LossSet) => readonly RunCurve[];
}

/** A cell, and its runs that are done. */
export interface SweepCell extends Cell {
  /** By their index. */
  readonly runs: readonly RunRecord[];
  readonly failed: number;
  /** How much the runs share rows of one table: `overlap` of `estimatesOf`. */
  readonly overlap: number;
}

/** What the rows of figures are made of: a sweep's records, read and computed when a figure asks. A page has none. */
export interface Recorded {
  readonly sweep: Sweep;
  /** Cells in which a run is done, in the order of `SweepFacts.cells`. */
  readonly cells: readonly SweepCell[];
  /** Each run's final loss, the mean over tasks, [runs]. */
  readonly finals: (cell: SweepCell, loss: LossSet) => Float64Array;
  /** Each run's final loss of each task, [runs][K]. */
  readonly taskFinals: (cell: SweepCell, loss: LossSet) => readonly (readonly number[])[];
  /** What figures show of a cell's losses at each step. */
  readonly curve: (cell: SweepCell, loss: LossSet) => readonly RecordedPoint[];
  /** Values of a measure after the last step, the mean over tasks or pairs, [runs]. */
  readonly measure: (cell: SweepCell, name: string) => Float64Array;
  /** Final loss of the first cell minus that of the second, over the runs that are done in both. */
  readonly differences: (first: SweepCell, second: SweepCell, loss: LossSet) => Float64Array;
  /** Size and cost of a cell's model; FLOP of training on one row are unknown of code. */
  readonly cost: (cell: SweepCell) => { readonly parameters: number; readonly flopPerRow?: number | undefined };
  /** The model that shares nothing, if there is one. */
  readonly against: string | undefined;
  /** Gains of each task over that model, [K][runs], of the runs that are done of both. */
  readonly gains: (
    cell: SweepCell,
    loss: LossSet,
  ) => { readonly runs: readonly number[]; readonly tasks: readonly Float64Array[] } | undefined;
  /** Static task weights and methods where a model has runs with two static weights: a row for each. */
  readonly fronts: (loss: LossSet) => readonly FrontRow[];
  /** How well each cell's predictions of tasks with classes are calibrated; no task if they were not kept. */
  readonly calibrations: () => readonly { readonly cell: SweepCell; readonly tasks: readonly TaskCalibration[] }[];
}

/** Quantiles of values: ends, middle 90 %, middle half, median. */
export type Quantiles = Readonly<Record<"min" | "q05" | "q25" | "median" | "q75" | "q95" | "max", number>>;

/** A cell's losses at a step. */
export interface RecordedPoint {
  readonly step: number;
  /** Runs that reached the step: with early stopping not all. Those that ended before count with their last loss. */
  readonly runs: number;
  readonly mean: Estimate;
  readonly median: Estimate;
  readonly spread: Quantiles;
}

export function doneCells({ cells }: Pick<SweepFacts, "cells">): DrawnCell[] {
  return cells.filter(({ runs }) => runs > 0);
}

export function modelsOf(cells: readonly Pick<Cell, "model">[]): string[] {
  return [...new Set(cells.map(({ model }) => model))];
}

/** Correlations, ascending; one that is null for rows of the user's own. */
export function correlationsOf(cells: readonly Pick<Cell, "correlation">[]): (number | null)[] {
  return [...new Set(cells.map(({ correlation }) => correlation))].sort((a, b) => (a ?? 0) - (b ?? 0));
}

/** What a row of a figure is about: a cell of a sweep or two models, perhaps at a step. */
export interface RowSubject {
  readonly model?: string;
  readonly first?: string;
  readonly second?: string;
  /** Null or missing for rows of the user's own. */
  readonly correlation?: number | null;
  readonly step?: number;
}

/** A row that is about a cell of a sweep; of several grid points, its own is in columns of the settings' names. */
export type OfCell = Pick<Cell, "model" | "correlation">;

export interface CellRows<Row> {
  readonly cell: DrawnCell;
  readonly rows: readonly Row[];
}

/** The rows of each cell that has some, in the sweep's order. */
export function byCell<Row extends RowSubject>(rows: readonly Row[], sweep: SweepFacts): CellRows<Row>[] {
  const keyOf = ({ model, correlation }: RowSubject, columns: object) => {
    const values = new Map(Object.entries(columns));
    return [model, correlation, ...sweep.listed.map(({ key }) => values.get(key))].join(" ");
  };
  const known = groupBy(rows, (row) => keyOf(row, row));
  return doneCells(sweep).flatMap((cell) => {
    const own = known.get(keyOf(cell, cell.point));
    return own === undefined ? [] : [{ cell, rows: own }];
  });
}

/** Models and correlations of a sweep that a figure is drawn without. */
export interface LeftOut {
  readonly models: readonly string[];
  readonly correlations: readonly (number | null)[];
}

/** Whether a row or a cell is about nothing that is left out. */
export function isShown(
  { model, first, second, correlation = null }: RowSubject,
  { models, correlations }: LeftOut,
): boolean {
  return ![model, first, second].some((one) => models.includes(one ?? "")) && !correlations.includes(correlation);
}

/** The sweep without the cells that are left out. The others keep their look. */
export function withoutCells<Facts extends SweepFacts>(sweep: Facts, leftOut: LeftOut): Facts {
  return { ...sweep, cells: sweep.cells.filter((cell) => isShown(cell, leftOut)) };
}

/** For a file's name: what is shown or what is left out, whichever is less. */
export function partWords({ models, correlations }: LeftOut, sweep: SweepFacts): string[] {
  return [
    ...shorter("of", sweep.models, models),
    ...shorter("at", sweep.correlations.map(String), correlations.map(String)),
  ];
}

/** Names of many of the user's models would be too long for a file name. */
const LONGEST = 100;

function shorter(word: string, all: readonly string[], leftOut: readonly string[]): string[] {
  if (leftOut.length === 0) return [];
  const shown = all.filter((one) => !leftOut.includes(one));
  const words = shown.length <= leftOut.length ? [word, ...shown] : ["without", ...leftOut];
  return words.join("-").length <= LONGEST ? words : [word, String(shown.length)];
}
