// What a run's training made of a table's cells, as a file beside its weights: new rows are predicted without the training table.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import type { Config } from "../config/config.ts";
import type { RowsSetting } from "../config/rows-schema.ts";
import { type ColumnCode, encodeInto } from "../data/row-encoder.ts";
import type { TableValues } from "../data/table.ts";
import { CellReader, cellsOf, NO_TEXT } from "../data/table-cells.ts";
import type { InputEncoding } from "../data/table-inputs.ts";
import { listsOf } from "../data/table-lists.ts";
import { tableSetOf } from "../data/table-set.ts";
import { TASK_KINDS } from "../data/task-kinds.ts";
import type { AnyRun, FromTable } from "../engines/engine.ts";
import { tasksIn } from "../engines/task-losses.ts";
import { UsageError } from "../errors.ts";
import { readText } from "../files.ts";
import { memo } from "../memo.ts";
import { LARGEST_FLOAT32, NothingWords, numberIn } from "../tables/cell-values.ts";
import { isNothing, valuesIn } from "../tables/input-column.ts";
import { bucketOf } from "../tables/plain-texts.ts";
import { type RawColumns, rawColumns } from "../tables/raw-columns.ts";
import { numberOf } from "../units.ts";

const LABEL = z.strictObject({
  column: z.string(),
  kind: z.enum(TASK_KINDS),
  /** Of classes, in order; none of a regression. */
  classes: z.array(z.union([z.string(), z.number()])),
  /** A regression's label is its mean plus `std` times what a model is trained on. */
  mean: z.number(),
  std: z.number(),
});

const COLUMN = z.strictObject({
  column: z.string(),
  first: z.int(),
  isEmbedded: z.boolean(),
  /** Of lists, the most values. */
  slots: z.int().optional(),
  mean: z.number(),
  /** Null of a column without a number in the training rows. */
  std: z.number().nullable(),
  fill: z.number(),
  gap: z.int(),
  /** Of a category its texts, or those in its lists, and what stands for nothing, for any other text, and for each of them. */
  values: z.array(z.string()).optional(),
  /** How many values its texts are hashed to, in place of `values`. */
  hash: z.int().optional(),
  codes: z.array(z.int()).optional(),
});

const ENCODING = z.strictObject({
  inputs: z.int(),
  impute: z.enum(["refuse", "mean"]),
  na: z.array(z.string()),
  /** Categories whose values may be numbers. */
  categorical: z.array(z.string()),
  columns: z.array(COLUMN),
  labels: z.array(LABEL),
});

export type Encoding = z.output<typeof ENCODING>;
type EncodedColumn = Encoding["columns"][number];
export type EncodedLabel = Encoding["labels"][number];

type RunOnTable = AnyRun & FromTable;

/** The labels of a run's tasks. */
export function labelsOf(run: AnyRun, { rows, taskKinds }: Pick<Config, "rows" | "taskKinds">): EncodedLabel[] {
  const moments = run.correlation === null ? tableSetOf(run).labelMoments : [];
  return tasksIn(run).map(({ kind }, k) => {
    const { mean, std } = moments[k] ?? { mean: 0, std: 1 };
    const classes = kind === "regression" ? [] : [...(taskKinds[k]?.classes ?? [0, 1])];
    return { column: rows?.labels[k] ?? String(k + 1), kind, classes, mean, std };
  });
}

/** The file of a run's encoding, the same for all runs on the same training rows: its name has a hash of its text. */
export function encodingFile(
  run: RunOnTable,
  config: Pick<Config, "rows" | "taskKinds">,
): { readonly name: string; readonly text: string } {
  const { codes } = tableSetOf(run);
  const file = known.get(codes) ?? fileOf(codes, run, config);
  known.set(codes, file);
  return file;
}

const known = new WeakMap<readonly ColumnCode[], { readonly name: string; readonly text: string }>();

