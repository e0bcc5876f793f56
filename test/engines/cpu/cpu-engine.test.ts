import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import { availableKernels, fuses } from "../../../src/engines/cpu/native.ts";
import type { Hooks, Run, RunResult } from "../../../src/engines/engine.ts";
import { UsageError } from "../../../src/errors.ts";
import { MODEL_NAMES } from "../../../src/models/zoo.ts";
import { bitsOf } from "../../support/bits.ts";
import { runOf } from "./runs.ts";

const one = new CpuEngine({ jobs: 1 });
const two = new CpuEngine({ jobs: 2 });
const five = new CpuEngine({ jobs: 5 });

afterAll(() => Promise.all([one.dispose(), two.dispose(), five.dispose()]));

async function train(engine: CpuEngine, runs: readonly Run[], hooks: Partial<Hooks> = {}) {
  const results = new Map<string, RunResult>();
  await engine.train(runs, {
    keepParameters: true,
    ...hooks,
    onResult: (result) => {
      results.set(result.run.id, result);
      hooks.onResult?.(result);
    },
  });
  return results;
}

/** The result of `run`, which is there. */
function of(results: Map<string, RunResult>, run: Run | undefined): RunResult {
  return results.get(run?.id as string) as RunResult;
}

/** The first 16 digits of the weights' SHA-256. */
function hash(result: RunResult): string {
  return (bitsOf(result.parameters) as string).slice(0, 16);
}

/** What must not depend on company: all but the time. */
function numbers({ elapsedMs, parameters, ...result }: RunResult) {
  return { ...result, bits: bitsOf(parameters) };
}

describe("1,000 steps", () => {
  // npx vitest run test/engines/cpu/cpu-engine.test.ts -t "1,000 steps" prints the new hashes where they differ
  const HASHES: Record<string, string> = {
    "shared-bottom": "3babbf9be1187763",
    "shared-bottom-16": "c0fd2b5e0fa9cfed",
    omoe: "5f9d73da04040056",
    mmoe: "3294a0ec646ea40a",
    "mmoe-mlp": "9faaa1c99dea69cc",
    "mmoe-mlp-average": "ca163170112e0037",
    "single-task": "c209e18a72b8b9e4",
    "single-task-wide": "b5fceeffea85cdad",
    average: "8e35897ec6b97706",
    "shared-bottom-matched": "f793f6ab06c61187",
    "mmoe-deep-gate-1": "abfa786016868888",
    "mmoe-deep-gate-2": "ca6ff3e10be654e4",
    cgc: "2a3769d50cb2835e",
    adatt: "5b044ec846941ecc",
    "mmoe-detached": "ac820729ee9d9d96",
    "mmoe-top-k": "2384989e79ff4f90",
    ple: "92ab25110ddc4672",
    "cross-stitch": "cf93bbb6b3abe89c",
    "dselect-k": "432dc8f1d982c93c",
    "l2-constrained": "38992f92764d21b4",
    "snr-trans": "a393a29dd227bb38",
    "tensor-factorization": "596b92f486d2f509",
    "shared-bottom-linear": "04440c6ad9f8263f",
    "omoe-linear": "b249f661f8c644f0",
    "mmoe-linear": "839c71da633b8ff3",
  };

  test("leave the same bits in every model of the zoo as ever", async () => {
    const runs = MODEL_NAMES.map((model) => runOf({ model, training: { steps: 1000, evalEvery: 500 } }));
    const results = await train(two, runs);
    const hashes = MODEL_NAMES.map((model, i) => [model, hash(of(results, runs[i]))]);
    expect(Object.fromEntries(hashes)).toEqual(HASHES);
  });
});

describe("100 steps leave the same bits as ever in all of the zoo together,", () => {
  const fuse = availableKernels().sets.some(fuses);
  const few = { batch: 3, trainRows: 40, clipNorm: 0.5 } as const; // units as lanes
  test.each([
    ["with dropout", 0.3, {}, "88d3bac0ce73db9e"],
    ["in small batches, by SGD with clipping and dropout", 0.2, { ...few, optimizer: "sgd" }, "c6561e813f4abb3f"],
    ["by stored gradients", 0, { method: "pcgrad", weightDecay: 0.01 }, "16419eb970809bba"],
    ...(fuse ? ([["in fused arithmetic", 0.1, { arithmetic: "fused" }, "37f261b90101e757"]] as const) : []),
    ...(fuse
      ? ([["in small batches in fused arithmetic", 0, { ...few, arithmetic: "fused" }, "a8b9a1b041d5c1a7"]] as const)
      : []),
  ] as const)("%s", async (_, dropout, training, expected) => {
    const runs = MODEL_NAMES.map((model) =>
      runOf({ model, dropout, training: { steps: 100, evalEvery: 50, ...training } }),
    );
    const results = await train(two, runs);
    expect(
      bitsOf(Float32Array.from(runs.flatMap((run) => [...(of(results, run).parameters ?? [])])))?.slice(0, 16),
    ).toBe(expected);
  });
});

