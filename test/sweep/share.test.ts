import fc from "fast-check";
import { expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { AnyRun } from "../../src/engines/engine.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { planShard } from "../../src/sweep/share.ts";

const smoke = loadConfig("smoke");

const config: fc.Arbitrary<Config> = fc
  .record({
    runs: fc.integer({ min: 1, max: 23 }),
    correlations: fc.uniqueArray(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 5 }),
    models: fc.subarray(MODEL_NAMES, { minLength: 1, maxLength: 4 }),
  })
  .map(({ correlations, ...extent }) => ({ ...smoke, ...extent, correlations: correlations.map((p) => p / 100) }));
const count = fc.integer({ min: 1, max: 31 });

function shardsOf(config: Config, count: number): AnyRun[][] {
  return Array.from({ length: count }, (_, i) => planShard(config, { index: i + 1, count }));
}

const ids = (runs: readonly AnyRun[]) => runs.map(({ id }) => id);
const spread = (sizes: readonly number[]) => Math.max(...sizes) - Math.min(...sizes);

/** Checks a fact of any sweep in any number of shards. */
function always(fact: (config: Config, shards: AnyRun[][]) => void): void {
  fc.assert(
    fc.property(config, count, (config, count) => {
      fact(config, shardsOf(config, count));
    }),
    { numRuns: 40 },
  );
}

test("planShard(config, shard) gives shards that are disjoint and together the sweep", () => {
  always((config, shards) => expect(ids(shards.flat()).sort()).toEqual(ids(planRuns(config)).sort()));
});

test("planShard(config, shard) gives shards whose sizes differ by at most one run", () => {
  always((_, shards) => expect(spread(shards.map((runs) => runs.length))).toBeLessThanOrEqual(1));
});

test("planShard(config, shard) shares out each cell's runs to within one", () => {
  always((config, shards) => {
    const cellOf = ({ model, correlation }: AnyRun) => `${model.name} ${correlation}`;
    const shares = shards.map((runs) => groupBy(runs, cellOf));
    const cells = [...new Set(planRuns(config).map(cellOf))];
    const spreads = cells.map((cell) => spread(shares.map((share) => share.get(cell)?.length ?? 0)));
    expect(Math.max(...spreads)).toBeLessThanOrEqual(1);
  });
});

test("planShard(config, shard) keeps repeats outermost", () => {
  always((_, shards) => {
    for (const runs of shards)
      expect(runs.map(({ index }) => index)).toEqual(runs.map(({ index }) => index).sort((a, b) => a - b));
  });
});

test("planShard(config, shard) changes nothing of a run but whether it is there", () => {
  always((config, shards) => {
    const planned = new Map(planRuns(config).map((run) => [run.id, run]));
    const runs = shards.flat();
    expect(runs).toEqual(runs.map(({ id }) => planned.get(id)));
  });
});

test("planShard(config, shard) leaves the cells of a repeat together, but for those that do not divide evenly", () => {
  const repeats = shardsOf({ ...smoke, runs: 7 }, 3).map((runs) => [
    ...groupBy(runs, ({ index }) => `${index}`).keys(),
  ]);
  expect(repeats).toEqual([
    ["0", "3", "6"],
    ["1", "4", "6"],
    ["2", "5", "6"],
  ]);
});

test("planShard(config, null) is the whole sweep", () => {
  expect(planShard(smoke, null)).toEqual(planRuns(smoke));
});
