import { Room, setArrays } from "../feed/feed-arrays.ts";
import { FeedCrew } from "../feed/feed-crew.ts";
import { StepFeed } from "../feed/step-feed.ts";
import type { Group } from "../groups.ts";
import type { Pace } from "../pace.ts";
import type { Tf } from "../tf.ts";
import { ProgramCache } from "./program-cache.ts";
import { type GroupFeed, TracedTrainer } from "./traced-trainer.ts";
import { type ProgramOptions, trainingProgram } from "./training-program.ts";
import { type TrainingShape, trainingShape } from "./training-shape.ts";

/** Traced trainers, one group's after the other's: graphs, memory and the threads that make rows serve them all. */
export class TracedTraining {
  readonly #tf: Tf;
  readonly #programs: ProgramCache<TrainingShape>;
  readonly #crew: FeedCrew;
  readonly #rooms = { sets: new Room(), steps: [new Room(), new Room()] } as const;

  /** `feeders`: threads that make rows, at the most; `note` is called if fewer go on. */
  constructor(tf: Tf, feeders: number, { note, ...options }: ProgramOptions & { note?: (line: string) => void }) {
    this.#tf = tf;
    this.#programs = new ProgramCache((shape) => trainingProgram(tf, shape, options));
    this.#crew = new FeedCrew(feeders, note);
  }

  /** A trainer of this group; undefined once stopped. */
  async trainer(group: Group, pace: Pace): Promise<TracedTrainer | undefined> {
    await this.#crew.begin(group);
    const sets = await this.#sets(group, pace);
    if (!sets) return undefined;
    const feed = { ...sets, steps: new StepFeed(this.#crew, this.#rooms.steps, group) };
    return this.#programs.use(trainingShape(group), (program) => new TracedTrainer(this.#tf, program, group, feed));
  }

  /** Makes the sets of all sources, a few at a time, in place of the previous group's: variables hold copies. */
  async #sets(group: Group, pace: Pace): Promise<Omit<GroupFeed, "steps"> | undefined> {
    const sets = this.#rooms.sets.arrays(setArrays(group));
    const labelCorrelations = new Array<readonly number[]>(group.sources.length);
    for (let i = 0; ; i++) {
      const made = await this.#crew.sets(sets, i);
      if (pace.stopped) return undefined;
      if (made.length === 0) return { sets, labelCorrelations };
      for (const [source, correlations] of made) labelCorrelations[source] = correlations;
    }
  }

  /** Frees what is kept on the device for later groups. */
  free(): void {
    this.#programs.dispose();
  }

  async dispose(): Promise<void> {
    this.#programs.dispose();
    await this.#crew.dispose();
  }
}
