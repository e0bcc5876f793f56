// That training learns; engines are compared with each other elsewhere, so one of them is enough.
import { afterAll, expect, test } from "vitest";
import { labelVariance } from "../../src/data/moments.ts";
import { dot } from "../../src/data/task-set.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { GeneratedRun } from "../../src/engines/engine.ts";
import { mean } from "../../src/stats/moments.ts";
import { resultOf } from "../support/agreement.ts";
import { range } from "../support/reference.ts";
import { taskSetOf } from "../support/runs.ts";
import { PAIR_MMOE, PAIR_OMOE, tinyRun } from "./tfjs/runs.ts";

const LINEAR = { inputs: 4, scale: 0.58, alpha: [], beta: [], noiseStd: 0.1 };
const HELDOUT_ROWS = 2000;

const engine = new CpuEngine({ jobs: 1 });
afterAll(() => engine.dispose());

/** The mean square of the noise in a run's held-out labels, by task: what the best predictor's losses are. */
function heldoutFloor(run: GeneratedRun): [number, number] {
  const { data } = run;
  const pair = taskSetOf(run);
  const { x, y } = pair.rows("heldout", HELDOUT_ROWS);
  const residuals = pair.vectors.map((w, k) =>
    range(HELDOUT_ROWS).map((i) => {
      const label = y[2 * i + k] * Math.sqrt(labelVariance(data));
      return (label - dot(w, x.subarray(4 * i, 4 * i + 4))) ** 2 / labelVariance(data);
    }),
  );
  return residuals.map(mean) as [number, number];
}

test.each([PAIR_OMOE, PAIR_MMOE])(
  "$name on fresh linear rows comes within 8% of the least-squares floor",
  async (model) => {
    const training = { batch: 512, steps: 400, lr: 0.02, evalEvery: 400, heldoutRows: HELDOUT_ROWS };
    const run = tinyRun({ model, data: LINEAR }, { ...training, trainRows: "fresh" });
    const { curve } = await resultOf(engine, run);
    const floor = heldoutFloor(run);
    for (const [k, loss] of (curve.heldout.at(-1) as number[]).entries()) {
      expect(loss).toBeGreaterThan(0.99 * floor[k]);
      expect(loss).toBeLessThan(1.08 * floor[k]);
    }
    expect(mean(floor)).toBeCloseTo(LINEAR.noiseStd ** 2 / labelVariance(LINEAR), 2);
  },
);

test("a model that memorises a few rows goes below the noise floor on them, and never on held-out rows", async () => {
  const training = { trainRows: 12, batch: 12, steps: 400, lr: 0.02, evalEvery: 40, heldoutRows: HELDOUT_ROWS };
  for (const index of range(4)) {
    const run = tinyRun({ data: LINEAR, index }, training);
    const { trainingSetLoss, curve } = await resultOf(engine, run);
    const floor = mean(heldoutFloor(run));
    expect(mean(trainingSetLoss as number[])).toBeLessThan(floor / 2);
    for (const heldout of curve.heldout) expect(mean(heldout)).toBeGreaterThan(floor);
  }
});
