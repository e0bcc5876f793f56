import type { Feed } from "./feed.ts";
import type { Group } from "./grouping.ts";
import type { Tf } from "./tf.ts";
import type { Program } from "./trace/program.ts";
import { TracedTrainer } from "./traced-trainer.ts";
import { type ProgramOptions, trainingProgram } from "./training-program.ts";
import { trainingShape } from "./training-shape.ts";

/** Kept at a time: a sweep has a few shapes, and comes back to each with its next group. */
const MOST = 8;

/** The training programs of an engine, one for all groups of a shape. */
export class Programs {
  readonly #tf: Tf;
  readonly #options: ProgramOptions;
  /** The one used last comes last. */
  readonly #kept = new Map<string, Program>();

  constructor(tf: Tf, options: ProgramOptions) {
    this.#tf = tf;
    this.#options = options;
  }

  /** A trainer of this group. Where it throws, as for lack of memory, nothing of it is kept. */
  trainer(group: Group, feeds: readonly Feed[]): TracedTrainer {
    const shape = trainingShape(group);
    const key = JSON.stringify(shape);
    const program = this.#kept.get(key) ?? trainingProgram(this.#tf, shape, this.#options);
    this.#kept.delete(key);
    try {
      const trainer = new TracedTrainer(this.#tf, program, group, feeds);
      this.#keep(key, program);
      return trainer;
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
