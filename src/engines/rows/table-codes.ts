import type { ColumnCode } from "../../data/row-encoder.ts";
import type { CellColumn } from "../../data/table-cells.ts";
import { recordBytes } from "./arena.ts";
import type { KernelMemory } from "./kernel-memory.ts";

/** The kinds of cells as kernels/table.h has them. */
const KINDS: Readonly<Record<CellColumn["kind"], number>> = { float32: 0, float64: 1, text: 2 };
const CODE_BYTES = 48;

/** Bytes of the codes of these columns of inputs, with what stands for the texts of each. */
export function codeBytes(columns: readonly { readonly values: number }[]): number {
  return columns.reduce((sum, { values }) => sum + CODE_BYTES + (values > 0 ? textBytes(values + 2) : 0), 0);
}

const textBytes = (places: number) => 8 * Math.ceil(places / 2);

/** Writes the codes of a table's inputs, with `memory` from `address` on. */
export function writeCodes(memory: KernelMemory, address: number, codes: readonly ColumnCode[]): void {
  let next = address + CODE_BYTES * codes.length;
  for (const [i, { cell, first, isEmbedded, mean, std, fill, gap, texts }] of codes.entries()) {
    const own = texts ? next : 0;
    const record = recordBytes([cell.at, KINDS[cell.kind], first, gap, Number(isEmbedded), own], [mean, std, fill]);
    memory.uint32(address + CODE_BYTES * i, CODE_BYTES / 4).set(new Uint32Array(record.buffer));
    if (texts === undefined) continue;
    memory.uint32(next, texts.length).set(texts);
    next += textBytes(texts.length);
  }
}
