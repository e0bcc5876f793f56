import { afterAll, describe, expect, test } from "vitest";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import type { RunResult } from "../../../src/engines/engine.ts";
import { tensorflowBackend } from "../../../src/engines/tfjs/tensorflow-backend.ts";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";
import type { TrainingSettings } from "../../../src/engines/training-settings.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { PAIR_DEEP, PAIR_DROPOUT, PAIR_MMOE, PAIR_OMOE, resultsOf, tinyRun } from "../../engines/tfjs/runs.ts";
import { expectAgreement, resultOf } from "../../support/agreement.ts";
import { DIMENSIONS, embeddedRun } from "../../support/embedded-runs.ts";
import { range } from "../../support/reference.ts";
import { DOZEN, expectSameNumbers, MEMBERS } from "../same-numbers.ts";

const tf = await loadTf("tensorflow");
const { binding } = tensorflowBackend(tf);
const engines = {
  graph: await createTfjsEngine({ backend: "tensorflow", groupSize: 3 }),
  atOnce: await createTfjsEngine({ backend: "tensorflow", groupSize: 3, graph: false }),
  wasm: await createTfjsEngine({ backend: "wasm", groupSize: 3 }),
  cpu: new CpuEngine({ jobs: 1 }),
};
afterAll(() => Promise.all(Object.values(engines).map((engine) => engine.dispose())));

function count() {
  return { tensors: tf.memory().numTensors, native: binding.getNumOfTensors() };
}

test.each([...MEMBERS, PAIR_DROPOUT])(
  "a graph of $name has the numbers of steps at once, after a dozen",
  async (model) => {
    const runs = range(2).map((index) => tinyRun({ model, index }, DOZEN));
    expectSameNumbers(await resultsOf(engines.graph, runs), await resultsOf(engines.atOnce, runs));
  },
);

test.each([
  ["fresh rows", { trainRows: "fresh" }],
  ["rows drawn with replacement", { sampling: "replacement" }],
  ["gradient descent", { optimizer: "sgd", lr: 0.05 }],
  ["sets of more rows than are predicted at a time", { trainRows: 1203, heldoutRows: 1001 }],
  ["batches of one row", { batch: 1 }],
] as const)("so has it with %s", async (_, training) => {
  const runs = range(2).map((index) => tinyRun({ index, model: PAIR_DROPOUT }, { ...DOZEN, ...training }));
  expectSameNumbers(await resultsOf(engines.graph, runs), await resultsOf(engines.atOnce, runs));
});

test("by Adam training by a graph agrees with that on wasm, step by step, dropout too", async () => {
  const run = tinyRun({ model: PAIR_DROPOUT }, { trainRows: "fresh", batch: 23, lr: 0.001 });
  await expectAgreement(run, [engines.graph, engines.wasm]);
});

test.each(["mmoe", "single-task"] as const)(
  "so does that of vectors in front of %s with the cpu engine",
  async (name) => {
    await expectAgreement(embeddedRun(ZOO[name].build(DIMENSIONS), { batch: 20 }), [engines.graph, engines.cpu]);
  },
);

describe("in one call", () => {
  const RATES = [0.001, 0.01, 0.0003];
  const mixed = (training: Partial<TrainingSettings>) =>
    range(2).flatMap((index) =>
      [PAIR_DROPOUT, PAIR_OMOE].flatMap((model) =>
        RATES.map((lr) => tinyRun({ index, model }, { ...DOZEN, ...training, lr })),
      ),
    );
  const together = createTfjsEngine({ backend: "tensorflow", groupSize: 12 });
  afterAll(async () => (await together).dispose());

  test.each([
    ["a fixed set", {}],
    ["fresh rows", { trainRows: "fresh" }],
    ["gradient descent", { optimizer: "sgd" }],
  ] as const)(
    "several models at several learning rates have the numbers that they have alone: %s",
    async (_, training) => {
      const begun: number[] = [];
      const runs = mixed(training);
      const onBegin = ({ length }: readonly unknown[]) => begun.push(length);
      const ours = await resultsOf(await together, runs, { onBegin });
      expect(begun).toEqual([12]);
      expectSameNumbers(ours, await resultsOf(engines.atOnce, runs));
      expect(ours.map(({ run }) => run)).toEqual(runs);
    },
  );

  test("a model that fails leaves the numbers of the others alone", async () => {
    const wide = {
      ...PAIR_OMOE,
      name: "wide",
      experts: { ...PAIR_OMOE.experts, layers: [300] },
      tower: { layers: [300] },
    };
    const runs = [PAIR_MMOE, wide].map((model) =>
      tinyRun({ model }, { ...DOZEN, steps: 50, evalEvery: 20, optimizer: "sgd", lr: 0.4 }),
    );
    const begun: number[] = [];
    const onBegin = ({ length }: readonly unknown[]) => begun.push(length);
    const [sound, failed] = (await resultsOf(await together, runs, { onBegin })) as [RunResult, RunResult];
    expect([begun, sound.failure, failed.failure]).toEqual([[2], undefined, expect.stringMatching(/^diverged/)]);
    expectSameNumbers([sound], await resultsOf(engines.atOnce, runs.slice(0, 1)));
  });
});

describe("a run that fails", () => {
  const { data } = tinyRun();
  const broken = tinyRun({ index: 1, data: { ...data, noiseStd: Number.NaN } });

  test("fails alone, at the step and for the reason that it has at once", async () => {
    const runs = [tinyRun(), broken, tinyRun({ index: 2 })];
    const [first, failed, third] = await resultsOf(engines.graph, runs);
    expect(failed).toMatchObject({ failure: "loss is NaN at step 1", curve: { steps: [], train: [], heldout: [] } });
    const alone = await resultsOf(engines.graph, [tinyRun(), tinyRun({ index: 2 })]);
    expectSameNumbers([first, third] as RunResult[], alone);
    const diverging = tinyRun({}, { optimizer: "sgd", lr: 0.6, steps: 30, evalEvery: 30 });
    const reasons = [await resultOf(engines.graph, diverging), await resultOf(engines.atOnce, diverging)];
    expect(reasons[0]?.failure).toMatch(/^diverged: loss is .* at step \d+$/);
    expect(reasons[0]?.failure?.replace(/is \S+/, "")).toBe(reasons[1]?.failure?.replace(/is \S+/, ""));
  });

  test("ends its group when no other is left", async () => {
    const endless = { ...broken, training: { ...broken.training, steps: 2 ** 31 } };
    expect((await resultOf(engines.graph, endless)).failure).toBe("loss is NaN at step 1");
  });
});

test("training that is stopped in the middle gives no result, leaves no tensor, and goes on from the start as if never begun", async () => {
  const run = tinyRun({}, { ...DOZEN, steps: 200, evalEvery: 50 });
  const expected = await resultOf(engines.graph, run);
  const before = count();
  const abort = new AbortController();
  const onProgress = (_: unknown, step: number) => {
    if (step >= 50) abort.abort();
  };
  expect(await resultsOf(engines.graph, [run], { signal: abort.signal, onProgress })).toEqual([]);
  expect(count()).toEqual(before);
  const again = await resultOf(engines.graph, run);
  expect([again.curve, again.parameters]).toEqual([expected.curve, expected.parameters]);
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
