import type { Arena } from "../rows/arena.ts";
import { columnBytes, type Layout } from "../rows/panels.ts";

/** Vectors after a buffer that kernels may read (but never use) when they take several columns at a time. */
const SLACK = 8;

/** Columns of a buffer of panels and of its gradient: addresses of the first column, and the bytes between panels. */
export interface Columns {
  readonly value: number;
  readonly gradient: number;
  readonly stride: number;
  /** Whether they are outputs of a ReLU: then the gradient is 0 where the value is. */
  readonly relu: boolean;
  /** Bytes from a column to the next. */
  readonly column: number;
  /** The first columns, of which no gradient is needed; none if absent. */
  readonly constant?: number;
}

/** A buffer of P panels of N columns with its gradient. */
export function takeColumns(arena: Arena, P: number, N: number, relu: boolean, layout: Layout): Columns {
  const column = columnBytes(layout);
  const bytes = P * N * column + SLACK * 4 * layout.lanes;
  return { value: arena.take(bytes), gradient: arena.take(bytes), stride: N * column, relu, column };
}

/** Columns `n`.. of a buffer. */
export function columnsFrom(columns: Columns, n: number, relu = columns.relu): Columns {
  const { value, gradient, column } = columns;
  return { ...columns, value: value + n * column, gradient: gradient + n * column, relu };
}
