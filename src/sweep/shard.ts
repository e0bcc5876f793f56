import type { Config } from "../config/config.ts";
import type { AnyRun } from "../engines/engine.ts";
import type { Shard } from "../records/writer-lock.ts";
import { countRuns, eachRun } from "./plan.ts";

/**
 * The runs of one shard (null: the complete sweep), repeats outermost. Shards of one count are disjoint; together they
 * are the sweep, and neither their sizes nor their shares of a cell differ by more than one run.
 */
export function planShard(config: Config, shard: Shard | null): AnyRun[] {
  return [...eachOfShard(config, shard)];
}

/** The same one by one. */
export function* eachOfShard(config: Config, shard: Shard | null): Generator<AnyRun> {
  const { index, count } = shard ?? { index: 1, count: 1 };
  const sizes = { repeats: config.runs, cells: countRuns(config) / config.runs, count };
  let place = 0;
  for (const run of eachRun(config)) if (indexOf(place++, sizes) === index) yield run;
}

/**
 * The shard, from 1, of the run at `place` in the plan. As many repeats as divide evenly are dealt as a unit, since
 * engines make rows once for all runs of a repeat. The rest is dealt run by run, one cell after the other, so that no
 * shard gets a cell twice.
 */
function indexOf(place: number, { repeats, cells, count }: { repeats: number; cells: number; count: number }): number {
  const [repeat, cell] = [Math.floor(place / cells), place % cells];
  const rest = repeats % count;
  const whole = repeats - rest;
  return 1 + ((repeat < whole ? repeat : cell * rest + (repeat - whole)) % count);
}
