import { afterAll, expect, test } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run, RunResult } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import type { Optimizer } from "../../src/engines/training-settings.ts";
import { UsageError } from "../../src/errors.ts";
import type { Gating } from "../../src/models/spec.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { resultOf } from "../support/agreement.ts";
import { lacking } from "../support/lacking.ts";
import { PAIR_DROPOUT, PAIR_MMOE, tinyRun } from "./tfjs/runs.ts";

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
  const model = { ...PAIR_MMOE, gating: "hierarchical" as Gating };
  const run = tinyRun({ model });
  expect(() => engine.check(run)).toThrow(UsageError);
  expect(await refusal(engine, run)).toBe("UsageError: model mmoe: gating hierarchical is in no engine");
});

test.each(engines)("$name refuses an optimizer that no engine has, by name", async (engine) => {
  const run = tinyRun({}, { optimizer: "lion" as Optimizer });
  expect(await refusal(engine, run)).toBe(`UsageError: run ${run.id}: optimizer lion is in no engine`);
});

test("no path without a method trains it as something near it", () => {
  const [, tfjs] = engines as [Engine, Engine];
  const run = tinyRun({}, { method: "pcgrad" });
  for (const engine of engines) expect(() => engine.check(run)).not.toThrow();
  const model = { name: "film", inputs: 4, tasks: 2, file: "/film.mjs", sha256: "0" };
  expect(() => tfjs.check({ ...run, model })).toThrow(`expected method sum, got pcgrad`);
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

test("an engine that lacks a gating refuses it, and says who trains it", async () => {
  const [cpu] = engines as [Engine];
  expect(await lacking("cpu", "per-task", () => refusal(cpu, tinyRun()))).toBe(
    "UsageError: model mmoe: gating per-task is not in the cpu engine; use --engine tfjs",
  );
});

test.each(engines)("$name trains dropout", async (engine) => {
  const { failure, curve } = await resultOf(engine, tinyRun({ model: PAIR_DROPOUT }));
  expect([failure, curve.steps]).toEqual([undefined, [4, 8, 11]]);
});

test.each([
  ["cross-stitch", "gating cross-stitch"],
  ["snr-trans", "gating snr-trans"],
  ["dselect-k", "gates dselect-k"],
  ["l2-constrained", "gating l2-constrained"],
  ["tensor-factorization", "gating tensor-factorization"],
] as const)("the cpu engine refuses %s by name, and says who trains it", async (name, what) => {
  const [cpu, tfjs] = engines as [Engine, Engine];
  const model = ZOO[name].build({ inputs: 4, tasks: 2 });
  expect(await refusal(cpu, tinyRun({ model }))).toBe(
    `UsageError: model ${name}: ${what} is not in the cpu engine; use --engine tfjs`,
  );
  const { failure, curve } = await resultOf(tfjs, tinyRun({ model }));
  expect([failure, curve.steps]).toEqual([undefined, [4, 8, 11]]);
});
