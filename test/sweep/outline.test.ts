import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { outlinedShare, plannedShare } from "../../src/sweep/share.ts";
import { temporaryFolder } from "../support/effects.ts";
import { chance, writeResults } from "../support/made-results.ts";

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
