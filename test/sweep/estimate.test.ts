import { describe, expect, test, vi } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import { estimateTime, workMs } from "../../src/sweep/estimate.ts";
import type { Speed } from "../../src/sweep/speed.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";

/** A millisecond a step, for each run. */
const SPEED = vi.hoisted(
  (): Speed => ({
    ...{
      runs: 0,
      evaluated: 0,
      steps: 1e6,
      values: 0,
      flop: 0,
      units: 0,
      mixed: 0,
      drawn: 0,
      labelled: 0,
      gathered: 0,
    },
  }),
);
vi.mock("../../src/sweep/speed-file.ts", () => ({ speedHere: async () => SPEED }));

const runs = (count: number, steps: number, from = 0) =>
  range(count).map((i) => makeRun({ index: from + i }, { steps }));

describe("workMs(runs, cores)", () => {
  const on = (workers: number) => ({ workers, cores: workers, speed: SPEED });

  test("adds up the bundles on one core, and halves them on two", () => {
    expect([workMs(runs(4, 100), on(1)), workMs(runs(4, 100), on(2))]).toEqual([400, 200]);
  });

  test("is the time of the core that ends last", () => {
    const bundles = [...runs(1, 500), ...runs(3, 100, 1)];
    expect(workMs(bundles, on(2))).toBe(500);
    expect(workMs(bundles.toReversed(), on(2))).toBe(600);
  });

  test("lets more workers than cores share the cores", () => {
    expect(workMs(runs(4, 100), { workers: 4, cores: 2, speed: SPEED })).toBe(200);
  });

  test("of nothing is 0", () => {
    expect(workMs([], on(2))).toBe(0);
  });
});

describe("estimateTime(runs, engine)", () => {
  test("is made from the work on an engine of workers, with a range of a quarter", async () => {
    const engine = { workers: 1, path: () => "cpu", train: () => expect.unreachable() } as unknown as Engine;
    const [low, high] = [500 / 1.25, 500 * 1.25]; // 400 to start, 100 to train
    expect(await estimateTime(runs(2, 50), engine)).toEqual({ value: 500, low, high, from: "work", cores: 1 });
  });

  test("comes from a short trial on any other engine, with a wider range", async () => {
    const engine = { train: async () => {} } as unknown as Engine;
    const { value, low, high, from, cores } = await estimateTime(runs(1, 50), engine);
    expect([from, cores]).toEqual(["trial", undefined]);
    expect([low * 1.5, high / 1.5]).toEqual([expect.closeTo(value, 9), expect.closeTo(value, 9)]);
  });
});