describe("a run's numbers", () => {
  const runs = [0, 1].flatMap((index) =>
    [0.5, 0.9].flatMap((correlation) =>
      [0, 0.3].flatMap((dropout) =>
        (["shared-bottom", "mmoe", "ple"] as const).map((model) => runOf({ model, index, correlation, dropout })),
      ),
    ),
  );

  test("are the same with 1, 2 and 5 workers", async () => {
    const [a, b, c] = await Promise.all([train(one, runs), train(two, runs), train(five, runs)]);
    for (const run of runs) {
      expect(numbers(of(b, run))).toEqual(numbers(of(a, run)));
      expect(numbers(of(c, run))).toEqual(numbers(of(a, run)));
    }
  });

  test("are the same alone, in company and in any order", async () => {
    const company = await train(two, runs.toReversed());
    for (const run of [runs[1], runs[6], runs[14], runs[19], runs[23]] as Run[]) {
      const alone = await train(one, [run]);
      expect(numbers(of(alone, run))).toEqual(numbers(of(company, run)));
    }
  });

  test.each([0, 0.3])("do not depend on how many steps lie between evaluations, with dropout %d", async (dropout) => {
    const often = runOf({ model: "mmoe", dropout, training: { evalEvery: 3 } });
    const rarely = runOf({ model: "mmoe", dropout, training: { evalEvery: 50 } });
    const [a, b] = [await train(one, [often]), await train(one, [rarely])];
    expect(hash(of(a, often))).toBe(hash(of(b, rarely)));
  });
});

test("a run that diverges fails alone and by step", async () => {
  const wild = runOf({ model: "omoe", training: { optimizer: "sgd", lr: 30 } });
  const calm = runOf({ model: "mmoe" });
  const results = await train(one, [wild, calm]);
  expect(of(results, wild).failure).toMatch(/^(diverged: loss is \S+|loss is NaN) at step \d$/);
  expect(of(results, wild).curve.steps).toEqual([]);
  expect(of(results, calm).failure).toBeUndefined();
  expect(hash(of(results, calm))).toBe(hash(of(await train(one, [calm]), calm)));
});

test("a batch loss that is NaN ends the run at its step", async () => {
  const wild = runOf({ model: "mmoe", training: { optimizer: "sgd", lr: 1e20 } });
  expect(of(await train(one, [wild]), wild).failure).toBe("loss is NaN at step 2");
});

test("train(runs) refuses, by name and before the first step, what no worker's memory holds", async () => {
  const fine = runOf({ model: "mmoe" });
  const huge = runOf({ model: "mmoe", index: 1, training: { heldoutRows: 11e6 } });
  const begun: unknown[] = [];
  const refused = train(one, [fine, huge], { onBegin: (runs) => begun.push(...runs) });
  await expect(refused).rejects.toThrow(UsageError);
  const says =
    /^run mmoe\/p=0.50\/1\/0.01 and .* take 4,\d{3} MB, a worker of the cpu engine holds 4,295 MB; give fewer/;
  await expect(refused).rejects.toThrow(says);
  expect(begun).toEqual([]);
  expect(() => one.memoryBytes([huge])).toThrow(says);
});

test("train(runs) told that no more may begin ends the run in flight, and only that", async () => {
  const controller = new AbortController();
  const runs = [0, 1, 2].map((index) => runOf({ model: "mmoe", index }));
  const results = await train(one, runs, { noMore: controller.signal, onResult: () => controller.abort() });
  expect([...results.keys()]).toEqual([(runs[0] as Run).id]);
});

test("train(runs) says which runs it begins together, before they end", async () => {
  const runs = [0, 1].flatMap((index) => [runOf({ model: "mmoe", index }), runOf({ model: "omoe", index })]);
  const told: string[] = [];
  await train(one, runs, {
    onBegin: (begun) => told.push(`begin ${begun.map(({ id }) => runs.findIndex((run) => run.id === id))}`),
    onResult: ({ run }) => told.push(`end ${runs.findIndex(({ id }) => id === run.id)}`),
  });
  expect(told).toEqual(["begin 0,1", "end 0", "end 1", "begin 2,3", "end 2", "end 3"]);
});

describe("onProgress", () => {
  const run = runOf({ model: "mmoe", training: { steps: 50_000, evalEvery: 10_000 } });
  const told: { step: number; loss: number }[] = [];
  let means: number[] = [];
  beforeAll(async () => {
    const results = await train(one, [run], { onProgress: (_, step, loss) => told.push({ step, loss }) });
    means = of(results, run).curve.train.map(([a = 0, b = 0]) => (a + b) / 2);
  });

  test("is told the steps while a run trains", () => {
    const steps = told.map(({ step }) => step);
    expect(steps.length).toBeGreaterThan(1);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(50_000);
  });

  test("is told the latest training loss, once there is one", () => {
    for (const { step, loss } of told.filter(({ step }) => step < 10_000))
      expect([step, loss]).toEqual([step, Number.NaN]);
    for (const { step, loss } of told.filter(({ step }) => step >= 10_000)) {
      const at = Math.floor(step / 10_000); // the loss may be newer than the step that is told with it
      expect(means.slice(at - 1, at + 2)).toContain(loss);
    }
    expect(told.at(-1)?.loss).toBe(means.at(-1));
  });
});

test("memoryBytes(runs) does not grow with the number of run indices", () => {
  const runs = (count: number) => Array.from({ length: count }, (_, index) => runOf({ model: "mmoe", index }));
  expect(two.memoryBytes(runs(40))).toBe(two.memoryBytes(runs(2)));
});
