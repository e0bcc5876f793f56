import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import type { AnyRun } from "../../src/engines/engine.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { outlinedShare, plannedShare, planShard, shardsOf } from "../../src/sweep/share.ts";
import { temporaryFolder } from "../support/effects.ts";
import { chance, writeResults } from "../support/made-results.ts";

const smoke = loadConfig("smoke");

const config: fc.Arbitrary<Config> = fc
  .record({
    runs: fc.integer({ min: 1, max: 23 }),
    correlations: fc.uniqueArray(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 5 }),
    models: fc.subarray(MODEL_NAMES, { minLength: 1, maxLength: 4 }),
  })
  .map(({ correlations, ...extent }) => ({ ...smoke, ...extent, correlations: correlations.map((p) => p / 100) }));
const count = fc.integer({ min: 1, max: 31 });

function allShards(config: Config, count: number): AnyRun[][] {
  return Array.from({ length: count }, (_, i) => planShard(config, { index: i + 1, count }));
}

const ids = (runs: readonly AnyRun[]) => runs.map(({ id }) => id);
const spread = (sizes: readonly number[]) => Math.max(...sizes) - Math.min(...sizes);

test("planShard(config, shard) gives shards that are disjoint and together the sweep, repeats outermost, each cell and the whole to within one run", () => {
  const property = fc.property(config, count, (config, count) => {
    const shards = allShards(config, count);
    const planned = planRuns(config);
    expect(ids(shards.flat()).sort()).toEqual(ids(planned).sort());
    const known = new Map(planned.map((run) => [run.id, run]));
    expect(shards.flat()).toEqual(shards.flat().map(({ id }) => known.get(id)));
    expect(spread(shards.map((runs) => runs.length))).toBeLessThanOrEqual(1);
    for (const runs of shards)
      expect(runs.map(({ index }) => index)).toEqual(runs.map(({ index }) => index).sort((a, b) => a - b));
    const cellOf = ({ model, correlation }: AnyRun) => `${model.name} ${correlation}`;
    const shares = shards.map((runs) => groupBy(runs, cellOf));
    const cells = [...new Set(planned.map(cellOf))];
    const spreads = cells.map((cell) => spread(shares.map((share) => share.get(cell)?.length ?? 0)));
    expect(Math.max(...spreads)).toBeLessThanOrEqual(1);
  });
  fc.assert(property, { numRuns: 40 });
});

test("planShard(config, shard, processes) gives what the processes train by a shard each, in the order of the plan", () => {
  const property = fc.property(config, count, fc.integer({ min: 1, max: 5 }), (config, count, processes) => {
    const shard = { index: Math.ceil(count / 2), count };
    const own = new Set(shardsOf(shard, processes).flatMap((one) => ids(planShard(config, one))));
    expect(ids(planShard(config, shard, processes))).toEqual(ids(planRuns(config)).filter((id) => own.has(id)));
  });
  fc.assert(property, { numRuns: 20 });
});

test("planShard(config, shard) leaves the cells of a repeat together, but for those that do not divide evenly", () => {
  const repeats = allShards({ ...smoke, runs: 7 }, 3).map((runs) => [
    ...groupBy(runs, ({ index }) => `${index}`).keys(),
  ]);
  expect(repeats).toEqual([
    ["0", "3", "6"],
    ["1", "4", "6"],
    ["2", "5", "6"],
  ]);
});

const configOf = (...sets: string[]) => loadConfig("fixed-rows", ["steps=100", ...sets].map(setOverride));
const silent = () => {};

/** The repeats of some runs, and how many runs each has. */
const repeatsOf = (runs: readonly { readonly index: number }[]) => {
  const counts = new Map<number, number>();
  for (const { index } of runs) counts.set(index, (counts.get(index) ?? 0) + 1);
  return counts;
};

describe("outlinedShare(request)", () => {
  test.each([null, { index: 2, count: 3 }])("counts what plannedShare plans, of shard %o", (shard) => {
    const out = join(temporaryFolder(), "results");
    writeResults(out, chance, ["runs=7"]);
    const request = { config: configOf("runs=16"), out, shard };
    const [outline, share] = [outlinedShare(request, silent), plannedShare(request)];
    expect([outline.runs, outline.todo]).toEqual([share.runs.length, share.todo.length]);
    expect(outline.todo).toBeLessThan(outline.runs);
    expect(outline.steps).toBe(100 * share.todo.length);
    expect(outline.samples).toEqual({ runs: share.runs, todo: share.todo });
  });

  test("samples whole repeats of a large sweep, evenly", () => {
    const { runs, samples } = outlinedShare({ config: configOf("runs=1000"), out: "new" }, silent, 500);
    expect(runs).toBe(9000);
    expect([...repeatsOf(samples.todo)]).toEqual(Array.from({ length: 32 }, (_, i) => [32 * i, 9]));
  });

  test("samples at least one repeat", () => {
    const { samples } = outlinedShare({ config: configOf("runs=3"), out: "new" }, silent, 2);
    expect([...repeatsOf(samples.todo)]).toEqual([[0, 9]]);
  });
});
