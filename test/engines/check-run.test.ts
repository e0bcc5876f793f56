import { afterAll, describe, expect, test } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run, RunResult } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import type { Optimizer } from "../../src/engines/training-settings.ts";
import type { Gating } from "../../src/models/spec.ts";
import { PAIR_MMOE, tinyRun } from "./tfjs/runs.ts";

const engines: Engine[] = [new CpuEngine({ jobs: 1 }), await createTfjsEngine({ backend: "cpu" })];
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
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

describe.each(engines)("$name refuses", (engine) => {
  test.each<[string, Run, string]>([
    [
      "a gating that no engine has, by name",
      tinyRun({ model: { ...PAIR_MMOE, gating: "hierarchical" as Gating } }),
      'RangeError: unexpected value "hierarchical"',
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
    expect(await refusal(engine, run)).toContain(message);
  });
});

test("engines of the family train methods, and refuse models in code", () => {
  const [, tfjs] = engines as [Engine, Engine];
  const run = tinyRun({}, { method: "pcgrad" });
  for (const engine of engines) expect(() => engine.check(run)).not.toThrow();
  const model = { name: "mine", inputs: 4, tasks: 2, file: "/mine.mjs", sha256: "0" };
  expect(() => tfjs.check({ ...run, model })).toThrow("model mine: JavaScript is not in the tfjs engine");
});
