import { beforeEach, expect, test, vi } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { tryEngine } from "../../src/sweep/engine-trial.ts";
import { fakeEngine } from "../support/fake-engine.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  return () => vi.useRealTimers();
});

/** `engine` with a clock that runs for 300 ms a step in its timed trials, which train nothing. */
function timed(engine: Engine): Engine {
  const train: Engine["train"] = async (runs, hooks) => {
    if (runs.length === 1) await engine.train(runs, hooks);
    else vi.advanceTimersByTime(300 * (runs[0]?.training.steps ?? 0));
  };
  return { ...engine, name: engine.name, device: engine.device, train };
}

test("tryEngine(cpu) finds the recorded losses, to the last digit kept", async () => {
  const cpu = new CpuEngine({ jobs: 1 });
  const trial = await tryEngine(timed(cpu));
  await cpu.dispose();
  expect(trial.tolerance).toBe(1e-8);
  expect(trial.difference).toBeLessThan(1e-8);
});

test("tryEngine(tfjs) agrees with the cpu engine within float32's tolerance, and not to the bit", async () => {
  const trial = await tryEngine(timed(await createTfjsEngine({ backend: "wasm" })));
  expect(trial).toMatchObject({ device: "wasm", tolerance: 1e-4 });
  expect(trial.difference).toBeLessThan(1e-5);
  expect(trial.difference).toBeGreaterThan(0);
});

test("tryEngine(engine) counts the steps of all runs that train together, and has no difference to tell without a loss", async () => {
  const { runStepsPerSecond } = await tryEngine(timed(fakeEngine()));
  expect(runStepsPerSecond).toBeCloseTo(32 / 0.3);
  const silent = timed({ ...fakeEngine(), train: async () => {} });
  expect((await tryEngine(silent)).difference).toBeNaN();
});
