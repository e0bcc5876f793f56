// Where the rows of a table that a run group needs become inputs, in linear memory.
import { type ColumnCode, vectorIn } from "../../data/row-encoder.ts";
import type { TableSettings } from "../../data/table.ts";
import { type CellColumn, NO_TEXT } from "../../data/table-cells.ts";
import { placedColumns } from "../../data/table-inputs.ts";
import { listsOf } from "../../data/table-lists.ts";
import type { Arena } from "../rows/arena.ts";
import type { KernelMemory } from "../rows/kernel-memory.ts";
import { record, recordSize } from "../rows/records.ts";

/** Of some rows: those of a chunk, or 256 held-out ones. */
export interface TablePlan {
  /** The numbers from 0 on, as many as there are rows. */
  readonly inOrder: number;
  /** Their cells. */
  readonly cells: number;
  /** Bytes of a row's cells. */
  readonly cellBytes: number;
  /** What becomes of the cells: the codes of the columns (rows/kernels/table.h), then what stands for the texts of each. */
  readonly codes: number;
}

export function planTable({ columns, inputs, tasks, values }: TableSettings, rows: number, arena: Arena): TablePlan {
  const placed = placedColumns(columns, inputs);
  const cellBytes = 4 * (values?.cells.width ?? 2 * (placed.length + tasks));
  const lists = listsOf(placed, values?.lists);
  const texts = placed.reduce((sum, { values, slots = 1 }, i) => {
    if (values === 0) return sum;
    return sum + textBytes(slots * -NO_TEXT + (lists[i]?.length ?? values));
  }, 0);
  return {
    inOrder: arena.put(Uint32Array.from({ length: rows }, (_, i) => i)),
    cells: arena.take(rows * cellBytes),
    cellBytes,
    codes: arena.take(placed.length * recordSize("CellCode") + texts),
  };
}

const textBytes = (places: number) => 8 * Math.ceil(places / 2);

/** The kinds of cells as kernels/table.h has them. */
const KINDS: Readonly<Record<CellColumn["kind"], number>> = { float32: 0, float64: 1, text: 2 };

/** Writes what becomes of a table's cells. */
export function writeCodes(memory: KernelMemory, { codes: address }: TablePlan, codes: readonly ColumnCode[]): void {
  const size = recordSize("CellCode");
  let next = address + size * codes.length;
  for (const [i, { cell, isEmbedded, texts: ofValues, lists, slots = 1, ...code }] of codes.entries()) {
    const texts = ofValues && lists ? textsOfLists(lists, slots, ofValues) : ofValues;
    const bytes = record("CellCode", {
      ...code,
      at: cell.at,
      kind: KINDS[cell.kind],
      slots: isEmbedded ? slots : 0,
      texts: texts ? next : 0,
    });
    memory.uint32(address + size * i, size / 4).set(new Uint32Array(bytes.buffer));
    if (texts === undefined) continue;
    memory.uint32(next, texts.length).set(texts);
    next += textBytes(texts.length);
  }
}

/** The numbers of the vectors of each list, from NO_TEXT on: none for nothing, and for a list that is not there. */
function textsOfLists(lists: Int32Array, slots: number, texts: Int32Array): Int32Array {
  const all = new Int32Array(lists.length - NO_TEXT * slots).fill(-1);
  for (let i = 0; i < lists.length; i++) all[i - NO_TEXT * slots] = vectorIn(lists[i], texts);
  return all;
}
