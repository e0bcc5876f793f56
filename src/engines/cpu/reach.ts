import type { Columns } from "./columns.ts";
import { type Instruction, instruction } from "./instructions.ts";

/** Columns beside each other. */
interface Range {
  readonly first: number;
  readonly count: number;
}

/** The columns that a backward pass gives a gradient: those of the outputs that it begins with, and of what these are made of. */
export class Reach {
  readonly #addresses = new Set<number>();

  /** N columns have a gradient. */
  add({ gradient, column }: Columns, N: number): void {
    for (let n = 0; n < N; n++) this.#addresses.add(gradient + n * column);
  }

  /** Whether any of N columns has one. */
  has(columns: Columns, N: number): boolean {
    return this.#flags(columns, N).includes(true);
  }

  /** From the first to the last of N columns that have one. */
  span(columns: Columns, N: number): Range {
    const flags = this.#flags(columns, N);
    const first = flags.indexOf(true);
    return { first, count: flags.lastIndexOf(true) + 1 - first };
  }

  /** Instructions that make the gradient 0 in those of N columns that have none: it may be that of an earlier pass. */
  clearOthers(columns: Columns, N: number): Instruction[] {
    const { gradient, column, stride } = columns;
    return gapsIn(this.#flags(columns, N)).map(({ first, count }) =>
      instruction("clear", { values: gradient + first * column, stride, N: count }),
    );
  }

  #flags({ gradient, column }: Columns, N: number): boolean[] {
    return Array.from({ length: N }, (_, n) => this.#addresses.has(gradient + n * column));
  }
}

function gapsIn(flags: readonly boolean[]): Range[] {
  const firsts = [...flags.keys()].filter((n) => !flags[n] && (n === 0 || flags[n - 1]));
  return firsts.map((first) => {
    const next = flags.indexOf(true, first);
    return { first, count: (next < 0 ? flags.length : next) - first };
  });
}
