// What a run gives, bit for bit, on one kernel set of this machine, and runs to compare the sets by.
import fc from "fast-check";
import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../../src/data/presets.ts";
import { outputCount, type TaskSettings } from "../../../src/data/task-kinds.ts";
import type { KernelSet } from "../../../src/engines/cpu/kernel-sets.ts";
import { trainRunGroup } from "../../../src/engines/cpu/run-group.ts";
import type { Run, RunResult, RunState } from "../../../src/engines/engine.ts";
import { CONSTANT } from "../../../src/engines/learning-rate.ts";
import { METHODS } from "../../../src/engines/methods.ts";
import type { Layout } from "../../../src/engines/rows/panels.ts";
import { OPTIMIZERS, type TrainingSettings } from "../../../src/engines/training-settings.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../../../src/models/zoo.ts";
import { bitsOf } from "../../support/bits.ts";
import { makeRun } from "../../support/runs.ts";
import { INSTANCES, wasm } from "./lone-run.ts";
import { anySpec } from "./specs.ts";

export const NATIVE = INSTANCES.map(({ set }) => set).filter((set) => set !== "wasm");
const WATCH = { keepParameters: true, isStopped: () => false, onStep: () => {} };

/** All that a run records but its time and device, and its parameters bit for bit. */
function outcome({ curve, failure, trainingSetLoss, labelCorrelations, parameters }: RunResult) {
  return {
    curve,
    failure,
    trainingSetLoss,
    labelCorrelations,
    bits: bitsOf(parameters),
  };
}

const instanceOf = (set: KernelSet) => INSTANCES.find((one) => one.set === set) ?? wasm;

/** Outcomes of runs that train together, in a layout other than the set's own if it is given, each by so many threads. */
export function trained(set: KernelSet, runs: readonly Run[], layout?: Layout, threads = 1) {
  return trainRunGroup(instanceOf(set), runs, WATCH, { layout, threads })?.map(outcome);
}

const ofWasm = new Map<string, ReturnType<typeof trained>>();
/** Outcomes of runs on wasm; the same runs are trained once. */
export function trainedByWasm(runs: readonly Run[]) {
  const key = JSON.stringify(runs);
  const outcomes = ofWasm.get(key) ?? trained("wasm", runs);
  ofWasm.set(key, outcomes);
  return outcomes;
}

/** Outcomes of runs that go on from `states`. */
export function trainedFrom(states: readonly RunState[], set: KernelSet, runs: readonly Run[]) {
  return trainRunGroup(instanceOf(set), runs, { ...WATCH, states })?.map(outcome);
}

/** States of runs that are stopped when the last of them has done `step` steps, or some more. */
export function statesAt(step: number, set: KernelSet, runs: readonly Run[], states?: readonly RunState[]) {
  let kept: readonly RunState[] = [];
  let done = 0;
  const results = trainRunGroup(instanceOf(set), runs, {
    keepParameters: false,
    isStopped: () => done >= step,
    ...(states && { states }),
    onStep: (i, at) => {
      if (i === runs.length - 1) done = at;
    },
    keeping: { everyMs: Number.POSITIVE_INFINITY, isReady: () => true, onStates: (all) => (kept = all) },
  });
  return { results, states: kept };
}

/** A model of each gating, and of each way to choose experts. */
export const KINDS: readonly ModelName[] = [
  ...(["shared-bottom", "single-task", "omoe", "mmoe", "mmoe-linear", "mmoe-top-k", "dselect-k", "ple"] as const),
  ...(["adatt", "mmoe-detached", "cross-stitch", "l2-constrained", "tensor-factorization", "snr-trans"] as const),
  ...(["mmoe-ex", "mmoe-gate-dropout", "mmoe-home", "ppnet", "mmoe-top-k-noisy", "mtan"] as const),
  "factorization-machine",
];

/** Batches, rows and steps for whole runs of the zoo. */
export const TRAININGS = [
  [64, "fresh", 12],
  [256, 700, 4],
  [13, 90, 12],
  [1, "fresh", 20],
  [3, 40, 20],
] as const;

