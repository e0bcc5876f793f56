import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { RunResult } from "../../src/engines/engine.ts";
import { loadTf } from "../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { tensorflowBackend } from "../../src/engines/tfjs/trace/tensorflow-backend.ts";
import { GroupFeeds } from "../../src/engines/tfjs/traced/group-feeds.ts";
import { trainingHere } from "../engines/tfjs/code/training-here.ts";
import { codeRun, resultsOf, tinyRun } from "../engines/tfjs/runs.ts";
import { expectClose } from "../support/close.ts";
import { BOTTOM, COUNTING, codeModel, DRAWING, LINEAR, MEASURING } from "../support/code-model.ts";
import { range } from "../support/reference.ts";
import { expectSameNumbers, FIFTY, lossesOf } from "./same-numbers.ts";

const tf = await loadTf("tensorflow");
const { binding } = tensorflowBackend(tf);
const notes: string[] = [];
const note = (line: string) => void notes.push(line);
const family = await createTfjsEngine({ backend: "tensorflow", note });
const feeds = new GroupFeeds(2, note);
const engines = {
  traced: trainingHere(family, tf, { feeds, note }),
  eager: trainingHere(family, tf),
};
afterAll(() => Promise.all([family.dispose(), feeds.dispose()]));

const BATCH_NORM = readFileSync("examples/batch-norm.mjs", "utf8");
const FILM = readFileSync("examples/film.mjs", "utf8");
const PENALISED = LINEAR.replace(
  "tf.add(tf.matMul(x, w), b)",
  "{ outputs: tf.add(tf.matMul(x, w), b), penalty: tf.sum(tf.square(w)) }",
);
const GATED = LINEAR.replace(
  "return tf.add(tf.matMul(x, w), b)",
  `const gate = tf.matMul(x, w);
    const chosen = tf.greaterEqual(gate, tf.topk(gate, 1).values);
    return tf.add(tf.where(chosen, gate, tf.zerosLike(gate)), b)`,
);
/** What it does depends on a number that it reads. */
const READING = LINEAR.replace("return", "if (b.dataSync()[0] > 1e9) return tf.zeros([x.shape[0], 2]);\n    return");

/** Of a run of a model in JavaScript: also what it measures of itself. */
function expectSameRuns(ours: readonly RunResult[], theirs: readonly RunResult[]): void {
  expectSameNumbers(ours, theirs);
  for (const [i, result] of ours.entries()) {
    const other = theirs[i] as RunResult;
    expect(result.diagnostics?.steps).toEqual(other.diagnostics?.steps);
    for (const [name, curve] of Object.entries(other.diagnostics?.values ?? {}))
      expectClose(result.diagnostics?.values[name] ?? [], curve, 4e-5);
    expect([result.labelCorrelations, result.parameterCount]).toEqual([other.labelCorrelations, other.parameterCount]);
  }
}

describe("traced training of a model in JavaScript has the numbers of eager steps", () => {
  test.each([
    ["a bottom with towers", BOTTOM, {}],
    ["examples/film.mjs", FILM, {}],
    ["a penalty", PENALISED, {}],
    ["a sparse gate", GATED, {}],
    ["a state", COUNTING, {}],
    ["numbers of its own", MEASURING, {}],
    ["random numbers and a loss of its own", DRAWING, {}],
    ["examples/noisy-gates.mjs", readFileSync("examples/noisy-gates.mjs", "utf8"), {}],
    ["examples/uncertainty.mjs", readFileSync("examples/uncertainty.mjs", "utf8"), {}],
    ["random numbers beside fresh rows", DRAWING, { trainRows: "fresh" }],
    ["a state that stays as it is", COUNTING.replace("tf.add(state.steps, 1)", "state.steps"), {}],
    ["examples/batch-norm.mjs", BATCH_NORM, {}],
    ["fresh rows", BOTTOM, { trainRows: "fresh" }],
    ["gradient descent by Huber's loss", BOTTOM, { optimizer: "sgd", lr: 0.05, huberDelta: 0.7 }],
    ["sets of more rows than are predicted at a time", BOTTOM, { trainRows: 1203, heldoutRows: 1001 }],
  ] as const)("%s", async (_, text, training) => {
    const model = codeModel(text);
    const runs = range(2).map((index) => codeRun(model, { index }, { ...FIFTY, ...training }));
    expectSameRuns(await resultsOf(engines.traced, runs), await resultsOf(engines.eager, runs));
    expect(notes).toEqual([]);
  });
});

