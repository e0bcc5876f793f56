import type { Arena } from "../rows/arena.ts";
import { LINE } from "../rows/panels.ts";

/** Columns after a buffer that kernels may read (but never use) when they take four or eight columns at a time. */
const SLACK = 8;

/** Columns of a buffer of panels and of its gradient: addresses of the first column, and the bytes between panels. */
export interface Columns {
  readonly value: number;
  readonly gradient: number;
  readonly stride: number;
  /** Whether they are outputs of a ReLU: then the gradient is 0 where the value is. */
  readonly relu: boolean;
}

/** A buffer of P panels of N columns with its gradient. */
export function takeColumns(arena: Arena, P: number, N: number, relu: boolean): Columns {
  const bytes = (P * N + SLACK) * LINE;
  return { value: arena.take(bytes), gradient: arena.take(bytes), stride: N * LINE, relu };
}

/** Columns `n`.. of a buffer. */
export function columnsFrom(columns: Columns, n: number, relu = columns.relu): Columns {
  const { value, gradient, stride } = columns;
  return { value: value + n * LINE, gradient: gradient + n * LINE, stride, relu };
}
