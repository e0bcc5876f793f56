import { readdirSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { tensorflowBackend } from "../../../src/engines/tfjs/tensorflow-backend.ts";
import { loadTf } from "../../../src/engines/tfjs/tf.ts";
import { GraphProgram } from "../../../src/engines/tfjs/trainer/graph-program.ts";
import type { Loop } from "../../../src/engines/tfjs/trainer/program.ts";
import { temporaryFolder } from "../../support/effects.ts";

const tf = await loadTf("tensorflow");
const { binding } = tensorflowBackend(tf);
/** 40 kB a tensor: one that each of 1,000 calls keeps is 40 MB. */
const [N, D] = [2003, 5];
const STEPS = 3;
const MOST_GROWTH = 15e6; // allocators take up to 5 MB more or less

/** A state that adds up what it is fed. */
const SUM: Loop = {
  fed: { term: { shape: [N, D], dtype: "float32" } },
  variables: ["sum"],
  step: ({ sum, term }) => {
    const next = tf.add(sum, term);
    return { next: { sum: next }, outputs: { mean: tf.mean(next, [0, 1]), doubled: tf.mul(next, 2) } };
  },
};

function started(): GraphProgram {
  const program = new GraphProgram(tf, {
    variables: { sum: { shape: [N, D], dtype: "float32" } },
    loops: { add: SUM },
  });
  tf.tidy(() => program.assign({ sum: tf.zeros([N, D]) }));
  return program;
}

/** An assignment, a loop and a read: three native calls, on tensors that are TensorFlow's alone. Gives the mean at the end. */
function call(program: GraphProgram, value: number): number {
  return tf.tidy(() => {
    program.assign({ sum: tf.fill([N, D], 1) });
    const { mean } = program.run("add", STEPS, { term: tf.fill([STEPS, N, D], value) });
    program.read("sum");
    return mean.dataSync()[STEPS - 1];
  });
}

const tensors = () => [tf.memory().numTensors, binding.getNumOfTensors()];

/** Bytes of the process after many calls, without JavaScript's garbage. */
function residentAfter(calls: number, program: GraphProgram): number {
  for (let i = 1; i <= calls; i++) {
    call(program, i);
    if (i % 100 === 0) globalThis.gc?.();
  }
  return process.memoryUsage.rss();
}

test("1,000 calls of a loop leave no tensor, in JavaScript nor in TensorFlow, and take no memory", () => {
  const program = started();
  const resident = residentAfter(500, program); // allocators have what they keep
  const before = tensors();
  const growth = residentAfter(1000, program) - resident;
  expect(tensors()).toEqual(before);
  expect(growth).toBeLessThan(MOST_GROWTH);
  expect(call(program, 7)).toBe(1 + STEPS * 7);
  program.dispose();
});

test("a program leaves no tensor, session or file behind", () => {
  const folder = temporaryFolder();
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const [before, sessions] = [tensors(), binding.getNumOfSavedModels()];
  const program = started();
  call(program, 7);
  expect([binding.getNumOfSavedModels(), readdirSync(folder)]).toEqual([sessions + 1, []]);
  program.dispose();
  expect([tensors(), binding.getNumOfSavedModels()]).toEqual([before, sessions]);
});
