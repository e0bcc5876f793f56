// Both engines' optimizers beside PyTorch's, which share no code with them.
import { beforeAll, describe, expect, test } from "vitest";
import { lossesAndGradients } from "../../src/engines/tfjs/model/objective.ts";
import { followed, initialState } from "../../src/engines/tfjs/model/optimizer.ts";
import { joined, pack, separated } from "../../src/engines/tfjs/model/pack.ts";
import { loadTf, type Tf } from "../../src/engines/tfjs/tf.ts";
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
  let state = tf.tidy(() => initialState(tf, settings.optimizer, joined(tf, pack(tf, BOTTOM, [INITIAL]))));
  return range(STEPS).map((i) => {
    const { x, y } = rowsAt(i + 1);
    const { next, losses } = tf.tidy(() => {
      const batch = { x: tf.tensor3d([x]), y: tf.tensor3d([y]) };
      const parameters = separated(tf, BOTTOM, state.parameters);
      const { losses: before, gradients } = lossesAndGradients(tf, BOTTOM, parameters, batch, { huberDelta: null });
      return { next: followed(tf, state, joined(tf, gradients), settings, i + 1), losses: before };
    });
    const values = [...losses.dataSync<"float32">()];
    tf.dispose([state, losses]);
    state = next;
    return values;
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
