import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Engine, Run } from "../../src/engines/engine.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { estimateMs } from "../../src/sweep/estimate.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Two workers that train `together` runs each in a second and `stepMs` a step, by a clock of its own. */
function fakeEngine(together: number, stepMs: (run: Run) => number) {
  const sizes: number[] = [];
  const train: Engine["train"] = async (runs, { onBegin, noMore }) => {
    const groups = range(Math.ceil(runs.length / together)).map((g) => runs.slice(g * together, (g + 1) * together));
    const work = async () => {
      for (let group = groups.shift(); group && !noMore?.aborted; group = groups.shift()) {
        onBegin?.(group);
        sizes.push(group.length);
        await Promise.resolve();
        const [run] = group as [Run];
        vi.advanceTimersByTime((1000 + run.training.steps * stepMs(run)) / 2);
      }
    };
    await Promise.all([work(), work()]);
  };
  return { sizes, engine: { train } as Engine };
}

test("estimateMs(runs, engine) times as many runs of each model as the engine trains at a time", async () => {
  const models = [ZOO.omoe, ZOO.mmoe].map(({ build }) => build({ inputs: 100, tasks: 2 }));
  const training = { steps: 1000, batch: 60, evalEvery: 250, heldoutRows: 90, trainRows: 180 } as const;
  const runs = range(24).flatMap((index) => models.map((model) => makeRun({ model, index }, training)));
  const { engine, sizes } = fakeEngine(3, ({ model }) => (model.name === "omoe" ? 8 : 10));
  const stepsWorth = 1000 + (4 * 90 + 180) / 60 / 3;
  expect(await estimateMs(runs, engine)).toBeCloseTo((24 / 6) * (8 + 10) * stepsWorth, 6);
  expect(new Set(sizes)).toEqual(new Set([3]));
});
