import { availableParallelism } from "node:os";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AnyRun, Engine } from "../../src/engines/engine.ts";
import { codeTime } from "../../src/sweep/code-time.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const START_MS = 3000;
const SLOW_STEPS = 25;

/**
 * Processes by a clock of their own: they take 3 s to start, the first steps of a run ten times as long as others, and their
 * progress is told every 20 steps. Runs that begin together end together. On a busy machine all of it is slowed down, and
 * they tell how long they have computed.
 */
function fakeEngine(places: number, stepMs: Readonly<Record<string, number>>, slowedBy?: number) {
  const started = new Set<string>();
  const trained: number[] = [];
  let processorMs = 0;
  const pass = (ms: number) => {
    processorMs += ms;
    vi.advanceTimersByTime(ms * (slowedBy ?? 1));
  };
  const train: Engine["train"] = async (runs, { onBegin, onProgress, signal, noMore }) => {
    const queue = [...runs];
    while (queue.length > 0 && !noMore?.aborted && !signal?.aborted) {
      const begun = queue.splice(0, places);
      for (const run of begun) onBegin?.([run]);
      trained.push(begun.length);
      await new Promise(setImmediate);
      const [{ model, training }] = begun as [AnyRun];
      if (!started.has(model.name)) pass(START_MS);
      started.add(model.name);
      for (let step = 1; step <= training.steps && !signal?.aborted; step++) {
        pass((stepMs[model.name] as number) * (step <= SLOW_STEPS ? 10 : 1));
        if (step % 20 === 0) for (const run of begun) onProgress?.(run, step, 0.5, slowedBy && processorMs);
      }
      for (const run of begun) if (signal?.aborted) started.delete(run.model.name);
    }
  };
  return { trained, engine: { train } as Engine };
}

const TRAINING = { steps: 6000, batch: 60, evalEvery: 1500, heldoutRows: 90, trainRows: 180 } as const;
const STEPS_WORTH = 6000 + (4 * 90 + 180) / 60 / 3;

const runsOf = (name: string, count: number, steps: number = TRAINING.steps) => {
  const model = codeModel(LINEAR, { name });
  return range(count).map((index): AnyRun => ({ ...makeRun({ index }, { ...TRAINING, steps }), model }));
};

/** Less the time until the first progress. */
const trainingMs = async (runs: readonly AnyRun[], engine: Engine, start: number) =>
  (await codeTime(runs, engine)).ms - start;

test.each([
  [1, 7],
  [3, 3],
  [4, 2],
])(
  "codeTime(runs, engine) of 7 runs, %i at once, is that of %i, after the start of their processes",
  async (places, rounds) => {
    const { engine, trained } = fakeEngine(places, { mine: 8 });
    const start = START_MS + 20 * 8 * 10;
    expect(await trainingMs(runsOf("mine", 7), engine, start)).toBeCloseTo(rounds * 8 * STEPS_WORTH, 6);
    expect(trained).toEqual([places]);
  },
);

test("codeTime(runs, engine) tries as many runs as train in one call in each place", async () => {
  const alone = fakeEngine(40, { mine: 8 });
  await codeTime(runsOf("mine", 100), alone.engine);
  expect(alone.trained).toEqual([16]); // one in each place
  const { engine, trained } = fakeEngine(40, { mine: 8 });
  const start = START_MS + 20 * 8 * 10;
  const grouped = { ...engine, inOneCall: () => 10 };
  expect(await trainingMs(runsOf("mine", 100), grouped, start)).toBeCloseTo(3 * 8 * STEPS_WORTH, 6);
  expect(trained).toEqual([40]);
});

test("codeTime(runs, engine) times each model, and starts its processes once for all points of a grid", async () => {
  const { engine } = fakeEngine(2, { mine: 8, yours: 11 });
  const runs = [...runsOf("mine", 2), ...runsOf("mine", 2, 9000), ...runsOf("yours", 2)];
  const start = 2 * START_MS + 20 * 10 * (8 + 11);
  expect(await trainingMs(runs, engine, start)).toBeCloseTo(
    (8 + 8 + 11) * STEPS_WORTH + 8 * (3000 + (2 * 90) / 60 / 3),
    6,
  );
});

test("codeTime(runs, engine) takes all of a run that is too short for its pace to be known", async () => {
  const { engine } = fakeEngine(2, { mine: 8 });
  const short = runsOf("mine", 4, 10);
  expect((await codeTime(short, engine)).ms).toBeCloseTo(
    (2 * (START_MS + 10 * 80) * (10 + (90 + 180) / 60 / 3)) / 10,
    6,
  );
});

test("codeTime(runs, engine) is what the processes compute, on no more cores than there are", async () => {
  const cores = availableParallelism();
  const { engine } = fakeEngine(4 * cores, { mine: 8 }, 5);
  const start = START_MS + 20 * 8 * 10;
  const { ms, places } = await codeTime(runsOf("mine", 8 * cores), engine);
  expect(places).toBe(Math.min(cores, 4));
  expect(ms - start).toBeCloseTo(((8 * cores) / places) * 8 * STEPS_WORTH, 6);
});
