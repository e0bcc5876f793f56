import { tablesName } from "../../models/parameters.ts";
import { type ModelSpec, plainInputs } from "../../models/spec.ts";
import type { Arena } from "../rows/arena.ts";
import { inputPanelBytes } from "../rows/panels.ts";
import { type Columns, columnsFrom } from "./columns.ts";
import { type Instruction, instruction } from "./instructions.ts";
import type { Weights } from "./weights.ts";

/** Instructions that read the vectors of tables `set` into `input`, and that update the tables, with their scratch. */
export function embedding(
  arena: Arena,
  weights: Weights,
  spec: ModelSpec,
  set: number,
  input: Columns,
): { readonly forward: Instruction; readonly backward: readonly Instruction[] } {
  const plain = plainInputs(spec);
  const rows = { x: 0, xStride: inputPanelBytes(spec.inputs, weights.layout) };
  const tables = weights.tables
    .filter(({ block }) => block.network === tablesName(set))
    .map((table) => ({ ...table, vectors: table.block.shape[0] as number, size: table.block.shape[1] as number }));
  const list = arena.put(Int32Array.from(tables.flatMap(({ at, size }) => [4 * at, size])));
  const { value: out, stride: outStride } = input;
  let next = plain;
  const backward = tables.map(({ at, width, vectors, size }, t) => {
    const { gradient: g, stride: gStride } = columnsFrom(input, next);
    next += size;
    const trained = vectors - 1; // the last is constant
    const sums = arena.take(4 * trained * width);
    return instruction("updateTable", {
      ...{ ...rows, column: plain + t, g, gStride, w: 4 * at, vectors: trained, size, sums },
    });
  });
  return {
    forward: instruction("embed", { ...rows, plain, tables: list, count: tables.length, out, outStride }),
    backward,
  };
}
