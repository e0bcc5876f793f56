import { describe, expect, test } from "vitest";
import type { AnyRun, RunResult } from "../../../../src/engines/engine.ts";
import { feedOf } from "../../../../src/engines/rows/feed.ts";
import { loadTf } from "../../../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../../../src/engines/tfjs/tfjs-engine.ts";
import type { ModelSpec } from "../../../../src/models/spec.ts";
import { keyOf } from "../../../../src/random/key.ts";
import { normalsInto } from "../../../../src/random/normal.ts";
import { wordsInto } from "../../../../src/random/philox.ts";
import { BOTTOM, COUNTING, codeModel, DRAWING, LINEAR, MEASURING } from "../../../support/code-model.ts";
import { BOTTOM as BOTTOM_SPEC } from "../../../support/specs.ts";
import { codeRun, resultsOf, tinyRun } from "../runs.ts";
import { trainingHere } from "./training-here.ts";

const tf = await loadTf("wasm");
const engine = trainingHere(await createTfjsEngine({ backend: "wasm" }), tf);

const SPEC: ModelSpec = { ...BOTTOM_SPEC, tasks: 2 };
/** The same model in JavaScript, by the same name: its streams of initial values are the same. */
const CODE = codeModel(BOTTOM, { name: SPEC.name, inputs: SPEC.inputs, tasks: SPEC.tasks });

const results = (runs: readonly AnyRun[]): Promise<RunResult[]> => resultsOf(engine, runs);

/** The mean of a function of task k's labels, y [N, 2]. */
const meanOf = (y: Float32Array, k: number, of: (label: number) => number) => {
  const labels = y.filter((_, i) => i % 2 === k);
  return labels.reduce((sum, label) => sum + of(label), 0) / labels.length;
};

const lossesOf = ({ curve, trainingSetLoss }: RunResult) => [curve.train, curve.heldout, trainingSetLoss ?? []].flat(2);

