import type { Tensor } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run } from "../../src/engines/engine.ts";
import { relu } from "../../src/engines/tfjs/model/forward.ts";
import { lossesAndGradients } from "../../src/engines/tfjs/model/objective.ts";
import { pack, unpack } from "../../src/engines/tfjs/model/pack.ts";
import { loadTf, type Tf } from "../../src/engines/tfjs/tf.ts";
import { createTfjsEngine, trainInGroups } from "../../src/engines/tfjs/tfjs-engine.ts";
import { GraphProgram } from "../../src/engines/tfjs/trainer/graph-program.ts";
import type { Loop } from "../../src/engines/tfjs/trainer/program.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { PAIR_DROPOUT, resultsOf, tinyRun } from "../engines/tfjs/runs.ts";
import { expectAgreement, expectSameDiagnostics } from "../support/agreement.ts";
import { classRun } from "../support/class-runs.ts";
import { expectClose } from "../support/close.ts";
import { objectiveGradient, range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { someParameters, someRows } from "../support/specs.ts";
import { MEMBERS } from "./same-numbers.ts";

const B = 3;

let tf: Tf;
let engine: Engine;
beforeAll(async () => {
  tf = await loadTf("tensorflow");
  engine = await createTfjsEngine({ backend: "tensorflow", groupSize: 4 });
});
afterAll(() => engine.dispose());
beforeEach(async () => {
  await tf.setBackend("tensorflow"); // one for all instances of tfjs in a process
});

test("createTfjsEngine({ backend: 'tensorflow' }) says that it computes on the CPU", () => {
  expect(engine).toMatchObject({ name: "tfjs", device: "tensorflow cpu" });
});

test("relu(x) has the gradient of tf.relu: 0 at 0", () => {
  const [x, dy] = [tf.tensor1d([-2, 0, 3, -0, 5]), tf.tensor1d([7, 11, 13, 17, 19])];
  const gradient = (rectify: (x: Tensor) => Tensor) => Array.from(tf.grad(rectify)(x, dy).dataSync());
  expect(gradient((x) => relu(tf, x))).toEqual([0, 0, 13, 0, 19]);
  expect(gradient((x) => tf.relu(x))).toEqual([0, 0, 13, 0, 19]);
});

test.each(MEMBERS)("lossesAndGradients($name) gives each block the gradient in float64", (spec) => {
  const gradient = tf.tidy(() => {
    const { x, y } = someRows(spec, B, 1);
    const batch = { x: tf.tensor(x, [1, B, spec.inputs]), y: tf.tensor(y, [1, B, spec.tasks]) };
    const { gradients } = lossesAndGradients(tf, spec, pack(tf, spec, [someParameters(spec, 1)]), batch, {
      huberDelta: null,
    });
    return unpack(spec, gradients)[0];
  });
  const expected = objectiveGradient(spec, someParameters(spec, 1), someRows(spec, B, 1));
  for (const { offset, size } of parameterBlocks(spec))
    expectClose(gradient.subarray(offset, offset + size), expected.slice(offset, offset + size), 1e-5);
});

describe("train(runs)", () => {
  const runs = range(6).flatMap((index) => [tinyRun({ index }), tinyRun({ index, model: PAIR_DROPOUT })]);

  test("leaves no tensor behind, in JavaScript nor in TensorFlow", async () => {
    const { binding } = tf.backend() as unknown as { binding: { getNumOfTensors(): number } };
    await resultsOf(engine, runs);
    const before = [tf.memory().numTensors, binding.getNumOfTensors()];
    for (const _ of range(5)) await resultsOf(engine, runs);
    expect([tf.memory().numTensors, binding.getNumOfTensors()]).toEqual(before);
  });

  test("takes the memory of one group's rows for all", async () => {
    const engine = await createTfjsEngine({ backend: "tensorflow", groupSize: 1 });
    const sets = range(15).map((index) => makeRun({ index }, { trainRows: 60_000, heldoutRows: 5, steps: 1 })); // 24 MB each
    await resultsOf(engine, sets.slice(0, 5));
    const before = process.memoryUsage.rss();
    expect(await resultsOf(engine, sets.slice(5))).toHaveLength(10);
    expect(process.memoryUsage.rss() - before).toBeLessThan(60e6);
    await engine.dispose();
  });

  test.each([
    ["at once", () => tf.tidy(() => tf.fill([2 ** 21, 2 ** 21], 1))],
    ["in a program", squareInProgram],
  ])("knows by TensorFlow's own words that memory is at its end, %s", async (_, exhaust) => {
    const notes: string[] = [];
    const train = async ({ runs }: { readonly runs: readonly Run[] }) => {
      if (runs.length > 1) exhaust();
    };
    const note = (line: string) => notes.push(line);
    const two = [tinyRun(), tinyRun({ index: 1 })];
    await trainInGroups(two, { onResult: () => {} }, { sizeOf: () => 2, mixed: true, train, free: () => {}, note });
    expect(notes).toEqual(["out of memory with 2 runs at a time; going on with 1"]);
  });
});

/** The products of 2^21 numbers with each other: 18 TB. */
function squareInProgram(): void {
  const square: Loop = {
    fed: {},
    variables: ["line"],
    step: ({ line }) => ({
      outputs: { sum: tf.sum(tf.mul(tf.reshape(line, [-1, 1]), tf.reshape(line, [1, -1]))) },
    }),
  };
  const program = new GraphProgram(tf, { variables: { line: { shape: [null], dtype: "float32" } }, loops: { square } });
  try {
    tf.tidy(() => program.assign({ line: tf.ones([2 ** 21]) }));
    program.run("square", 1, {});
  } finally {
    program.dispose();
  }
}

describe("by Adam the cpu engine and TensorFlow agree, step by step, on", () => {
  const cpu = new CpuEngine({ jobs: 1 });
  afterAll(() => cpu.dispose());

  test("labels that are classes, with weights and units of each run's rows", async () => {
    await expectAgreement(classRun(), [engine, cpu]);
    await expectSameDiagnostics(classRun(), [engine, cpu], 5e-4);
  });
});
