// The engines share neither code for the forward pass nor for gradients: where they agree, both are right.
import fc from "fast-check";
import { expect, test } from "vitest";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { INITIALIZER_NAMES, type Initializer } from "../../src/models/initializers.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { MODEL_NAMES, ZOO } from "../../src/models/zoo.ts";
import { expectAgreement, resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { expectClose } from "../support/close.ts";
import { makeRun } from "../support/runs.ts";
import { BOTTOM, BY_GATING, MMOE, NOISY, PLE } from "../support/specs.ts";
import { anySpec } from "./cpu/specs.ts";
import { tinyRun } from "./tfjs/runs.ts";

const engines = bothEngines();
/** One level, several, and the same bottom for all tasks. */
const DROPPING = [BOTTOM, MMOE, PLE].map((spec) => ({ ...spec, dropout: 0.3 }));

const both = () => [engines.cpu, engines.tfjs] as const;

test.each(MODEL_NAMES)("cpu and tfjs train %s to the same parameters and losses", async (name) => {
  const model = ZOO[name].build({ inputs: 100, tasks: 2 });
  const lr = name === "factorization-machine" ? 0.005 : 0.05; // products of a hundred inputs diverge by more
  const run = makeRun({ model }, { optimizer: "sgd", lr, steps: 12, evalEvery: 5 });
  const [a, b] = [await resultOf(engines.cpu, run), await resultOf(engines.tfjs, run)];
  const near = name === "snr-trans" ? 3e-5 : 1e-5; // it has a ReLU unit at its edge
  expectClose(a.parameters as Float32Array, b.parameters as Float32Array, near);
  expect(a.curve.steps).toEqual(b.curve.steps);
  expectClose(a.curve.train.flat(), b.curve.train.flat(), near);
  expectClose(a.curve.heldout.flat(), b.curve.heldout.flat(), near);
  expectClose(a.trainingSetLoss as number[], b.trainingSetLoss as number[], near);
  expect(a.labelCorrelations).toEqual(b.labelCorrelations);
});

test("cpu and tfjs agree on raw labels by Huber's loss", () => {
  const data = { ...GENERATOR_PRESETS.paper.settings, rawLabels: true };
  return expectAgreement(makeRun({ data }, { optimizer: "sgd", lr: 0.05, huberDelta: 1 }), both());
});

test("by Adam cpu and tfjs agree, step by step, on any model of the family, with dropout or without", async () => {
  const seed = fc.nat({ max: 1e6 });
  const spec = anySpec.map((any) => {
    const { select } = any.gate; // several selectors begin alike: of the gradients of their shares only rounding remains
    const gate = { ...any.gate, ...(select && { select: { ...select, experts: 1 } }) };
    // normalised, two units are -1 and 1: of their gradients, too, only rounding remains; and ReLUs that are all off leave exactly 0
    const { layers, norm } = any.experts;
    const experts = norm ? { ...any.experts, layers: [layers[layers.length - 1] + 2] } : any.experts;
    return { ...any, gate, experts, inputs: any.inputs + any.tasks }; // as many directions as tasks
  });
  await fc.assert(
    fc.asyncProperty(spec, seed, async (model, index) => {
      const data = { ...GENERATOR_PRESETS.paper.settings, inputs: model.inputs };
      await expectAgreement(
        makeRun({ model, data, index }, { batch: 23, trainRows: "fresh", heldoutRows: 5, lr: 0.001 }),
        both(),
      );
    }),
    {
      examples: [...Object.values(BY_GATING), ...DROPPING, NOISY].map((model, index): [ModelSpec, number] => [
        model,
        index,
      ]),
      numRuns: 28,
      seed: 1,
    },
  );
});

test.each(INITIALIZER_NAMES)("cpu and tfjs start from the same values, those of %s", async (name) => {
  const starts = { steps: 1, evalEvery: 1, lr: 1e-30, heldoutRows: 7 };
  const run = (initializer: Initializer) => tinyRun({ index: 5 }, { ...starts, initializer });
  const own: Initializer = name === "truncated-normal" ? { name, std: 0.3 } : { name };
  const [a, b] = [await resultOf(engines.cpu, run(own)), await resultOf(engines.tfjs, run(own))];
  expectClose(a.parameters as Float32Array, b.parameters as Float32Array, 1e-20);
  expectClose(a.curve.heldout.flat(), b.curve.heldout.flat(), 1e-5);
  const other = await resultOf(engines.cpu, run({ name: "truncated-normal", std: 0.2 }));
  expect(a.parameters).not.toEqual(other.parameters);
});

test("cpu and tfjs fail a run for the same reason at the same step, be it that of one task alone", async () => {
  const training = { optimizer: "sgd", lr: 3, steps: 40, evalEvery: 40 } as const;
  const model = ZOO["single-task"].build({ inputs: 100, tasks: 2 });
  const taskKinds = [3, 0.01].map((weight) => ({ kind: "regression", weight }) as const);
  for (const run of [makeRun({}, training), makeRun({ model }, { ...training, taskKinds })]) {
    const [a, b] = [await resultOf(engines.cpu, run), await resultOf(engines.tfjs, run)];
    expect(a.failure).toMatch(/ at step \d+$/);
    expect(a.failure?.replace(/is \S+/, "")).toBe(b.failure?.replace(/is \S+/, ""));
  }
});

test("cpu and tfjs fail a run whose loss over the training set alone has diverged, after its last update", async () => {
  const run = tinyRun({}, { optimizer: "sgd", lr: 56, steps: 1, trainRows: 40, heldoutRows: 2 });
  for (const engine of [engines.cpu, engines.tfjs]) {
    const { curve, failure, trainingSetLoss } = await resultOf(engine, run);
    expect(curve.steps).toEqual([1]);
    expect(failure).toMatch(/^diverged: loss is 1.\d\de\+6 at step 1$/);
    expect(trainingSetLoss).toBeUndefined();
  }
});
