import type { Program } from "../trace/program.ts";

/** Most programs that are kept: a sweep has a few shapes, and comes back to each with a later group. */
const MOST = 8;

/** The training programs of an engine, one for all groups of a shape. */
export class ProgramCache<Shape> {
  readonly #create: (shape: Shape) => Program;
  /** Programs by shape; the one used last is last. */
  readonly #kept = new Map<string, Program>();

  constructor(create: (shape: Shape) => Program) {
    this.#create = create;
  }

  /**
   * Calls `use` with the program of this shape. If it throws, for instance for lack of memory, the program is not kept.
   */
  use<T>(shape: Shape, use: (program: Program) => T): T {
    const key = JSON.stringify(shape);
    const program = this.#kept.get(key) ?? this.#create(shape);
    this.#kept.delete(key);
    try {
      const result = use(program);
      this.#keep(key, program);
      return result;
    } catch (error) {
      program.dispose();
      throw error;
    }
  }

  #keep(key: string, program: Program): void {
    this.#kept.set(key, program);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size <= MOST || oldest === undefined) return;
    this.#kept.get(oldest)?.dispose();
    this.#kept.delete(oldest);
  }

  dispose(): void {
    for (const program of this.#kept.values()) program.dispose();
    this.#kept.clear();
  }
}
