import type { Pace } from "../../pace.ts";
import { type FeedArrays, Room, setArrays } from "../feed/feed-arrays.ts";
import { FeedCrew } from "../feed/feed-crew.ts";
import { StepFeed } from "../feed/step-feed.ts";
import type { Group } from "../groups.ts";

/** Inputs of a group's trainer. */
export interface GroupFeed {
  /** The sets of all sources. */
  readonly sets: FeedArrays;
  /** Measured label correlations of each source. */
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly steps: StepFeed;
}

/** What traced groups are fed, one group after the other: threads that make rows, and memory, serve them all. */
export class GroupFeeds {
  readonly #crew: FeedCrew;
  readonly #rooms = { sets: new Room(), steps: [new Room(), new Room()] } as const;

  /** `feeders`: threads that make rows, at the most; `note` is called if fewer go on. */
  constructor(feeders: number, note?: (line: string) => void) {
    this.#crew = new FeedCrew(feeders, note);
  }

  /** The data of this group, in place of the previous group's: variables hold copies. Undefined once stopped. */
  async feed(group: Group, pace: Pace): Promise<GroupFeed | undefined> {
    await this.#crew.begin(group);
    const sets = await this.#sets(group, pace);
    return sets && { ...sets, steps: new StepFeed(this.#crew, this.#rooms.steps, group) };
  }

  /** Makes the sets of all sources, a few at a time. */
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

  dispose(): Promise<void> {
    return this.#crew.dispose();
  }
}
