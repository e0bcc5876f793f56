import type { Run } from "../engine.ts";
import type { Feed } from "./feed.ts";
import type { Tf } from "./tf.ts";
import type { Program } from "./trace/program.ts";
import { TracedTrainer } from "./traced-trainer.ts";
import { type ProgramOptions, trainingProgram, trainingShape } from "./training-program.ts";

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

  /** A trainer of these runs. Where it throws, as for lack of memory, nothing of it is kept. */
  trainer(runs: readonly Run[], feeds: readonly Feed[]): TracedTrainer {
    const shape = trainingShape(runs);
    const key = JSON.stringify(shape);
    const program = this.#kept.get(key) ?? trainingProgram(this.#tf, shape, this.#options);
    this.#kept.delete(key);
    try {
      const trainer = new TracedTrainer(this.#tf, program, runs, feeds);
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