/** One run of each model of the zoo, or of some of it, which train together. */
export function zooRuns(
  batch: number,
  trainRows: TrainingSettings["trainRows"],
  steps = 30,
  models: readonly ModelName[] = MODEL_NAMES,
): Run[] {
  return models.map((name) => {
    const model = ZOO[name].build({ inputs: 100, tasks: 2 });
    return makeRun(
      { model, index: 3 },
      { trainRows, batch, steps, evalEvery: Math.round(0.35 * steps), heldoutRows: 130 },
    );
  });
}

/** A short run of any model of the family, by any method: batches of up to `most` rows, any optimizer, both samplings. */
export function anyRun(most: number): fc.Arbitrary<Run> {
  const shape = fc.record({
    spec: anySpec,
    wide: fc.constantFrom(0, 0, 20, 61, 230),
    batch: fc.integer({ min: 1, max: most }),
    trainRows: fc.oneof(fc.constant("fresh" as const), fc.integer({ min: 70, max: 300 })),
    optimizer: fc.constantFrom(...OPTIMIZERS),
    weightDecay: fc.constantFrom(0, 0.03),
    clipNorm: fc.constantFrom(null, null, 0.2),
    momentum: fc.constantFrom(0, 0.8),
    nesterov: fc.boolean(),
    beta2: fc.constantFrom(0.999, 0.9),
    schedule: fc.constantFrom(
      ...(["constant", "cosine", "steps"] as const).map((name) => {
        return { name, warmup: 2, steps: 7, decaySteps: 3, decayFactor: 0.5 };
      }),
      CONSTANT,
    ),
    sampling: fc.constantFrom("epochs" as const, "replacement" as const),
    heldoutRows: fc.integer({ min: 1, max: 90 }),
    huberDelta: fc.constantFrom(null, null, 0.3, 1),
    rawLabels: fc.boolean(),
    kinds: fc.constantFrom(undefined, undefined, ["binary"] as const, ["categorical", "binary", "regression"] as const),
    weight: fc.constantFrom(1, 2.5),
    labelled: fc.constantFrom(1, 1, 0.6),
    ofTasks: fc.constantFrom(undefined, [{ noiseStd: 0.4, positives: 0.1 }, { labelScale: 7 }]),
    isValidated: fc.boolean(),
    classes: fc.integer({ min: 2, max: 5 }),
    index: fc.nat({ max: 1e6 }),
    method: fc.oneof(fc.constant("sum" as const), fc.constantFrom(...METHODS)),
    decay: fc.constantFrom(undefined, 0.7),
  });
  return shape.map(
    ({ spec, wide, index, rawLabels, kinds, weight, decay, classes, labelled, ofTasks, isValidated, ...given }) => {
      const gaps = labelled < 1;
      const tasks =
        (kinds || gaps) &&
        Array.from({ length: spec.tasks }, (_, k): TaskSettings => {
          const kind = kinds?.[k % kinds.length] ?? "regression";
          const changing = k > 0 && decay !== undefined && { decay };
          return { kind, weight, ...changing, ...(kind === "categorical" && { classes }), ...(gaps && { gaps }) };
        });
      const validationRows = isValidated && given.trainRows !== "fresh" ? Math.floor(given.heldoutRows / 2) : 0;
      const training = { ...given, ...(validationRows > 0 && { validationRows }) };
      const model = {
        ...spec,
        inputs: spec.inputs + spec.tasks + wide,
        ...(tasks && { outputs: tasks.map(outputCount) }),
      };
      const binary = kinds && { binaryLabels: true };
      const labels = { rawLabels, labelled, ...binary, ...(ofTasks && { tasks: ofTasks }) };
      const data = { ...GENERATOR_PRESETS.paper.settings, inputs: model.inputs, ...labels };
      const matrix = { correlationMatrix: correlationMatrix(model.tasks, 0.5) };
      return makeRun(
        { model, data, index, ...matrix },
        { ...training, steps: 7, evalEvery: 3, lr: 0.003, ...(tasks && { taskKinds: tasks }) },
      );
    },
  );
}

/** Runs in fused arithmetic. */
export function fused(runs: readonly Run[]): Run[] {
  return runs.map((run) => ({ ...run, training: { ...run.training, arithmetic: "fused" } }));
}
