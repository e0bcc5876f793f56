import type { Pace } from "../../pace.ts";
import type { Group } from "../groups.ts";
import type { Tf } from "../tf.ts";
import type { GroupFeeds } from "./group-feeds.ts";
import { ProgramCache } from "./program-cache.ts";
import { TracedTrainer } from "./traced-trainer.ts";
import { type ProgramOptions, trainingProgram } from "./training-program.ts";
import { type TrainingShape, trainingShape } from "./training-shape.ts";

/** Traced trainers of the family, one group's after the other's: graphs serve them all. */
export class TracedTraining {
  readonly #tf: Tf;
  readonly #feeds: GroupFeeds;
  readonly #programs: ProgramCache<TrainingShape>;

  /** `feeds` is the caller's. */
  constructor(tf: Tf, feeds: GroupFeeds, options: ProgramOptions) {
    this.#tf = tf;
    this.#feeds = feeds;
    this.#programs = new ProgramCache((shape) => trainingProgram(tf, shape, options));
  }

  /** A trainer of this group; undefined once stopped. */
  async trainer(group: Group, pace: Pace): Promise<TracedTrainer | undefined> {
    const feed = await this.#feeds.feed(group, pace);
    return (
      feed && this.#programs.use(trainingShape(group), (program) => new TracedTrainer(this.#tf, program, group, feed))
    );
  }

  /** Frees what is kept on the device for later groups. */
  free(): void {
    this.#programs.dispose();
  }
}
