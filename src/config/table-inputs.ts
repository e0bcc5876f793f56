// What becomes of a table's columns of inputs, as a config stores and shows it.
import { embeddingsOf, type InputEncoding, inputCount } from "../data/table-inputs.ts";
import { type Embedding, readInputs } from "../models/spec.ts";
import type { InputContents } from "../tables/input-column.ts";
import { numberOf } from "../units.ts";
import type { RowsSetting } from "./rows-schema.ts";

type Encoded = Pick<RowsSetting, "inputs" | "encoded" | "minCount">;

/** How many values a column has; 0 for a number. */
function countOf(values: InputContents["values"]): number {
  return typeof values === "number" ? values : values.length;
}

/** Up to this many values, each is an input by default. */
const ONE_HOT = 20;

/** 6 V^(1/4) numbers for a category of V values, as of Deep & Cross (Wang et al., ADKDD 2017). */
function sizeFor(values: number): number {
  return Math.round(6 * values ** 0.25);
}

/**
 * The columns that do not become one number each; none are stored for a table of numbers without gaps. Categories of more
 * than `oneHot` values, and lists, are embedded, in vectors of `embedding` numbers.
 */
export function encodedColumns(
  { inputs, contents }: { readonly inputs: readonly string[]; readonly contents: readonly InputContents[] },
  { oneHot = ONE_HOT, embedding }: Pick<RowsSetting, "oneHot" | "embedding">,
): NonNullable<RowsSetting["encoded"]> {
  const all = contents.map(({ values, gaps, hashed, slots }, i) => ({
    column: inputs[i],
    values: typeof values === "number" ? values : [...values],
    gaps,
    ...((slots !== undefined || countOf(values) > oneHot) && { embedding: embedding ?? sizeFor(countOf(values)) }),
    ...(slots !== undefined && { slots }),
    ...(hashed && { hashed }),
  }));
  return all.filter(({ values, gaps }) => countOf(values) > 0 || gaps);
}

/** What becomes of each column; undefined if each is one number. */
export function columnsOf({ inputs, encoded, minCount }: Encoded): InputEncoding[] | undefined {
  if (encoded === undefined) return undefined;
  const known = new Map(
    encoded.map(({ column, values, gaps, embedding, slots }): [string, InputEncoding] => [
      column,
      {
        values: countOf(values),
        gaps,
        ...(embedding !== undefined && { embedding, ...(minCount !== undefined && { hasRare: true }) }),
        ...(slots !== undefined && { slots }),
      },
    ]),
  );
  return inputs.map((column) => known.get(column) ?? { values: 0, gaps: false });
}

/** D: what rows have in memory, where an embedded category is one number. */
export function inputsOfRows(rows: Encoded): number {
  return inputCount(columnsOf(rows) ?? rows.inputs.map(() => ({ values: 0, gaps: false })));
}

/** The tables of vectors, where a model has some; empty without any. */
export function embeddingsIn(rows: Encoded): { readonly embeddings?: readonly Embedding[] } {
  const embeddings = embeddingsOf(columnsOf(rows) ?? []);
  return embeddings ? { embeddings } : {};
}

/** Up to this many values of each column, a step moves all vectors by default. */
const DENSE_VALUES = 20_000;

/** Whether a column has so many vectors that a step moves only those of the batch by default. */
export function hasLargeEmbedding(rows: Encoded): boolean {
  return (embeddingsIn(rows).embeddings ?? []).some((table) => table.rows > DENSE_VALUES);
}

/**
 * What becomes of columns, on one line: `2 columns are categories: x_city (4 values), x_zip (812 values, 32 numbers each); 1
 * has gaps: x_age; 40 inputs`. Empty if each is one number.
 */
export function inputsText(rows: Encoded): string {
  const { encoded = [] } = rows;
  if (encoded.length === 0) return "";
  const categories = encoded.filter(({ values }) => countOf(values) > 0);
  const gaps = encoded.filter((column) => column.gaps);
  const parts = [
    listed(
      categories.map(({ column, values, embedding, slots, hashed }) => {
        const size = embedding === undefined ? "" : `, ${numberOf(embedding, "number")} each`;
        const of = slots === undefined ? "" : `lists of up to ${slots} of `;
        return `${column} (${of}${hashed ? "hashed to " : ""}${numberOf(countOf(values), "value")}${size})`;
      }),
      "column is a category",
      "columns are categories",
    ),
    listed(
      gaps.map(({ column, values }) => `${column} (${countOf(values) > 0 ? "a value" : "the mean"})`),
      "column has gaps",
      "columns have gaps",
    ),
    numberOf(readInputs({ inputs: inputsOfRows(rows), ...embeddingsIn(rows) }), "input"),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

/** Columns that a line shows. */
const MOST_SHOWN = 6;

function listed(columns: readonly string[], one: string, more: string): string {
  if (columns.length === 0) return "";
  const few = columns.length > MOST_SHOWN ? [...columns.slice(0, MOST_SHOWN), "..."] : columns;
  return `${columns.length} ${columns.length === 1 ? one : more}: ${few.join(", ")}`;
}