function fileOf(codes: readonly ColumnCode[], run: RunOnTable, config: Pick<Config, "rows" | "taskKinds">) {
  const rows = config.rows as RowsSetting;
  const { impute, na = [], categorical = [] } = rows;
  const columns = codes.map(({ cell: _, lists: __, texts, std, ...code }, i): EncodedColumn => {
    const hash = hashOf(rows, rows.inputs[i]);
    const ofTexts = texts && { ...(hash ? { hash } : { values: [...textsIn(run, rows, i)] }), codes: [...texts] };
    return { column: rows.inputs[i], ...code, std: Number.isFinite(std) ? std : null, ...ofTexts };
  });
  const { inputs } = run.model;
  const encoding: Encoding = { inputs, impute, na, categorical, columns, labels: labelsOf(run, config) };
  const text = `${JSON.stringify(encoding)}\n`;
  return { name: nameOf(text), text };
}

const nameOf = (text: string) => `encoding-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.json`;

function hashOf({ encoded }: RowsSetting, name: string): number | undefined {
  const own = encoded?.find(({ column, hashed }) => column === name && hashed);
  return own && Number(own.values);
}

/** The texts of a category in order. A config has the number alone of many, which are then read from the table. */
function textsIn({ data }: RunOnTable, { inputs, encoded }: RowsSetting, i: number): readonly string[] {
  const values = encoded?.find(({ column }) => column === inputs[i])?.values ?? [];
  if (typeof values !== "number") return values;
  return manyTexts(data.values as TableValues, data.file, inputs[i], `${i}`, JSON.stringify(data.columns));
}

const manyTexts = memo(
  ({ cells, lists: joined }: TableValues, file: string, column: string, i: string, columns: string): string[] => {
    const reader = new CellReader(cells, cells.words);
    const own: readonly InputEncoding[] = JSON.parse(columns);
    const [lists, { slots = 1 }] = [listsOf(own, joined)[Number(i)], own[Number(i)]];
    const texts: string[] = [];
    for (const [n, value] of rawColumns(file, [column]).columns[0].entries()) {
      const [cell, text] = [reader.number(n, Number(i)), String(value).trim()];
      for (const [slot, one] of (lists ? valuesIn(text) : [text]).entries()) {
        const place = lists ? lists[slots * cell + slot] : cell;
        if (place >= 0) texts[place] = one;
      }
    }
    return texts;
  },
);

/** The encoding in a file. Throws UsageError for another file, and for one that was changed. */
export function readEncoding(file: string): Encoding {
  try {
    const text = readText(file, { most: LARGEST });
    if (basename(file) === nameOf(text)) return ENCODING.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof UsageError) throw error;
  }
  throw new UsageError(`${file}: is not the encoding that was kept; bring it back, or train again with --keep-weights`);
}

const LARGEST = 500_000_000;

/** Rows as a model reads them. */
export interface EncodedRows {
  /** [N, D]. */
  readonly x: Float32Array;
  /** How many rows have a text that no training row had, by column. */
  readonly unseen: ReadonlyMap<string, number>;
}

