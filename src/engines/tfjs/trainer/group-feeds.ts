import type { Tensor } from "@tensorflow/tfjs-core";
import type { Yielder } from "../../yielder.ts";
import type { Group } from "../groups.ts";
import type { Tf } from "../tf.ts";
import { bytesOf, type FeedArray, type FeedArrays, Room, setArrays, stepArrays, stepsFrom } from "./feed-arrays.ts";
import { FeedPool } from "./feed-pool.ts";
import type { Tensors } from "./program.ts";

export interface GroupFeed {
  /** The sets of all sources. */
  readonly sets: FeedArrays;
  /** Measured label correlations of each source. */
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly steps: StepFeed;
}

/** What groups are fed, one group after the other: threads that make rows, and memory, serve them all. */
export class GroupFeeds {
  readonly #pool: FeedPool;
  readonly #rooms = { sets: new Room(), steps: [new Room(), new Room()] } as const;

  /** `feeders`: threads that make rows, at the most; `note` is called if fewer go on. */
  constructor(feeders: number, note?: (line: string) => void) {
    this.#pool = new FeedPool(feeders, note);
  }

  /** The data of this group, in place of the previous group's: variables hold copies. Undefined once stopped. */
  async feed(group: Group, yielder: Yielder): Promise<GroupFeed | undefined> {
    await this.#pool.begin(group);
    const sets = await this.#sets(group, yielder);
    return sets && { ...sets, steps: new StepFeed(this.#pool, this.#rooms.steps, group) };
  }

  /** Makes the sets of all sources, a few at a time. */
  async #sets(group: Group, yielder: Yielder): Promise<Omit<GroupFeed, "steps"> | undefined> {
    const sets = this.#rooms.sets.arrays(setArrays(group));
    const labelCorrelations = new Array<readonly number[]>(group.sources.length);
    for (let i = 0; ; i++) {
      const made = await this.#pool.sets(sets, i);
      if (yielder.stopped) return undefined;
      if (made.length === 0) return { sets, labelCorrelations };
      for (const [source, correlations] of made) labelCorrelations[source] = correlations;
    }
  }

  dispose(): Promise<void> {
    return this.#pool.dispose();
  }
}

/** Steps from number `from` up to `end`, which are made or being made. */
interface Chunk {
  readonly from: number;
  readonly end: number;
  readonly arrays: FeedArrays;
  readonly made: Promise<void>;
}

interface TakenSteps {
  readonly count: number;
  readonly arrays: FeedArrays;
}

/**
 * The data of a group's steps: made step after step, while earlier steps are trained. Fresh rows made in the graph
 * instead, from integer Philox, cost two to five times as much (20 and 200 runs on 64 rows). Compiled by XLA they cost
 * as much at 20 and a tenth less at 200, but labels were not the cpu engine's to the last bit.
 */
export class StepFeed {
  readonly #pool: Pick<FeedPool, "steps">;
  readonly #rooms: readonly [Room, Room];
  readonly #layout: readonly FeedArray[];
  /** The step after the last one. */
  readonly #end: number;
  #begun = 0;
  #current: Chunk | undefined;
  #next: Chunk | undefined;

  /**
   * `pool` makes this group's data. It is made in two rooms, in turn: TensorFlow may read the tensors of a call where
   * they were made, so the next data are made elsewhere until the call has ended.
   */
  constructor(pool: Pick<FeedPool, "steps">, rooms: readonly [Room, Room], group: Group) {
    this.#pool = pool;
    this.#rooms = rooms;
    this.#layout = stepArrays(group);
    this.#end = (group.runs[0]?.training.steps ?? 0) + 1;
  }

  get bytes(): number {
    return bytesOf(this.#layout);
  }

  /**
   * Step `from`, which is the first or follows those taken last, and those after it, up to `to` or fewer. They are
   * valid until more are taken. When the last of those made are taken, `ahead` more are begun.
   */
  async take(from: number, to: number, ahead: number): Promise<TakenSteps> {
    const chunk = await this.#holding(from, ahead);
    const count = Math.min(to + 1, chunk.end) - from;
    return { count, arrays: stepsFrom(this.#layout, chunk.arrays, from - chunk.from, count) };
  }

  /** The arrays as tensors [count, ...], which the caller disposes of. */
  tensors(tf: Tf, { count, arrays }: TakenSteps): Tensors {
    const tensors = this.#layout.map(({ name, dtype, shape }): [string, Tensor] => [
      name,
      tf.tensor(arrays[name] as Float32Array, [count, ...shape], dtype),
    ]);
    return Object.fromEntries(tensors);
  }

  async #holding(from: number, ahead: number): Promise<Chunk> {
    if (this.#current && from < this.#current.end) return this.#current;
    const chunk = this.#next ?? this.#begin(from, ahead);
    await chunk.made;
    this.#current = chunk;
    this.#next = chunk.end < this.#end ? this.#begin(chunk.end, ahead) : undefined;
    return chunk;
  }

  /** Makes `count` steps, or those that are left. */
  #begin(from: number, count: number): Chunk {
    const end = Math.min(from + count, this.#end);
    const room = this.#rooms[this.#begun++ % 2];
    const arrays = room.arrays(this.#layout, end - from);
    const made = this.#pool.steps(arrays, from, end - from);
    made.catch(() => {}); // reported when it is awaited, if it ever is
    return { from, end, arrays, made };
  }
}
