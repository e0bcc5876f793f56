import { availableParallelism } from "node:os";
import { describe, expect, test, vi } from "vitest";
import type { AnyRun, Engine } from "../../src/engines/engine.ts";
import { estimateTime, sideBySideMs, workMs } from "../../src/sweep/estimate.ts";
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
    const engine = { train: async () => {}, path: () => "tfjs-traced" } as unknown as Engine;
    const { value, low, high, from, cores } = await estimateTime(runs(1, 50), engine);
    expect([from, cores]).toEqual(["trial", undefined]);
    expect([low * 1.5, high / 1.5]).toEqual([expect.closeTo(value, 9), expect.closeTo(value, 9)]);
  });
});

describe("sideBySideMs(one, other, cores)", () => {
  /** Shares the cores among the threads a millisecond at a time. */
  function simulated(parts: readonly { ms: number; threads: number }[], cores: number): number {
    let left = parts.map(({ ms, threads }) => ({ work: ms * threads, threads }));
    for (let ms = 0; ; ms++) {
      if (left.length === 0) return ms;
      const share = Math.min(1, cores / left.reduce((sum, { threads }) => sum + threads, 0));
      left = left.map((one) => ({ ...one, work: one.work - one.threads * share })).filter(({ work }) => work > 1e-6);
    }
  }

  test.each([
    [{ ms: 600, threads: 1 }, { ms: 400, threads: 1 }, 2],
    [{ ms: 600, threads: 2 }, { ms: 400, threads: 1 }, 2],
    [{ ms: 300, threads: 2 }, { ms: 900, threads: 1 }, 2],
    [{ ms: 300, threads: 8 }, { ms: 900, threads: 8 }, 8],
    [{ ms: 300, threads: 3 }, { ms: 900, threads: 4 }, 16],
  ])("of %o and %o on %i cores is when equal threads have done their work", (one, other, cores) => {
    const ms = simulated([one, other], cores);
    expect(Math.abs(sideBySideMs(one, other, cores) - ms)).toBeLessThanOrEqual(2);
    expect(sideBySideMs(other, one, cores)).toBe(sideBySideMs(one, other, cores));
  });

  test("of one part alone is its time", () => {
    expect(sideBySideMs({ ms: 0, threads: 2 }, { ms: 700, threads: 1 }, 2)).toBe(700);
  });
});

test("estimateTime(runs, engine) of runs on two engines is not the sum of their times", async () => {
  const own = runs(4, 5000);
  const isOwn = (run: AnyRun) => own.some((one) => one === run);
  vi.useFakeTimers({ toFake: ["performance"] });
  const train: Engine["train"] = async (some, { onBegin }) => {
    onBegin?.(some);
    vi.advanceTimersByTime((some[0] as AnyRun).training.steps / 1000);
  };
  const path = (run: AnyRun) => (isOwn(run) ? "cpu" : "tfjs-traced");
  const engine = { workers: 1, path, train } as unknown as Engine;
  const others = 4e6 / 1000; // on all cores, as TensorFlow; its evaluations are a tenth more
  const { value, from, cores } = await estimateTime([...own, ...runs(1, 4e6, 4)], engine).finally(vi.useRealTimers);
  expect([from, cores]).toEqual(["trial", undefined]);
  const shared = 400 + 4 * 5000 + others / availableParallelism();
  expect(Math.abs(value - shared)).toBeLessThan(0.2 * others);
});