/** Rows of a file, of the columns of an encoding in their order, as training would have encoded them. Throws UsageError for an unfit cell. */
export function encodedRows(encoding: Encoding, { rows: N, columns, placeOf }: RawColumns): EncodedRows {
  const { inputs: D, columns: encoded } = encoding;
  const [C, unseen] = [encoded.length, new Map<string, number>()];
  const numbers = new Float64Array(N * C);
  const lists = encoded.map(({ slots }) => slots && new Int32Array(N * slots).fill(NO_TEXT));
  for (const [i, own] of encoded.entries()) {
    const [list, { slots = 1 }] = [lists[i], own];
    const numbersIn = list ? placesInLists(own, encoding) : numbersOf(own, encoding);
    for (let n = 0; n < N; n++) {
      const at = () => `${placeOf(n)}: ${own.column}`;
      const all = numbersIn(columns[i][n], at);
      if (list) list.set(all, n * slots);
      numbers[n * C + i] = list ? n : all[0];
      if (all.some((number) => isUnseen(own, number))) unseen.set(own.column, (unseen.get(own.column) ?? 0) + 1);
    }
  }
  const cells = cellsOf(
    numbers,
    C,
    encoded.map(({ codes }) => ({ values: codes ? codes.length + NO_TEXT : 0 })),
  );
  const codes = encoded.map(({ codes: texts, std, ...code }, i): ColumnCode => {
    const scale = std ?? Number.POSITIVE_INFINITY;
    const own = { texts: texts && Int32Array.from(texts), lists: lists[i] || undefined };
    return { ...code, std: scale, cell: cells.columns[i], ...own };
  });
  const x = new Float32Array(N * D);
  encodeInto(
    x,
    Uint32Array.from({ length: N }, (_, n) => n),
    { cells: new CellReader(cells, cells.words), codes },
  );
  return { x, unseen };
}

function isUnseen({ codes }: EncodedColumn, place: number): boolean {
  return codes !== undefined && !Number.isNaN(place) && codes[place - NO_TEXT] === codes[OTHER - NO_TEXT];
}

/** The place of a text that a category lacks. */
const OTHER = -1;

/** How another program writes the same value: 1.0 for 1, as pandas beside gaps, and true for True. */
function otherwise(text: string): string {
  if (/^-?\d+$/.test(text)) return `${text}.0`;
  if (/^(true|false)$/i.test(text))
    return (text[0] < "a" ? text[0].toLowerCase() : text[0].toUpperCase()) + text.slice(1);
  return text.replace(/^(-?\d+)\.0$/, "$1");
}

/** What gives the place of a text; undefined for numbers. */
function placesOf({ values, hash }: EncodedColumn): ((text: string) => number) | undefined {
  if (hash !== undefined) return (text) => bucketOf(Buffer.from(text), hash);
  const places = values && new Map(values.map((text, place) => [text, place]));
  return places && ((text) => places.get(text) ?? places.get(otherwise(text)) ?? OTHER);
}

/** What gives the places of a list's values. It throws UsageError, which begins with `at()`. */
function placesInLists(own: EncodedColumn, { na }: Encoding) {
  const [nothing, placeOf, { slots = 1 }] = [new NothingWords(na), placesOf(own) ?? (() => OTHER), own];
  return (value: unknown, at: () => string): number[] => {
    const texts = isNothing(value) || nothing.has(value, false) ? [] : valuesIn(String(value).trim());
    if (texts.length <= slots) return texts.map(placeOf);
    throw new UsageError(
      `${at()}: expected a list of at most ${numberOf(slots, "value")}, as in training, got ${texts.length}; cut it`,
    );
  };
}

/** What gives the one number of a cell: of a text its place, NaN of nothing. It throws UsageError, which begins with `at()`. */
function numbersOf(own: EncodedColumn, { na, impute, categorical }: Encoding) {
  const { column } = own;
  const nothing = new NothingWords(na);
  const placeOf = placesOf(own);
  const isNumber = (value: unknown) => typeof value === "number" || typeof value === "bigint";
  return (value: unknown, at: () => string): [number] => {
    if (isNothing(value) || nothing.has(value, placeOf === undefined)) {
      if (impute === "mean") return [Number.NaN];
      throw new UsageError(`${at()}: expected a value, as in all training rows, got nothing; fill it in`);
    }
    const isUnfit = placeOf !== undefined && isNumber(value) && !categorical.includes(column);
    const number = placeOf ? placeOf(String(value).trim()) : numberIn(value);
    if (number !== undefined && !isUnfit) return [number];
    const got = String(value).slice(0, 40);
    const expected = placeOf ? "a text" : `a number up to ${LARGEST_FLOAT32}`;
    throw new UsageError(`${at()}: expected ${expected}, as in training, got '${got}'`);
  };
}
