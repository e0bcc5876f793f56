import { beforeAll, describe, expect, test } from "vitest";
import { type Engine, latestLoss, type RunResult } from "../../../src/engines/engine.ts";
import { loadTf, type Tf } from "../../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";
import { CallLength } from "../../../src/engines/tfjs/trainer/group-trainer.ts";
import { expectClose } from "../../support/close.ts";
import { range } from "../../support/reference.ts";
import { PAIR_DEEP, PAIR_DROPOUT, PAIR_OMOE, PAIR_SELECTING, PAIR_SNR, resultsOf, tinyRun } from "./runs.ts";

let tf: Tf;
let engine: Engine;
beforeAll(async () => {
  engine = await createTfjsEngine({ backend: "wasm", groupSize: 3 });
  tf = await loadTf("wasm");
});

/** Lets the wasm backend's kernel `name` fail in its call number `call`, as TensorFlow fails where memory ends. */
function failOnce(name: string, call: number): () => void {
  const kernel = tf.getKernel(name, "wasm");
  let calls = 0;
  const replace = (kernelFunc: typeof kernel.kernelFunc) => {
    tf.unregisterKernel(name, "wasm");
    tf.registerKernel({ ...kernel, kernelFunc });
  };
  replace((args) => {
    calls++;
    if (calls === call) throw new Error("Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[3,4]");
    return kernel.kernelFunc(args);
  });
  return () => replace(kernel.kernelFunc);
}

/** What must not depend on the runs beside it. */
function numbers({ elapsedMs, ...rest }: RunResult) {
  return rest;
}

describe("train(runs) in groups", () => {
  const models = [PAIR_OMOE, PAIR_DROPOUT, PAIR_SNR, PAIR_SELECTING];
  const runs = models.flatMap((model) =>
    range(4).map((index) => tinyRun({ model, index, correlation: index % 2 === 0 ? 0.5 : 0.9 })),
  );

  let together: RunResult[] = [];
  let left = Number.NaN;
  beforeAll(async () => {
    const before = tf.memory().numTensors;
    together = await resultsOf(engine, runs);
    left = tf.memory().numTensors - before;
  });

  test("gives each run the bits that it has alone", async () => {
    const alone = await resultsOf(await createTfjsEngine({ backend: "wasm", groupSize: 1 }), runs);
    expect(together).toHaveLength(4 * models.length);
    expect(together.map(numbers)).toEqual(alone.map(numbers));
  });

  test("leaves no tensor behind", () => {
    expect(left).toBe(0);
  });
});

describe("a run that fails", () => {
  const { data } = tinyRun();
  const broken = tinyRun({ index: 1, data: { ...data, noiseStd: Number.NaN } });

  test("fails alone: those beside it have the numbers that they have without it", async () => {
    const [first, failed, third] = await resultsOf(engine, [tinyRun(), broken, tinyRun({ index: 2 })]);
    expect(failed).toMatchObject({ failure: "loss is NaN at step 1", curve: { steps: [], train: [], heldout: [] } });
    expect(failed).not.toHaveProperty("trainingSetLoss");
    const without = await resultsOf(engine, [tinyRun(), tinyRun({ index: 2 })]);
    expect([first, third].map((result) => numbers(result))).toEqual(without.map(numbers));
  });

  test("ends its group when no other is left", async () => {
    const [result] = await resultsOf(engine, [{ ...broken, training: { ...broken.training, steps: 2 ** 31 } }]);
    expect(result?.failure).toBe("loss is NaN at step 1");
  });
});

