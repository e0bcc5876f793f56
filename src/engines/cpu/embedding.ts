import type { OperationOf } from "../../models/program.ts";
import { type ModelSpec, plainInputs } from "../../models/spec.ts";
import type { Arena } from "../rows/arena.ts";
import { inputPanelBytes } from "../rows/panels.ts";
import { record, records } from "../rows/records.ts";
import { type Columns, columnsFrom } from "./columns.ts";
import { type Instruction, instruction } from "./instructions.ts";
import type { Weights } from "./weights.ts";

interface EmbeddingCode {
  readonly forward: Instruction;
  readonly backward: readonly Instruction[];
  /** Addresses of the records of the vectors that a batch has, of each table if steps are lazy. */
  readonly touched: readonly number[];
}

/** Instructions that read the vectors of tables into `input`, and that update the tables, with their scratch. */
export function embedding(
  arena: Arena,
  weights: Weights,
  spec: ModelSpec,
  {
    tables: blocks,
    slots,
    input,
    batch,
  }: Pick<OperationOf<"embed">, "tables" | "slots"> & { readonly input: Columns; readonly batch: number },
): EmbeddingCode {
  const plain = plainInputs(spec);
  const rows = { x: 0, xStride: inputPanelBytes(spec.inputs, weights.layout) };
  const tables = weights.tables
    .filter(({ block }) => blocks.includes(block))
    .map((table, t) => ({ ...table, vectors: table.block.shape[0], size: table.block.shape[1], slots: slots[t] }));
  const list = arena.put(
    records(
      "Table",
      tables.map(({ at, size, slots }) => ({ w: 4 * at, size, slots })),
    ),
  );
  const { value: out, stride: outStride } = input;
  let [next, column] = [plain, plain];
  const touched: number[] = [];
  const backward = tables.map(({ at, width, vectors: all, size, slots }) => {
    const { gradient: g, stride: gStride } = columnsFrom(input, next, size);
    next += size;
    const vectors = all - 1; // the last is constant
    const read = { ...rows, column, slots, g, gStride, vectors };
    column += slots;
    if (!weights.areLazy)
      return instruction("updateTable", { ...read, w: 4 * at, size, sums: arena.take(4 * vectors * width) });
    touched.push(putTouched(arena, { at, size, width, vectors, most: Math.min(slots * batch, vectors) }));
    return instruction("updateVectors", { ...read, rows: batch, touched: touched.at(-1) as number });
  });
  return {
    forward: instruction("embed", { ...rows, plain, tables: list, count: tables.length, out, outStride }),
    backward,
    touched,
  };
}

interface TouchedTable {
  readonly at: number;
  readonly size: number;
  readonly width: number;
  readonly vectors: number;
  /** The most that a batch has. */
  readonly most: number;
}

/** The record of the vectors that a batch has (kernels/records.h). */
function putTouched(arena: Arena, { at, size, width, vectors, most }: TouchedTable): number {
  const numbers = arena.take(4 * most);
  const sums = arena.take(4 * most * width);
  const places = arena.take(4 * vectors);
  return arena.put(record("Touched", { w: 4 * at, size, count: 0, numbers, sums, places }));
}
