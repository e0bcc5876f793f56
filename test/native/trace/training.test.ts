import { afterAll, describe, expect, test } from "vitest";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import type { Engine, RunResult } from "../../../src/engines/engine.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/engine.ts";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { tensorflowBackend } from "../../../src/engines/tfjs/trace/binding.ts";
import { MODEL_NAMES, ZOO } from "../../../src/models/zoo.ts";
import { PAIR_DEEP, PAIR_DROPOUT, PAIR_MMOE, resultsOf, tinyRun } from "../../engines/tfjs/runs.ts";
import { expectAgreement, resultOf } from "../../support/agreement.ts";
import { expectClose } from "../../support/close.ts";
import { range } from "../../support/reference.ts";
import { makeRun } from "../../support/runs.ts";
import { SPECS } from "../../support/specs.ts";

const tf = await loadTf("tensorflow");
const { binding } = tensorflowBackend(tf);
const engines = {
  traced: await createTfjsEngine({ backend: "tensorflow", groupSize: 3 }),
  eager: await createTfjsEngine({ backend: "tensorflow", groupSize: 3, traced: false }),
  wasm: await createTfjsEngine({ backend: "wasm", groupSize: 3 }),
  cpu: new CpuEngine({ jobs: 1 }),
};
afterAll(() => Promise.all(Object.values(engines).map((engine) => engine.dispose())));

function count() {
  return { tensors: tf.memory().numTensors, native: binding.getNumOfTensors() };
}

/** What a run's numbers are, of any engine. */
function numbers({ curve, trainingSetLoss, parameters }: RunResult): number[] {
  return [...curve.train.flat(), ...curve.heldout.flat(), ...(trainingSetLoss ?? []), ...(parameters ?? [])];
}

async function expectSameNumbers(engines: [Engine, Engine], runs: Parameters<typeof resultsOf>[1], tolerance: number) {
  const [ours, theirs] = [await resultsOf(engines[0], runs), await resultsOf(engines[1], runs)];
  expect(ours.map(({ curve }) => curve.steps)).toEqual(theirs.map(({ curve }) => curve.steps));
  for (const [i, result] of ours.entries()) expectClose(numbers(result), numbers(theirs[i] as RunResult), tolerance);
}

const FIFTY = { steps: 50, evalEvery: 20, optimizer: "adam", lr: 0.001 } as const;
const PAIRS = SPECS.filter(({ tasks }) => tasks > 1).map((spec) => ({ ...spec, tasks: 2 }));

test.each([...PAIRS, PAIR_DROPOUT])(
  "traced training of $name has the numbers of eager steps, after 50",
  async (model) => {
    const runs = range(2).map((index) => tinyRun({ model, index }, FIFTY));
    await expectSameNumbers([engines.traced, engines.eager], runs, 1e-6);
  },
);

test.each([
  ["fresh rows", { trainRows: "fresh" }],
  ["rows drawn with replacement", { sampling: "replacement" }],
  ["gradient descent", { optimizer: "sgd", lr: 0.05 }],
  ["sets of more rows than are predicted at a time", { trainRows: 1203, heldoutRows: 1001 }],
  ["batches of one row", { batch: 1 }],
] as const)("so has it with %s", async (_, training) => {
  const runs = range(2).map((index) => tinyRun({ index, model: PAIR_DROPOUT }, { ...FIFTY, ...training }));
  await expectSameNumbers([engines.traced, engines.eager], runs, 1e-6);
});

describe("by Adam traced training agrees, step by step,", () => {
  test.each(MODEL_NAMES)("with the cpu engine's of %s", async (name) => {
    const run = makeRun(
      { model: ZOO[name].build({ inputs: 100, tasks: 2 }) },
      { batch: 64, trainRows: 500, lr: 0.001 },
    );
    await expectAgreement(run, [engines.traced, engines.cpu]);
  });

  test("with that on wasm, dropout too", async () => {
    const run = tinyRun({ model: PAIR_DROPOUT }, { trainRows: "fresh", batch: 23, lr: 0.001 });
    await expectAgreement(run, [engines.traced, engines.wasm]);
  });
});

