import { expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { measuredCorrelations } from "../../src/data/label-correlation.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import { pearson } from "../../src/stats/moments.ts";

test("measuredCorrelations(settings, correlations) is that of the labels that the run trains on, at each", () => {
  const settings = { ...GENERATOR_PRESETS.paper.settings, inputs: 7 };
  const identity = { seed: 2, run: 5 };
  const expected = [0.5, 0.9].map((p) => {
    const { y } = new TaskSet(settings, correlationMatrix(2, p), identity).rows("train", 40);
    const task = (k: number) => Array.from({ length: 40 }, (_, n) => y[2 * n + k]);
    return pearson(task(0), task(1));
  });
  expect(measuredCorrelations(settings, [0.5, 0.9], 40, identity)).toEqual(expected);
});
