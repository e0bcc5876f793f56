// Which rows of a table are for training, validation and the test in a run, where a column or a fold decides.
import type { Key } from "../random/key.ts";
import { permutationInto } from "./order.ts";
import { type DataIdentity, dataKey } from "./streams.ts";
import { heldoutCount, type PartsBy, type TableReading } from "./table.ts";

/** A row's part. */
export const [TRAINING, HELD_OUT, VALIDATION] = [0, 1, 2];

/** The share of the rows that are not for the test. */
export const VALIDATION_SHARE = 0.2;

/** The fold, from 0, that is a run's test. */
export interface Fold {
  readonly fold: number;
  readonly folds: number;
}

/** Run i has fold i mod k of the partition i div k. */
export function foldOf({ folds }: TableReading, { run }: DataIdentity): Fold | undefined {
  return folds === undefined ? undefined : { fold: run % folds, folds };
}

/** What draws a run's split: the run, its partition into folds, or the same for all runs. */
export function splitKey({ split = "run", folds }: TableReading, identity: DataIdentity): Key {
  if (folds !== undefined) return dataKey({ seed: Number(split), run: Math.floor(identity.run / folds) }, "split");
  return dataKey(split === "run" ? identity : { seed: split, run: 0 }, "split");
}

/** A fold of N rows: how many rows it has, and those before it. Folds differ by one row at most. */
export function foldSpan(N: number, { fold, folds }: Fold): { readonly first: number; readonly count: number } {
  const first = Math.floor((fold * N) / folds);
  return { first, count: Math.floor(((fold + 1) * N) / folds) - first };
}

/** That a part would have no rows. */
export function tooFewText({ by, column }: PartsBy): string {
  const few = by === "stratify" ? "too few rows of each value" : "too few different values";
  return `${by}: column '${column}' has ${few} to split by: a part would have no rows`;
}

/** How marks are drawn. */
interface Drawing extends Pick<PartsBy, "by" | "heldout"> {
  readonly key: Key;
  /** The fold that is the test; else a share of the rows is. */
  readonly fold?: Fold | undefined;
}

/** The part of each row, [N], by the place [N] of its value in the column that splits; undefined if a part would have no rows. */
export function drawnMarks(places: Uint32Array, how: Drawing): Uint8Array<SharedArrayBuffer> | undefined {
  const marks = new Uint8Array(new SharedArrayBuffer(places.length));
  if (how.by === "stratify") markStrata(marks, places, how);
  else markBlocks(marks, places, how);
  return [TRAINING, HELD_OUT, VALIDATION].every((part) => marks.includes(part)) ? marks : undefined;
}

/** Rows of one value stay together: the last moments are the test, or groups in an order by chance. */
function markBlocks(marks: Uint8Array, places: Uint32Array, { by, heldout, key, fold }: Drawing): void {
  const N = places.length;
  const blocks = rowsByPlace(places.keys(), places);
  const ordered = by === "time" ? blocks.toReversed() : Array.from(inOrder(blocks.length, key), (i) => blocks[i]);
  const test = fold ? 0 : fewestNear(ordered.slice(0, -1), heldoutCount(N, heldout));
  const [tested, ...others] = fold ? fromFold(foldsOfBlocks(ordered, fold.folds), fold) : [ordered.slice(0, test)];
  const rest = fold ? others.flat() : ordered.slice(test);
  const left = N - tested.reduce((sum, { length }) => sum + length, 0);
  for (const row of tested.flat()) marks[row] = HELD_OUT;
  for (const row of rest.slice(0, fewestNear(rest, heldoutCount(left, VALIDATION_SHARE))).flat())
    marks[row] = VALIDATION;
}

/** Rows of each value are in all parts, in their shares. */
function markStrata(marks: Uint8Array, places: Uint32Array, { heldout, key, fold }: Drawing): void {
  let dealt = 0;
  for (const rows of rowsByPlace(inOrder(places.length, key), places)) {
    const folds = fold && fromFold(dealtOut(rows, fold.folds, dealt), fold);
    const test = folds?.[0].length ?? Math.round(heldout * rows.length);
    const validation = Math.round(VALIDATION_SHARE * (rows.length - test));
    for (const [i, row] of (folds?.flat() ?? rows).entries())
      marks[row] = i < test ? HELD_OUT : i < test + validation ? VALIDATION : TRAINING;
    dealt += rows.length;
  }
}

function inOrder(n: number, key: Key): Uint32Array {
  return permutationInto(new Uint32Array(n), key, 0);
}

/** The rows of each place, in the order given. */
function rowsByPlace(rows: Iterable<number>, places: Uint32Array): number[][] {
  const blocks: number[][] = [];
  for (const row of rows) {
    blocks[places[row]] ??= [];
    blocks[places[row]].push(row);
  }
  return blocks;
}

/** A run's own fold, then those after it and those before: so each fold has validation rows of its own. */
function fromFold<T>(folds: readonly T[], { fold }: Fold): T[] {
  return [...folds.slice(fold), ...folds.slice(0, fold)];
}

/** Each block goes to the fold that has the fewest rows so far. */
function foldsOfBlocks(blocks: readonly (readonly number[])[], folds: number): (readonly number[])[][] {
  const found = Array.from({ length: folds }, (): (readonly number[])[] => []);
  const sizes = new Array<number>(folds).fill(0);
  for (const block of blocks) {
    const smallest = sizes.indexOf(Math.min(...sizes));
    found[smallest].push(block);
    sizes[smallest] += block.length;
  }
  return found;
}

/** Rows dealt in turn to the folds, from the one after those that were dealt before. */
function dealtOut(rows: readonly number[], folds: number, before: number): number[][] {
  const dealt = Array.from({ length: folds }, (): number[] => []);
  for (const [i, row] of rows.entries()) dealt[(before + i) % folds].push(row);
  return dealt;
}

/** How many of the first blocks have about `count` rows: at least one, and not all. */
function fewestNear(blocks: readonly (readonly number[])[], count: number): number {
  let [blocksTaken, rows] = [0, 0];
  for (const { length } of blocks.slice(0, -1)) {
    if (blocksTaken > 0 && Math.abs(rows + length - count) > Math.abs(rows - count)) break;
    blocksTaken++;
    rows += length;
    if (rows >= count) break;
  }
  return blocksTaken;
}
