import { afterAll, expect, test } from "vitest";
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

test.each(engines)("$name refuses a gating that no engine has, by name", async (engine) => {
  const run = tinyRun({ model: { ...PAIR_MMOE, gating: "hierarchical" as Gating } });
  expect(await refusal(engine, run)).toBe('RangeError: unexpected value "hierarchical"');
});

test.each(engines)("$name refuses an optimizer that no engine has, by name", async (engine) => {
  const run = tinyRun({}, { optimizer: "lion" as Optimizer });
  expect(await refusal(engine, run)).toBe(
    `RangeError: run ${run.id}: expected an optimizer of adam, adamw, sgd, got lion`,
  );
});

test("engines of the family train methods, and refuse models in code", () => {
  const [, tfjs] = engines as [Engine, Engine];
  const run = tinyRun({}, { method: "pcgrad" });
  for (const engine of engines) expect(() => engine.check(run)).not.toThrow();
  const model = { name: "mine", inputs: 4, tasks: 2, file: "/mine.mjs", sha256: "0" };
  expect(() => tfjs.check({ ...run, model })).toThrow("model mine: JavaScript is not in the tfjs engine");
});

test.each(engines)("$name refuses a spec that names no model", async (engine) => {
  const model = { ...PAIR_MMOE, gating: "single" as const, experts: { shared: 1, perTask: 2, layers: [3] } };
  const run = tinyRun({ model });
  expect(await refusal(engine, run)).toBe(
    "RangeError: model mmoe: gating single: expected only shared experts, got 2 a task",
  );
});

test.each(engines)("$name refuses a run whose model and data differ in inputs or tasks", async (engine) => {
  const wide = tinyRun({ data: { ...tinyRun().data, inputs: 9 } });
  expect(await refusal(engine, wide)).toContain(
    `run ${wide.id}: expected a model of 9 inputs, as the data have, got 4`,
  );
  const triple = tinyRun({ model: { ...PAIR_MMOE, tasks: 3 }, correlationMatrix: tinyRun().correlationMatrix });
  expect(await refusal(engine, triple)).toContain(`run ${triple.id}: expected a model of 2 tasks`);
});
