import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AnyRun, Engine } from "../../src/engines/engine.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { estimateMs, stepMs } from "../../src/sweep/trial-time.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const MODELS = [ZOO.omoe, ZOO.mmoe].map(({ build }) => build({ inputs: 100, tasks: 2 }));
const TRAINING = { steps: 1000, batch: 60, evalEvery: 250, heldoutRows: 90, trainRows: 180 } as const;
const STEPS_WORTH = 1000 + (4 * 90 + 180) / 60 / 3;

const runs = range(24).flatMap((index) => MODELS.map((model) => makeRun({ model, index }, TRAINING)));
const msOf = ({ model }: AnyRun) => (model.name === "omoe" ? 8 : 10);

/** Two workers, by a clock of their own: a group takes a second and so many milliseconds a step for each of its runs. */
function fakeEngine(groupsOf: (runs: readonly AnyRun[]) => AnyRun[][], advance = vi.advanceTimersByTime) {
  const sizes: number[] = [];
  const train: Engine["train"] = async (runs, { onBegin, noMore }) => {
    const groups = groupsOf(runs);
    const work = async () => {
      for (let group = groups.shift(); group && !noMore?.aborted; group = groups.shift()) {
        onBegin?.(group);
        sizes.push(group.length);
        await new Promise(setImmediate);
        const stepMs = group.reduce((sum, run) => sum + msOf(run), 0);
        advance((1000 + (group[0] as AnyRun).training.steps * stepMs) / 2);
      }
    };
    await Promise.all([work(), work()]);
  };
  return { sizes, engine: { train, path: () => "tfjs-traced" } as unknown as Engine };
}

const chunks = (runs: readonly AnyRun[], size: number) =>
  range(Math.ceil(runs.length / size)).map((g) => runs.slice(g * size, (g + 1) * size));

test.each([
  ["mixes models", (runs: readonly AnyRun[]) => chunks(runs, 6)],
  [
    "trains one model at a time, in turn",
    (runs: readonly AnyRun[]) =>
      chunks(runs, 12).flatMap((some) => MODELS.map(({ name }) => some.filter(({ model }) => model.name === name))),
  ],
])("estimateMs(runs, engine) times groups as the engine makes them: one that %s", async (_, groupsOf) => {
  const { engine, sizes } = fakeEngine(groupsOf);
  expect(await estimateMs(runs, engine)).toBeCloseTo(((24 * (8 + 10)) / 2) * STEPS_WORTH, 6);
  expect(new Set(sizes)).toEqual(new Set([6]));
});

test("estimateMs(runs, engine) of a grid adds what each of its points takes", async () => {
  const longer = runs.map((run) => ({ ...run, training: { ...run.training, steps: 3000 } }));
  const { engine } = fakeEngine((some) => chunks(some, 6));
  const alone = (24 * (8 + 10)) / 2;
  const more = alone * (3000 + (12 * 90 + 180) / 60 / 3);
  expect(await estimateMs([...runs, ...longer], engine)).toBeCloseTo(alone * STEPS_WORTH + more, 6);
});

test("estimateMs(runs, engine) times each method of a grid", async () => {
  const training = { ...TRAINING, method: "pcgrad" } as const;
  const { engine, sizes } = fakeEngine((some) => [[...some]]);
  await estimateMs([...runs, ...runs.map((run) => ({ ...run, training: { ...run.training, ...training } }))], engine);
  expect(new Set(sizes)).toEqual(new Set([48]));
});

test("estimateMs(runs, engine) on one thread takes the processor's time, whatever else the machine does", async () => {
  let processorMs = 5000;
  vi.spyOn(process, "cpuUsage").mockImplementation(() => ({ user: 700 * processorMs, system: 300 * processorMs }));
  const busy = (ms: number) => {
    processorMs += ms;
    return vi.advanceTimersByTime(3 * ms);
  };
  const { engine } = fakeEngine((some) => chunks(some, 6), busy as typeof vi.advanceTimersByTime);
  const eager: Engine = { ...engine, path: () => "tfjs-eager" };
  expect(await estimateMs(runs, eager)).toBeCloseTo(((24 * (8 + 10)) / 2) * STEPS_WORTH, 6);
  expect(await estimateMs(runs, engine)).toBeCloseTo(3 * ((24 * (8 + 10)) / 2) * STEPS_WORTH, 6);
});

test("stepMs(runs, engine) goes on until the steps show beside what is paid once", async () => {
  const times = [100, 115, 104, 130, 165, 260]; // ms of 1, 2, 4, 8, 16 and 32 steps
  const engine = { train: async () => vi.advanceTimersByTime(times.shift() as number) } as unknown as Engine;
  expect(await stepMs([makeRun()], engine, 15)).toBe((260 - 165) / 16);
});

test("estimateMs([], engine) is 0", async () => {
  expect(await estimateMs([], fakeEngine(() => []).engine)).toBe(0);
});

test("stepMs(runs, engine) measures again where a longer training took less time than a shorter one", async () => {
  const times = [30, 20, 40, 20, 100]; // ms of 1, 2, 4, 8 and 16 steps: the machine was busy with the first
  const engine = { train: async () => vi.advanceTimersByTime(times.shift() ?? 1000) } as unknown as Engine;
  expect(await stepMs([makeRun()], engine, 15)).toBe((40 - 20) / 2);
  expect(await stepMs([makeRun()], engine, 15)).toBeGreaterThan(0);
});
