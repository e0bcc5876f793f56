import { availableParallelism } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AnyRun, Engine, Run } from "../../src/engines/engine.ts";
import { flopPerRow, parameterCount } from "../../src/models/parameters.ts";
import { diagnosisMs, estimateTime, type Part, sideBySide } from "../../src/sweep/estimate.ts";
import { modelWork, workOf } from "../../src/sweep/work.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";

const START_MS = 400;
const PLAIN = { batch: 8, heldoutRows: 1, trainRows: "fresh" } as const;
const runs = (count: number, steps: number) =>
  range(count).map((i) => makeRun({ index: i }, { ...PLAIN, steps, evalEvery: steps }));

let cpuMs = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  cpuMs = 0;
  vi.spyOn(process, "cpuUsage").mockImplementation(() => ({ user: cpuMs * 1000, system: 0 }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An engine whose runs take `start + step * steps` ms each, of a core and of a clock that other programs slow down fourfold. */
function engineOf({ start = 0, step = 1, workers = 1, path = "cpu" }) {
  const train: Engine["train"] = async (some, { onBegin, noMore }) => {
    const begun = noMore === undefined ? some : some.slice(0, workers);
    onBegin?.(begun);
    await Promise.resolve();
    for (const { training } of begun) {
      cpuMs += start + step * training.steps;
      vi.advanceTimersByTime(4 * (start + step * training.steps));
    }
  };
  return { workers, path: () => path, train } as unknown as Engine;
}

describe("estimateTime(runs, engine)", () => {
  test("is the processor's time of all steps, by a trial of those that begin, with a range of a half", async () => {
    const { value, low, high, cores } = await estimateTime(runs(20, 5000), engineOf({ step: 0.5 }));
    expect(value).toBeGreaterThan(START_MS + 20 * 5000 * 0.5);
    expect(value).toBeLessThan(1.01 * (START_MS + 20 * 5000 * 0.5)); // an evaluation of one row is a part of a step
    expect([low, high, cores]).toEqual([value / 1.5, value * 1.5, 1]);
  });

  test("counts evaluations, at the end of the fixed set too: a row of them takes a third of one in training", async () => {
    const trained = { ...PLAIN, steps: 3000, evalEvery: 1000, heldoutRows: 4000, trainRows: 9600 };
    const run = makeRun({}, trained);
    const steps = 3000 + (3 * 4000 + 9600) / 3 / 8;
    const { value } = await estimateTime([run], engineOf({ step: 2 }));
    expect(value / (START_MS + 2 * steps)).toBeCloseTo(1, 3);
  });

  test("counts what each run takes before its first step", async () => {
    const ms = async (start: number) => (await estimateTime(runs(30, 100), engineOf({ start, step: 4 }))).value;
    expect((await ms(50)) - (await ms(0))).toBeCloseTo(30 * 50, 6);
  });

  test("pays for a long start a few times, not at each doubling of the steps", async () => {
    const engine = engineOf({ start: 10_000, step: 3 });
    const train = vi.spyOn(engine, "train");
    const { value } = await estimateTime(runs(2, 5000), engine);
    expect(train.mock.calls.length).toBeLessThan(7); // 11 by doublings
    expect(value / (START_MS + 2 * (10_000 + 3 * 5000))).toBeCloseTo(1, 2);
  });

  test("tries runs with other settings by themselves", async () => {
    const slow = runs(5, 1000).map((run) => ({ ...run, training: { ...run.training, batch: 16 } }));
    const engine = engineOf({});
    const [alone, both] = [await estimateTime(slow, engine), await estimateTime([...runs(5, 1000), ...slow], engine)];
    expect(both.value).toBeGreaterThan(1.9 * alone.value);
  });

  test("takes the clock of an engine whose threads wait for each other, and says no cores", async () => {
    const { value, cores } = await estimateTime(runs(4, 2000), engineOf({ path: "tfjs" }));
    expect([value / (4 * 4 * 2000) > 1, value / (4 * 4 * 2000) < 1.1, cores]).toEqual([true, true, undefined]);
  });

  test("is the time of the slower of two engines that train at once, if there are cores for both", async () => {
    const others = runs(2, 3000);
    const isOther = (run: AnyRun) => others.some(({ training }) => training.batch === run.training.batch);
    for (const run of others) Object.assign(run, { training: { ...run.training, batch: 2 } });
    const engine = { ...engineOf({}), path: (run: AnyRun) => (isOther(run) ? "process" : "cpu") } as Engine;
    const { value } = await estimateTime([...runs(8, 3000), ...others], engine);
    const both = sideBySide(
      { ms: START_MS + 24000, startMs: START_MS, threads: 1 },
      { ms: START_MS + 6000, startMs: START_MS, threads: 1 },
      availableParallelism(),
    );
    expect(Math.abs(value / both.ms - 1)).toBeLessThan(0.01);
  });

  test("watches processes that train models in code, and adds their start", async () => {
    const model = { name: "mine", inputs: 5, tasks: 2, file: "mine.py", sha256: "" };
    const own = runs(6, 4000).map((run) => ({ ...run, model }));
    const train: Engine["train"] = async ([run], { onBegin, onProgress, signal }) => {
      const copy = { ...run };
      onBegin?.([copy]);
      for (let step = 1; step <= 4000 && !signal?.aborted; step++) onProgress?.(copy, step, 1, 2000 + 2 * step);
    };
    const engine = { path: () => "python", train } as unknown as Engine;
    const { value } = await estimateTime(own, engine);
    expect(Math.abs(value / (START_MS + 2000 + 2 * 4000 * 6) - 1)).toBeLessThan(0.01);
  });

  test("of no runs is the start of the program", async () => {
    expect((await estimateTime([], engineOf({}))).value).toBe(START_MS);
  });
});

describe("sideBySide(one, other, cores)", () => {
  test.each([
    [{ ms: 600, threads: 1 }, { ms: 400, threads: 1 }, 2, 600],
    [{ ms: 600, threads: 2 }, { ms: 400, threads: 1 }, 2, 800],
    [{ ms: 300, threads: 8 }, { ms: 900, threads: 8 }, 8, 1200],
  ])("of %o and %o on %i cores takes %i ms, as equal threads have done their work", (one, other, cores, ms) => {
    const [a, b] = [one, other].map((part, i) => ({ ...part, startMs: [400, 300][i] })) as [Part, Part];
    const both = { ms, startMs: 400, threads: one.threads + other.threads };
    expect([sideBySide(a, b, cores), sideBySide(b, a, cores)]).toEqual([both, both]);
  });
});

test("diagnosisMs(runs) is the time of one diagnosis times all of them, without its first use", () => {
  const diagnosed = runs(3, 100).map((run): Run => ({ ...run, diagnostics: ["gates", "units"] }));
  vi.mocked(process.cpuUsage).mockImplementation(() => {
    cpuMs += 7;
    return { user: 1000 * cpuMs, system: 0 };
  });
  expect(diagnosisMs(diagnosed)).toBeCloseTo(3 * 7, 9); // each has one evaluation
  expect(diagnosisMs(runs(3, 100))).toBe(0);
});

const FRESH = { steps: 10, batch: 8, evalEvery: 5, heldoutRows: 30, trainRows: "fresh" } as const;

describe("workOf(run)", () => {
  test("counts steps, values of the optimizer, rows of training, and those evaluated", () => {
    const run = makeRun({}, FRESH);
    const work = workOf(run);
    expect(work).toMatchObject({ runs: 1, steps: 10, values: 10 * 3 * parameterCount(run.model), gathered: 0 });
    expect(work.flop).toBe(10 * 8 * flopPerRow(run.model));
    expect(work.evaluated).toBe(2 * 30 * modelWork(run.model).weights);
    expect(work.drawn).toBe((30 + 80) * 100);
    expect(work.labelled).toBe(2 * work.drawn);
    const { units, mixed } = modelWork(run.model);
    expect([work.units, work.mixed, mixed > 0]).toEqual([80 * units, 80 * mixed, true]);
  });

  test("gathers the rows of a fixed set, which are drawn once; sgd keeps one value a parameter", () => {
    const run = makeRun({}, { ...FRESH, trainRows: 500, optimizer: "sgd" });
    const work = workOf(run);
    expect([work.drawn, work.gathered]).toEqual([(30 + 500) * 100, (80 + 500) * 100]);
    expect(work.values).toBe(10 * parameterCount(run.model));
    expect(work.evaluated).toBe((2 * 30 + 500) * modelWork(run.model).weights);
  });

  test("evaluates a sample of the held-out rows, but all of them at the end", () => {
    const run = makeRun({}, { ...FRESH, evalRows: 12 });
    expect(workOf(run).evaluated).toBe((12 + 30) * modelWork(run.model).weights);
  });
});
