import type { SweepFacts } from "./facts.ts";

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

/** The rows that are about nothing that is left out. */
export function withoutRows<Row extends object>(rows: readonly Row[], leftOut: LeftOut): Row[] {
  return rows.filter((row) => isShown(row, leftOut));
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
