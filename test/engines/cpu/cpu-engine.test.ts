import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CpuEngine } from "../../../src/engines/cpu/cpu-engine.ts";
import { availableKernels, fuses } from "../../../src/engines/cpu/native.ts";
import type { Hooks, Run, RunResult } from "../../../src/engines/engine.ts";
import { UsageError } from "../../../src/errors.ts";
import { MODEL_NAMES } from "../../../src/models/zoo.ts";
import { bitsOf } from "../../support/bits.ts";
import { runOf } from "./runs.ts";

const one = new CpuEngine({ jobs: 1 });
const three = new CpuEngine({ jobs: 3 });

afterAll(() => Promise.all([one.dispose(), three.dispose()]));

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

describe("300 steps", () => {
  // npx vitest run test/engines/cpu/cpu-engine.test.ts -t "300 steps" prints the new hashes where they differ
  const HASHES: Record<string, string> = {
    "shared-bottom": "24d8e3c85c4741b6",
    "shared-bottom-16": "3aad30784b4c5a69",
    omoe: "46a25ea646b6787b",
    mmoe: "03f964555ab2bbfd",
    "mmoe-mlp": "5ed1c51178583520",
    "mmoe-mlp-average": "3d306070f038280d",
    "single-task": "8ccffd1ab6e5f556",
    "single-task-wide": "4333f3c02123adca",
    average: "8000a20918f731a2",
    "shared-bottom-matched": "dff3fe03b61aaffb",
    "mmoe-deep-gate-1": "2b0094627fed8c1d",
    "mmoe-deep-gate-2": "1bbe20813759ca07",
    cgc: "979791470ef5a7bf",
    adatt: "91bfebb5466d9f43",
    "mmoe-detached": "5c9a62548be9cdd8",
    "mmoe-top-k": "df400dd4bf33ec6e",
    ple: "331162a8f1d5b936",
    "cross-stitch": "1f29664a7a323789",
    "dselect-k": "f3cf0409d1d48eef",
    "l2-constrained": "e82cbfba8515a9e1",
    "snr-trans": "3ff4c263d0178a82",
    "tensor-factorization": "926743ead1018f46",
    "shared-bottom-linear": "1ecc42c5ab5530b6",
    "omoe-linear": "fd6e2716849923e0",
    "mmoe-linear": "83d84e2dcea72916",
    "mmoe-ex": "b29a98473e5d8d77",
    "mmoe-gate-dropout": "ecd51f01ab57da44",
    "mmoe-home": "a80a217be0612543",
    ppnet: "f82c5cfda17ef063",
    "mmoe-top-k-noisy": "ca7f2aab5463019c",
    mtan: "eb101c8123c87c26",
    "logistic-regression": "5d04c3fa85db7ad2",
    "factorization-machine": "9ef622d4436ee870",
  };

  test("leave the same bits in every model of the zoo as ever", async () => {
    const runs = MODEL_NAMES.map((model) => runOf({ model, training: { steps: 300, evalEvery: 150 } }));
    const results = await train(three, runs);
    const hashes = MODEL_NAMES.map((model, i) => [model, hash(of(results, runs[i]))]);
    expect(Object.fromEntries(hashes)).toEqual(HASHES);
  });
});

describe("100 steps leave the same bits as ever in the first 25 models of the zoo together,", () => {
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
    const runs = MODEL_NAMES.slice(0, 25).map((model) =>
      runOf({ model, dropout, training: { steps: 100, evalEvery: 50, ...training } }),
    );
    const results = await train(three, runs);
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

  test("are the same with 1 and 3 workers, alone, in company and in any order", async () => {
    const [expected, company] = [await train(one, runs), await train(three, runs.toReversed())];
    for (const run of runs) expect(numbers(of(company, run))).toEqual(numbers(of(expected, run)));
    for (const run of [runs[1], runs[6], runs[14], runs[19], runs[23]] as Run[]) {
      const alone = await train(one, [run]);
      expect(numbers(of(alone, run))).toEqual(numbers(of(company, run)));
    }
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
  expect(three.memoryBytes(runs(40))).toBe(three.memoryBytes(runs(3)));
});
