// What a figure knows of a sweep besides its own rows: plain values, so that a page can hold them and draw again.
import type { LossSet } from "../../config/losses.ts";
import type { Cell, GridPoint, GridValue } from "../../identity/cell.ts";
import { groupBy } from "../../stats/group-by.ts";
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

/** The cells in which a run is done. */
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

/** A row that is about a cell of a sweep; of several grid points, its own is in columns of the settings' names. */
export type OfCell = Pick<Cell, "model" | "correlation">;

/** Rows of one cell, with what is known of the cell. */
export interface CellRows<Row> {
  readonly cell: DrawnCell;
  readonly rows: readonly Row[];
}

/** The rows of each cell that has some, in the sweep's order. */
export function byCell<Row extends OfCell>(rows: readonly Row[], sweep: SweepFacts): CellRows<Row>[] {
  const keyOf = ({ model, correlation }: OfCell, columns: object) => {
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

/** What a row of a figure may be about. */
interface About {
  readonly model?: string;
  readonly first?: string;
  readonly second?: string;
  readonly correlation?: number | null;
}

/** Whether a row or a cell is about nothing that is left out. */
export function isShown(
  { model, first, second, correlation = null }: About,
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