test("after 1,000 steps of Adam the losses are the cpu engine's within 1%", async () => {
  const run = makeRun({}, { steps: 1000, evalEvery: 250, lr: 0.001, trainRows: 500 });
  const [ours, theirs] = [await resultOf(engines.traced, run), await resultOf(engines.cpu, run)];
  const ratios = ours.curve.train.flat().map((loss, at) => loss / (theirs.curve.train.flat()[at] as number));
  expectClose(ratios, [1, 1, 1, 1, 1, 1, 1, 1], 0.01);
});

test("a run has the numbers that it has alone, within float32's tolerance", async () => {
  const runs = range(3).map((index) => tinyRun({ index, model: PAIR_DEEP, correlation: index / 2 }, FIFTY));
  const together = await resultsOf(engines.traced, runs);
  for (const [i, run] of runs.entries())
    expectClose(numbers(await resultOf(engines.traced, run)), numbers(together[i] as RunResult), 1e-6);
});

describe("a run that fails", () => {
  const { data } = tinyRun();
  const broken = tinyRun({ index: 1, data: { ...data, noiseStd: Number.NaN } });

  test("fails alone, at the step and for the reason that it has eagerly", async () => {
    const runs = [tinyRun(), broken, tinyRun({ index: 2 })];
    const [first, failed, third] = (await resultsOf(engines.traced, runs)) as RunResult[];
    expect(failed).toMatchObject({ failure: "loss is NaN at step 1", curve: { steps: [], train: [], heldout: [] } });
    for (const result of [first, third] as RunResult[])
      expectClose(numbers(result), numbers(await resultOf(engines.traced, result.run)), 1e-6);
    const diverging = tinyRun({}, { optimizer: "sgd", lr: 0.6, steps: 30, evalEvery: 30 });
    const reasons = [await resultOf(engines.traced, diverging), await resultOf(engines.eager, diverging)];
    expect(reasons[0]?.failure).toMatch(/^diverged: loss is .* at step \d+$/);
    expect(reasons[0]?.failure?.replace(/is \S+/, "")).toBe(reasons[1]?.failure?.replace(/is \S+/, ""));
  });

  test("ends its group when no other is left", async () => {
    const endless = { ...broken, training: { ...broken.training, steps: 2 ** 31 } };
    expect((await resultOf(engines.traced, endless)).failure).toBe("loss is NaN at step 1");
  });
});

test("training that is stopped in the middle gives no result, leaves no tensor, and goes on from the start as if never begun", async () => {
  const run = tinyRun({}, { ...FIFTY, steps: 400, evalEvery: 100 });
  const expected = await resultOf(engines.traced, run);
  const before = count();
  const abort = new AbortController();
  const onProgress = (_: unknown, step: number) => {
    if (step >= 100) abort.abort();
  };
  expect(await resultsOf(engines.traced, [run], { signal: abort.signal, onProgress })).toEqual([]);
  expect(count()).toEqual(before);
  expect(numbers(await resultOf(engines.traced, run))).toEqual(numbers(expected));
});

test("groups of one shape share a graph, whatever their rows, rates and sets; it goes with the engine", async () => {
  const before = binding.getNumOfSavedModels();
  const engine = await createTfjsEngine({ backend: "tensorflow", groupSize: 2 });
  const runs = [
    ...range(4).map((index) => tinyRun({ index })),
    ...range(2).map((index) => tinyRun({ index }, { lr: 0.02, steps: 3, trainRows: 29, heldoutRows: 31 })),
  ];
  expect(await resultsOf(engine, runs)).toHaveLength(6);
  expect(binding.getNumOfSavedModels()).toBe(before + 1);
  await resultsOf(engine, [tinyRun({ model: PAIR_DEEP }), tinyRun({}, { batch: 5 })]);
  expect(binding.getNumOfSavedModels()).toBe(before + 3);
  await engine.dispose();
  expect(binding.getNumOfSavedModels()).toBe(before);
});

test("train(runs) leaves no tensor behind, call after call", async () => {
  const runs = [tinyRun({ model: PAIR_DROPOUT }), tinyRun({ model: PAIR_MMOE }, { trainRows: "fresh" })];
  await resultsOf(engines.traced, runs);
  const before = count();
  for (let i = 0; i < 5; i++) await resultsOf(engines.traced, runs);
  expect(count()).toEqual(before);
});
