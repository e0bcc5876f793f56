// Both engines' optimizers beside PyTorch's, which share no code with them.
import { beforeAll, describe, expect, test } from "vitest";
import { loadTf, type Tf } from "../../src/engines/tfjs/tf.ts";
import { AtOnceProgram } from "../../src/engines/tfjs/trainer/at-once.ts";
import { initialState, ratesOf, trainingProgram } from "../../src/engines/tfjs/trainer/training-program.ts";
import { rateNames, type TrainingShape } from "../../src/engines/tfjs/trainer/training-shape.ts";
import type { OptimizerSettings } from "../../src/engines/training-settings.ts";
import { range } from "../support/reference.ts";
import { KERNELS, loneRun } from "./cpu/lone-run.ts";
import { APART, B, BOTTOM, CASES, INITIAL, rowsAt } from "./golden/optimizers.ts";

const STEPS = 100;

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

function lossesByTfjs(settings: OptimizerSettings): number[][] {
  const { inputs, tasks } = BOTTOM;
  const given = { ...settings, method: "sum", huberDelta: null } as const;
  const rows = { fresh: true, sharedFeed: false, ownRates: false };
  const shape: TrainingShape = { ...given, ...rows, models: [BOTTOM], inputs, tasks, R: 1, B };
  const program = new AtOnceProgram(tf, trainingProgram(tf, shape));
  tf.tidy(() => program.assign(initialState(tf, shape, 0, [INITIAL])));
  return range(STEPS).map((i) => {
    const { x, y } = rowsAt(i + 1);
    const rates = rateNames(shape).map((name) => [name, tf.tensor1d([ratesOf(given, i + 1)[name]])]);
    const fed = { x: tf.tensor4d([[x]]), y: tf.tensor4d([[y]]), ...Object.fromEntries(rates) };
    return [...program.run("train", 1, fed).losses.dataSync<"float32">()];
  });
}

function lossesByKernels(memory: (typeof KERNELS)[number]["memory"], settings: OptimizerSettings): number[][] {
  const run = loneRun(BOTTOM, B, settings.optimizer, settings.lr, { memory, settings });
  run.setParameters(INITIAL);
  return range(STEPS).map((i) => {
    const { x, y } = rowsAt(i + 1);
    run.setBatch(x, y);
    return run.train(1);
  });
}

describe.each(CASES)("%s: 100 steps have PyTorch's losses", (_, { settings, losses }) => {
  const check = (ours: readonly number[][]) => {
    const steps = Object.entries(losses);
    expect(steps).toHaveLength(7);
    const apart = steps.flatMap(([step, of]) =>
      of.map((value, k) => Math.abs(value - (ours[Number(step) - 1]?.[k] ?? 0))),
    );
    expect(Math.max(...apart)).toBeLessThan(APART);
  };

  test.each(KERNELS)("on the kernels $name", ({ memory }) => {
    check(lossesByKernels(memory, settings));
  });

  test("on tfjs", () => {
    check(lossesByTfjs(settings));
  });
});
