// Columns of buffers, those that a backward pass reaches, and the tape on which a step is written.
import type { Arena } from "../rows/arena.ts";
import { columnBytes, type Layout } from "../rows/panels.ts";
import { type Instruction, instruction } from "./instructions.ts";
import type { FusedLayer } from "./weights.ts";

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
  /** How many there are. */
  readonly width: number;
  /** The first columns, of which no gradient is needed; none if absent. */
  readonly constant?: number;
}

/** A buffer of P panels of N columns with its gradient. */
export function takeColumns(arena: Arena, P: number, N: number, layout: Layout): Columns {
  const column = columnBytes(layout);
  const bytes = P * N * column + SLACK * 4 * layout.lanes;
  return { value: arena.take(bytes), gradient: arena.take(bytes), stride: N * column, relu: false, column, width: N };
}

/** Columns `n`.. of a buffer, `width` of them. */
export function columnsFrom(columns: Columns, n: number, width: number, relu = columns.relu): Columns {
  const { value, gradient, column } = columns;
  return { ...columns, value: value + n * column, gradient: gradient + n * column, width, relu };
}

/** Columns beside each other. */
interface Range {
  readonly first: number;
  readonly count: number;
}

/** The columns that a backward pass gives a gradient: those of the outputs that it begins with, and of what these are made of. */
export class Reach {
  /** Whether the pass is also of what the model adds to the tasks' losses. */
  readonly hasPenalty: boolean;
  readonly #addresses = new Set<number>();
  readonly #summed = new Set<FusedLayer>();

  constructor(hasPenalty: boolean) {
    this.hasPenalty = hasPenalty;
  }

  /** The gradient of a layer that takes its step together with others has been summed up. */
  addSummed(layer: FusedLayer): void {
    this.#summed.add(layer);
  }

  isSummed(layer: FusedLayer): boolean {
    return this.#summed.has(layer);
  }

  /** Columns have a gradient. */
  add({ gradient, column, width }: Columns): void {
    for (let n = 0; n < width; n++) this.#addresses.add(gradient + n * column);
  }

  /** Whether any of some columns has one. */
  has(columns: Columns): boolean {
    return this.#flags(columns).includes(true);
  }

  /** From the first to the last of some columns that have one. */
  span(columns: Columns): Range {
    const flags = this.#flags(columns);
    const first = flags.indexOf(true);
    return { first, count: flags.lastIndexOf(true) + 1 - first };
  }

  /** Instructions that make the gradient 0 in those of some columns that have none: it may be that of an earlier pass. */
  clearOthers(columns: Columns): Instruction[] {
    const { gradient, column, stride } = columns;
    return gapsIn(this.#flags(columns)).map(({ first, count }) =>
      instruction("clear", { values: gradient + first * column, stride, N: count }),
    );
  }

  #flags({ gradient, column, width }: Columns): boolean[] {
    return Array.from({ length: width }, (_, n) => this.#addresses.has(gradient + n * column));
  }
}

function gapsIn(flags: readonly boolean[]): Range[] {
  const firsts = [...flags.keys()].filter((n) => !flags[n] && (n === 0 || flags[n - 1]));
  return firsts.map((first) => {
    const next = flags.indexOf(true, first);
    return { first, count: (next < 0 ? flags.length : next) - first };
  });
}

/** The backward instructions of a part of a model, of a pass whose gradients have reached its outputs. */
type Undo = (reach: Reach) => Instruction[];

/** Code under construction: the forward pass is written in order, the backward pass in reverse order. */
export class Tape {
  readonly #forward: Instruction[] = [];
  readonly #undo: Undo[] = [];

  /**
   * Adds forward instructions, and a function that makes their backward ones for each pass; it is called when the forward
   * code is complete.
   */
  push(forward: readonly Instruction[], undo: Undo): void {
    this.#forward.push(...forward);
    this.#undo.push(undo);
  }

  get forward(): readonly Instruction[] {
    return this.#forward;
  }

  /** A pass from the gradients that `reach` begins with. */
  backward(reach: Reach): Instruction[] {
    return this.#undo.toReversed().flatMap((undo) => undo(reach));
  }
}
