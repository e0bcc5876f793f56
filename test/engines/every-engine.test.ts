// What the engines of the family do alike with the runs that they are given, and which they refuse.
import { describe, expect, test } from "vitest";
import type { Engine, Hooks, Run, RunResult } from "../../src/engines/engine.ts";
import type { EvalEvery } from "../../src/engines/evaluations.ts";
import type { Optimizer } from "../../src/engines/training-settings.ts";
import type { Gating } from "../../src/models/gatings.ts";
import { mean, pearson } from "../../src/stats/moments.ts";
import { resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";
import { expectClose } from "../support/close.ts";
import { taskLosses } from "../support/reference.ts";
import { taskSetOf } from "../support/runs.ts";
import { PAIR_DROPOUT, PAIR_MMOE, tinyRun } from "./tfjs/runs.ts";

const engines = bothEngines();
const endless = (index = 0) => tinyRun({ index }, { steps: 1e9, evalEvery: 1e9 });

describe.each(["cpu", "tfjs"] as const)("%s", (name) => {
  async function trained(runs: readonly Run[], hooks: Partial<Hooks> = {}): Promise<Run[]> {
    const ended: Run[] = [];
    const onResult = (result: RunResult) => {
      ended.push(result.run as Run);
      hooks.onResult?.(result);
    };
    await engines[name].train(runs, { ...hooks, onResult });
    return ended;
  }

  test("gives the losses of the final weights, without dropout, on the held-out rows and on the whole training set", async () => {
    const training = { trainRows: 1203, heldoutRows: 1001 }; // more rows than are predicted at a time
    const run = tinyRun({ model: PAIR_DROPOUT }, training);
    const { parameters, curve, trainingSetLoss } = await resultOf(engines[name], run);
    const lossesOn = (set: "train" | "heldout", count: number) =>
      taskLosses(run.model, parameters as Float32Array, taskSetOf(run).rows(set, count));
    expectClose(curve.heldout.at(-1) as number[], lossesOn("heldout", 1001), 1e-5);
    expectClose(trainingSetLoss as number[], lossesOn("train", 1203), 1e-5);
  });

  test.each([17, "fresh"] as const)(
    "takes the label correlation over %s training rows, or over held-out rows",
    async (trainRows) => {
      const run = tinyRun({}, { trainRows });
      const result = await resultOf(engines[name], run);
      const { y } = trainRows === "fresh" ? taskSetOf(run).rows("heldout", 19) : taskSetOf(run).rows("train", 17);
      const [first, second] = [0, 1].map((k) => y.filter((_, i) => i % 2 === k)) as [Float32Array, Float32Array];
      expect(result.labelCorrelations[0]).toBeCloseTo(pearson(first, second), 12);
      expect("trainingSetLoss" in result).toBe(trainRows !== "fresh");
    },
  );

  test("gives a point at each evaluation and one at the end, the mean of the batch losses since the one before", async () => {
    const curveOf = async (evalEvery: EvalEvery) =>
      (await resultOf(engines[name], tinyRun({ model: PAIR_DROPOUT }, { batch: 1, evalEvery }))).curve;
    const [each, uneven] = [await curveOf(1), await curveOf([2, 3, 7])];
    expect(uneven.steps).toEqual([2, 3, 7, 11]);
    expect(uneven.heldout).toEqual([2, 3, 7, 11].map((step) => each.heldout[step - 1]));
    for (const [i, first] of [0, 2, 3, 7].entries()) {
      const since = each.train.slice(first, uneven.steps[i]);
      expectClose(
        uneven.train[i] as number[],
        [0, 1].map((k) => mean(since.map((loss) => loss[k]))),
        1e-6,
      );
    }
    expect((await curveOf(100)).steps).toEqual([11]);
  });

  test("does not wait for the runs in flight when it is aborted, which have no result, and begins none then", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    expect(await trained([0, 1, 2, 3].map(endless), { signal: stop.signal })).toEqual([]);
    expect(await trained([tinyRun()], { signal: AbortSignal.abort() })).toEqual([]);
  });

  test("passes on what onResult throws, once it has stopped, and trains others then", async () => {
    const full = new Error("no space left on device");
    const onResult = () => {
      throw full;
    };
    await expect(trained([tinyRun(), endless(1), endless(2)], { onResult })).rejects.toBe(full);
    expect(await trained([tinyRun()])).toHaveLength(1);
  });

  test("gives parameters only on demand, and says the device and the time", async () => {
    const results: RunResult[] = [];
    await trained([tinyRun(), tinyRun({ index: 1 })], { onResult: (result) => results.push(result) });
    expect(new Set(results.map(({ run }) => run.index))).toEqual(new Set([0, 1]));
    for (const result of results) {
      expect(result).toMatchObject({ device: engines[name].device, elapsedMs: expect.any(Number) });
      expect(result).not.toHaveProperty("parameters");
    }
  });
});

/** Why an engine does not train `run`; it must not have begun. */
async function refusal(engine: Engine, run: Run): Promise<string> {
  const results: RunResult[] = [];
  const begun: Run[] = [];
  const hooks = {
    onBegin: (runs: readonly Run[]) => begun.push(...runs),
    onResult: (result: RunResult) => results.push(result),
  };
  const error = await engine.train([run], hooks).catch((reason) => reason);
  expect([begun, results]).toEqual([[], []]);
  expect(error).toBeInstanceOf(Error);
  return `${(error as Error).name}: ${(error as Error).message}`;
}

const lion = tinyRun({}, { optimizer: "lion" as Optimizer });
const wide = tinyRun({ data: { ...tinyRun().data, inputs: 9 } });
const triple = tinyRun({ model: { ...PAIR_MMOE, tasks: 3 }, correlationMatrix: tinyRun().correlationMatrix });
const experts = { shared: 1, perTask: 2, layers: [3] };

describe.each(["cpu", "tfjs"] as const)("%s refuses", (name) => {
  test.each<[string, Run, string]>([
    [
      "a gating that no engine has, by name",
      tinyRun({ model: { ...PAIR_MMOE, gating: "hierarchical" as Gating } }),
      "RangeError: model mmoe: gating: expected one of none, average, single, per-task, ",
    ],
    [
      "an optimizer that no engine has, by name",
      lion,
      `RangeError: run ${lion.id}: expected an optimizer of adam, adamw, sgd, got lion`,
    ],
    [
      "a spec that names no model",
      tinyRun({ model: { ...PAIR_MMOE, gating: "single", experts } }),
      "RangeError: model mmoe: gating single: expected only shared experts, got 2 a task",
    ],
    ["other inputs than the data's", wide, `run ${wide.id}: expected a model of 9 inputs, as the data have, got 4`],
    ["other tasks than the data's", triple, `run ${triple.id}: expected a model of 2 tasks`],
  ])("%s", async (_, run, message) => {
    expect(await refusal(engines[name], run)).toContain(message);
  });
});

test("engines of the family train methods, and refuse models in code", () => {
  const run = tinyRun({}, { method: "pcgrad" });
  for (const engine of [engines.cpu, engines.tfjs]) expect(() => engine.check(run)).not.toThrow();
  const model = { name: "mine", inputs: 4, tasks: 2, file: "/mine.mjs", sha256: "0" };
  expect(() => engines.tfjs.check({ ...run, model })).toThrow("model mine: JavaScript is not in the tfjs engine");
});