describe("train(runs, hooks)", () => {
  const endless = tinyRun({}, { steps: 2 ** 31, evalEvery: 2 ** 31 });

  test("returns when it is aborted, without results or tensors", async () => {
    const before = tf.memory().numTensors;
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    expect(await resultsOf(engine, [endless, tinyRun()], { signal: abort.signal })).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("reports progress of each run at its evaluations", async () => {
    const reports: unknown[][] = [];
    const runs = [tinyRun(), tinyRun({ index: 1 })];
    const results = await resultsOf(engine, runs, { onProgress: (...report) => reports.push(report) });
    for (const [i, run] of runs.entries()) {
      const own = reports.filter((report) => report[0] === run);
      expect(own.map(([, step]) => step)).toEqual(expect.arrayContaining([4, 8, 11]));
      expect(own.at(-1)?.[2]).toBe(latestLoss(results[i]?.curve.train ?? []));
    }
  });

  test("reports progress between far evaluations too", async () => {
    const abort = new AbortController();
    const steps: number[] = [];
    await resultsOf(engine, [endless], {
      signal: abort.signal,
      onProgress: (_, step) => {
        steps.push(step);
        if (steps.length === 3) abort.abort();
      },
    });
    expect(steps).toHaveLength(3);
  });

  test("redoes a group that memory did not hold, in halves: the same numbers, each once, and no tensor left", async () => {
    const runs = range(3).map((index) => tinyRun({ index }, { steps: 6 }));
    const expected = await resultsOf(engine, runs);
    const before = tf.memory().numTensors;
    const notes: string[] = [];
    const noting = await createTfjsEngine({ backend: "wasm", groupSize: 3, note: (line) => notes.push(line) });
    const restore = failOnce("Sqrt", 3);
    const results = await resultsOf(noting, runs);
    restore();
    expect(notes).toEqual(["out of memory with 3 runs at a time; going on with 2"]);
    expect(results.map(numbers)).toEqual(expected.map(numbers));
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("memoryBytes(runs) is that of the largest group: three runs here, however many there are", () => {
  const runs = (count: number) => range(count).map((index) => tinyRun({ index }, { trainRows: 100_000 }));
  const one = engine.memoryBytes(runs(1));
  expect(one).toBeGreaterThan(4 * 100_000 * (4 + 2));
  expect(engine.memoryBytes(runs(3))).toBe(3 * one);
  expect(engine.memoryBytes(runs(100))).toBe(3 * one);
  expect(engine.memoryBytes([])).toBe(0);
});

test.each([{ groupSize: 0 }, { jobs: 0 }])("createTfjsEngine(%o) is refused", async (options) => {
  await expect(createTfjsEngine({ backend: "wasm", ...options })).rejects.toThrow(RangeError);
});

test("the cpu backend gives what wasm gives, within float32's tolerance", async () => {
  const run = tinyRun({ model: PAIR_DEEP }, { optimizer: "sgd", lr: 0.1 });
  const [wasm] = (await resultsOf(engine, [run])) as [RunResult];
  const [cpu] = (await resultsOf(await createTfjsEngine({ backend: "cpu" }), [run])) as [RunResult];
  expect(cpu.device).toBe("cpu");
  expectClose(cpu.parameters as Float32Array, wasm.parameters as Float32Array, 1e-5);
});

test("a tfjs engine that is to keep runs in flight refuses", async () => {
  const engine = await createTfjsEngine({ backend: "cpu" });
  const keeping = { states: new Map(), everyMs: 1000, onState: () => {} };
  const training = engine.train([], { onResult: () => {}, keeping });
  await expect(training).rejects.toThrow("tfjs: train: this engine keeps no states of runs in flight");
  expect(engine.keepsStates).toBe(false);
});

/** The lengths of calls, a step of which takes so long. */
function lengths(most: number, stepMs: readonly number[]): number[] {
  const length = new CallLength(most);
  return stepMs.map((ms) => {
    const { steps } = length;
    length.took(steps, steps * ms);
    return steps;
  });
}

test("a CallLength grows from one step by four times at the most, to what fits in 100 ms", () => {
  expect(lengths(1e6, [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3])).toEqual([1, 4, 16, 64, 256, 333, 333]);
});

test("a CallLength shrinks at once, to a step at the least", () => {
  expect(lengths(1e6, [1, 1, 20, 2, 400, 400])).toEqual([1, 4, 16, 5, 20, 1]);
});

test("a CallLength stays within its limit", () => {
  expect(lengths(6.5, [0.1, 0.1, 0.1])).toEqual([1, 4, 6]);
  expect(lengths(0.2, [0.1, 0.1])).toEqual([1, 1]);
});
