import { describe, expect, test } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { lossCurve, type RunRecord, recordOf } from "../../src/records/record.ts";
import { runningMeans } from "../../src/records/running-mean.ts";
import { mean } from "../../src/stats/moments.ts";
import { resultOf } from "../support/agreement.ts";
import { makeRun } from "../support/runs.ts";

const STEPS = 23;

async function recordsOf(engine: Engine, evalEvery: readonly number[]): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const every of evalEvery) {
    const run = makeRun({}, { steps: STEPS, evalEvery: every });
    records.push(recordOf(await resultOf(engine, run), engine.name));
  }
  await engine.dispose();
  return records;
}

describe.each<[string, () => Engine | Promise<Engine>]>([
  ["cpu", () => new CpuEngine({ jobs: 1 })],
  ["tfjs", () => createTfjsEngine({ backend: "wasm" })],
])("on %s", (_, engineOf) => {
  test("the running mean is the mean of all batch losses, whatever lies between evaluations", async () => {
    const [each, seventh] = (await recordsOf(await engineOf(), [1, 7])) as [RunRecord, RunRecord];
    expect(seventh.curve.steps).toEqual([7, 14, 21, 23]);
    for (const task of [0, 1, "mean"] as const) {
      const batches = lossCurve(each, "train", task);
      const expected = seventh.curve.steps.map((step) => mean(batches.subarray(0, step)));
      for (const [i, loss] of lossCurve(seventh, "running", task).entries()) expect(loss).toBeCloseTo(expected[i], 7);
      expect(lossCurve(each, "running", task).at(-1)).toBeCloseTo(mean(batches), 7);
    }
  });
});

test("runningMeans(curve) counts a mean as often as it has steps, where evaluations are not evenly spaced", () => {
  const curve = { steps: [1, 10, 100], train: Float64Array.of(8, 1, 3, 2, 1, 4) }; // 1, 9 and 90 steps
  expect([...runningMeans(curve)]).toEqual([8, 1, 3.5, 1.9, 1.25, 3.79]);
});