describe("a model in JavaScript", () => {
  test.each([
    ["of fixed rows", {}],
    ["of fresh rows", { trainRows: "fresh" }],
    ["with sgd and Huber's loss", { optimizer: "sgd", huberDelta: 0.7, lr: 0.1 }],
    ["on more held-out rows than are evaluated at a time", { heldoutRows: 1203 }],
  ] as const)("trains as the family's that it is, %s", async (_, training) => {
    const run = tinyRun({ model: SPEC, index: 3 }, training);
    const [family, code] = (await results([run, { ...run, model: CODE }])) as [RunResult, RunResult];
    const expected = lossesOf(family);
    expect(lossesOf(code)).toHaveLength(expected.length);
    for (const [i, loss] of lossesOf(code).entries())
      expect((loss as number) / (expected[i] as number)).toBeCloseTo(1, 4);
    expect(code).toMatchObject({ labelCorrelations: family.labelCorrelations, device: "wasm", parameterCount: 144 });
    for (const [i, weight] of (family.parameters as Float32Array).entries())
      expect(code.parameters?.[i]).toBeCloseTo(weight, 4);
  });

  test("trains as the family's on labels that are signs, one of them with a weight", async () => {
    const { data } = tinyRun({ model: SPEC });
    const tasks = [1, 3].map((weight) => ({ kind: "binary", weight }) as const);
    const run = tinyRun({ model: SPEC, data: { ...data, binaryLabels: true } }, { taskKinds: tasks });
    const [family, code] = (await results([run, { ...run, model: CODE }])) as [RunResult, RunResult];
    for (const [i, loss] of lossesOf(family).entries()) expect(lossesOf(code)[i]).toBeCloseTo(loss, 4);
    for (const [i, weight] of (family.parameters as Float32Array).entries())
      expect(code.parameters?.[i]).toBeCloseTo(weight, 4);
  });

  test("has an output for each class, and its loss is the softmax's cross-entropy", async () => {
    const { data } = tinyRun({ model: SPEC });
    const file = codeModel(`export default {
  parameters: ({ outputs }) => ({ b: [outputs.reduce((sum, one) => sum + one)] }),
  forward: (tf, x, { b }) => tf.add(tf.zeros([x.shape[0], 4]), b),
};
`);
    const tasks = [
      { kind: "categorical", weight: 1, classes: 3 },
      { kind: "binary", weight: 1 },
    ] as const;
    const signs = { ...data, inputs: file.inputs, binaryLabels: true, rawLabels: true };
    const run = codeRun({ ...file, outputs: [3, 1] }, { data: signs }, { taskKinds: tasks, lr: 1e-30 });
    const [{ curve }] = (await results([run])) as [RunResult];
    expect(curve.heldout[0]).toEqual([Math.log(3), Math.log(2)].map((loss) => expect.closeTo(loss, 5)));
  });

  test("gives a run the same bits alone and in company", async () => {
    const runs = [0, 1, 2].map((index) => codeRun(CODE, { index }));
    const together = await results([tinyRun({ model: SPEC }), ...runs]);
    const [alone] = await results([runs[2] as AnyRun]);
    expect(lossesOf(together[3] as RunResult)).toEqual(lossesOf(alone as RunResult));
    expect(together[3]?.parameters).toEqual(alone?.parameters);
  });

  test("is trained on its penalty too, and its losses do not show it", async () => {
    const penalty = (weight: number) =>
      codeModel(
        LINEAR.replace(
          "tf.add(tf.matMul(x, w), b)",
          `{ outputs: tf.add(tf.matMul(x, w), b), penalty: tf.mul(${weight}, tf.sum(tf.square(w))) }`,
        ),
      );
    const training = { optimizer: "sgd", lr: 0.1, steps: 1, evalEvery: 1 } as const;
    const [none, some] = (await results([0, 3].map((weight) => codeRun(penalty(weight), {}, training)))) as [
      RunResult,
      RunResult,
    ];
    const [linear] = (await results([codeRun(codeModel(LINEAR), {}, training)])) as [RunResult];
    expect(none.parameters).toEqual(linear.parameters);
    expect(some.curve.train).toEqual(none.curve.train);
    // w after a step of sgd: w - .1 (gradient of the losses) - .1 (3 x 2 w)
    const begin = (await results([codeRun(penalty(0), {}, { ...training, lr: 1e-30 })]))[0]?.parameters as Float32Array;
    const w = begin.subarray(0, 10);
    for (const [i, value] of w.entries())
      expect(some.parameters?.[i]).toBeCloseTo((none.parameters?.[i] as number) - 0.1 * 6 * value, 5);
  });

  test.each([
    ["a number", "tf.mul(2, tf.sum(tf.mean(tf.square(tf.sub(outputs, labels)), 0)))"],
    ["one of each task", "tf.mul(2, tf.mean(tf.square(tf.sub(outputs, labels)), 0))"],
  ])("is trained on a loss of its own, %s, and the sweep's is recorded", async (_, loss) => {
    const doubled = codeModel(LINEAR.replace("{", `{ loss: (tf, outputs, labels) => ${loss},`));
    const training = { optimizer: "sgd", lr: 0.1 } as const;
    const [own] = (await results([codeRun(doubled, {}, { ...training, lr: 0.05 })])) as [RunResult];
    const [sweeps] = (await results([codeRun(codeModel(LINEAR), {}, training)])) as [RunResult];
    for (const [i, loss] of lossesOf(sweeps).entries()) expect(lossesOf(own)[i]).toBeCloseTo(loss as number, 5);
    for (const [i, value] of (sweeps.parameters as Float32Array).entries())
      expect(own.parameters?.[i]).toBeCloseTo(value, 5);
  });

  test("draws other numbers at each step, in forward and in its loss, from streams of the run", async () => {
    const training = { optimizer: "sgd", lr: 0.5, trainRows: "fresh" } as const;
    const model = codeModel(DRAWING);
    const [none] = (await results([codeRun(model, { index: 3 }, { ...training, lr: 1e-30 })])) as [RunResult];
    const [some] = (await results([codeRun(model, { index: 3 }, training)])) as [RunResult];
    const [normal, words] = [new Float32Array(10), new Uint32Array(2)];
    const expected = Float64Array.from(none.parameters as Float32Array); // w, then b
    for (let step = 1; step <= 11; step++) {
      normalsInto(normal, keyOf("mmoe/seed=0/run=3/model=mine/#random/0"), 0, step);
      wordsInto(words, keyOf("mmoe/seed=0/run=3/model=mine/#random/1"), 0, step);
      for (const [i, draw] of [...normal, ...Array.from(words, (word) => word / 2 ** 32)].entries())
        expected[i] = (expected[i] as number) - 0.5 * draw;
    }
    for (const [i, value] of expected.entries()) expect(some.parameters?.[i]).toBeCloseTo(value, 4);
  });

  test("keeps a state from step to step, a run's own, which evaluations read and don't change", async () => {
    const model = codeModel(COUNTING);
    const runs = [0, 1].map((index) => codeRun(model, { index }, { heldoutRows: 1203 })); // evaluated in three parts
    for (const { run, curve } of await results(runs)) {
      const { y } = feedOf(run).sets.heldout;
      const expected = curve.steps.map((step) => [0, 1].map((k) => meanOf(y, k, (label) => (step - label) ** 2)));
      expect(curve.steps).toEqual([4, 8, 11]);
      for (const [i, loss] of curve.heldout.flat().entries()) expect(loss).toBeCloseTo(expected.flat()[i] as number, 3);
    }
  });

  test("measures itself after evaluations, on its first held-out rows", async () => {
    const runs = [19, 501].map((heldoutRows) => codeRun(codeModel(MEASURING), {}, { heldoutRows }));
    for (const { run, curve, diagnostics, parameters } of await results(runs)) {
      const x = feedOf(run).sets.heldout.x.subarray(0, 500 * 5);
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      expect(diagnostics?.steps).toEqual(curve.steps);
      const rows = x.length / 5;
      expect(diagnostics?.values).toMatchObject({ steps: [4, 8, 11], rows: [rows, rows, rows] });
      for (const value of diagnostics?.values.mean ?? [Number.NaN]) expect(value).toBeCloseTo(mean, 5);
      expect(diagnostics?.values["weight/1"]?.at(-1)).toBe(parameters?.[0]);
    }
  });

  test("trains the same whether it measures itself or not", async () => {
    const [counting, measuring] = await results([COUNTING, MEASURING].map((text) => codeRun(codeModel(text))));
    expect([counting?.curve, counting?.parameters]).toEqual([measuring?.curve, measuring?.parameters]);
    expect(counting?.diagnostics).toBeUndefined();
  });

  test("leaves no tensor behind, done or failed", async () => {
    const before = tf.memory().numTensors;
    const counting = codeModel(COUNTING);
    const [done, failed] = await results([
      codeRun(CODE),
      codeRun(CODE, { index: 1 }, { lr: 1e30, optimizer: "sgd" }),
      codeRun(counting),
      codeRun(codeModel(MEASURING)),
    ]);
    expect([done?.failure, failed?.failure]).toEqual([
      undefined,
      expect.stringMatching(/^(diverged: )?loss is .* at step \d/),
    ]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("is not begun once no more may begin, and is given up when it is stopped", async () => {
    const [noMore, stop] = [new AbortController(), new AbortController()];
    const runs = [0, 1, 2].map((index) => codeRun(CODE, { index }));
    const ended: RunResult[] = [];
    await engine.train(runs, { noMore: noMore.signal, onResult: (result) => ended.push(result) && noMore.abort() });
    await engine.train(runs, {
      signal: stop.signal,
      onBegin: () => stop.abort(),
      onResult: (result) => ended.push(result),
    });
    expect(ended.map(({ run }) => run)).toEqual([runs[0]]);
  });

  test("that breaks while it trains names its line", async () => {
    const breaking = codeModel(
      LINEAR.replace("return", 'if (x.shape[0] === 19) throw new Error("no 19 rows");\nreturn'),
    );
    await expect(results([codeRun(breaking)])).rejects.toThrow("mine.mjs:4: no 19 rows");
  });
});