test("runs share a graph, and none changes another's numbers or state", async () => {
  const engine = trainingHere(family, tf, { feeds, note });
  const before = binding.getNumOfSavedModels();
  const model = codeModel(BATCH_NORM);
  const runs = range(3).map((index) => codeRun(model, { index }, { ...FIFTY, lr: 0.001 * (index + 1) }));
  const together = await resultsOf(engine, runs);
  expect(binding.getNumOfSavedModels()).toBe(before + 1);
  const [alone] = await resultsOf(engine, runs.slice(2));
  expect(together[2]?.curve).toEqual(alone?.curve);
  expect(together[2]?.parameters).toEqual(alone?.parameters);
  engine.free();
  expect(binding.getNumOfSavedModels()).toBe(before);
});

test("a code that can't be traced trains step by step, and is named once with its line", async () => {
  const model = codeModel(READING);
  const runs = range(2).map((index) => codeRun(model, { index }, FIFTY));
  const [ours, theirs] = [await resultsOf(engines.traced, runs), await resultsOf(engines.eager, runs)];
  expect(ours.map(lossesOf)).toEqual(theirs.map(lossesOf));
  expect(notes.splice(0)).toEqual([
    expect.stringMatching(
      /^model mine: .*mine\.mjs:4: a tensor is read inside of the trace; .* not traced, which is slower$/,
    ),
  ]);
});

test("a code that draws more now and then is not traced either", async () => {
  const drawn = "tf.mul(b, random.uniforms(b.shape))";
  const more = `[${drawn}, calls++ % 2 && random.normals([3])][0]`;
  const model = codeModel(`let calls = 0;\n${DRAWING.replace(drawn, more)}`);
  const runs = [codeRun(model, {}, FIFTY)];
  const [ours, theirs] = [await resultsOf(engines.traced, runs), await resultsOf(engines.eager, runs)];
  expect(ours.map(lossesOf)).toEqual(theirs.map(lossesOf));
  expect(notes.splice(0)).toEqual([expect.stringMatching(/it draws other random numbers in each call; .* not traced/)]);
});

test("a code that breaks while it is traced is its author's error, with its line", async () => {
  const breaking = codeModel(
    LINEAR.replace("return", 'if (x.shape[0] === 500) throw new Error("no 500 rows");\nreturn'),
  );
  await expect(resultsOf(engines.traced, [codeRun(breaking)])).rejects.toThrow("mine.mjs:4: no 500 rows");
});

test("traced training beside the family leaves no tensor behind, done, failed or stopped", async () => {
  const model = codeModel(FILM);
  const others = [codeRun(model, { index: 1 }, { lr: 1e30, optimizer: "sgd" }), codeRun(codeModel(BATCH_NORM))];
  const runs = [tinyRun(), codeRun(model), ...others];
  const count = () => [tf.memory().numTensors, binding.getNumOfTensors()];
  await resultsOf(engines.traced, runs);
  const before = count();
  const [, done, failed] = await resultsOf(engines.traced, runs);
  expect([done?.failure, failed?.failure]).toEqual([undefined, expect.stringMatching(/loss is .* at step \d/)]);
  const abort = new AbortController();
  const endless = codeRun(model, {}, { steps: 2 ** 31, evalEvery: 2 ** 31 });
  setTimeout(() => abort.abort(), 300);
  expect(await resultsOf(engines.traced, [endless], { signal: abort.signal })).toEqual([]);
  expect(count()).toEqual(before);
});

test("a model in a process of its own is traced there, with the numbers that it has in this one", async () => {
  const model = codeModel(FILM);
  const runs = range(2).map((index) => codeRun(model, { index }, FIFTY));
  expectSameRuns(await resultsOf(family, runs), await resultsOf(engines.traced, runs));
  expect(notes).toEqual([]);
});
