// Gates that keep their k largest weights, on every engine here.
import { afterAll, expect, test } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import { resultOf } from "../support/agreement.ts";
import { MMOE } from "../support/specs.ts";
import { tinyRun } from "./tfjs/runs.ts";

const engines: Engine[] = [new CpuEngine({ jobs: 1 }), await createTfjsEngine({ backend: "cpu" })];
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
});

/** Numbers of the experts that a step on one row changes. */
async function learners(engine: Engine, top: number, index: number): Promise<number[]> {
  const model = { ...MMOE, tasks: 2, experts: { ...MMOE.experts, layers: [16] }, gate: { ...MMOE.gate, top } };
  const run = tinyRun({ model, index }, { optimizer: "sgd", lr: 0.1, batch: 1, steps: 1, trainRows: 7 });
  const { parameters } = await resultOf(engine, run);
  const [before, after] = [initialParameters(run), parameters as Float32Array];
  const changed = parameterBlocks(model).filter(
    ({ part, offset, size }) =>
      part === "experts" && before.slice(offset, offset + size).some((w, i) => w !== after[offset + i]),
  );
  return [...new Set(changed.map(({ name }) => Number(name.split("/")[1])))];
}

test.each(engines)("on $name a row teaches no more experts than its gates keep", async (engine) => {
  for (const index of [0, 1, 2, 3]) {
    const [one, all] = [await learners(engine, 1, index), await learners(engine, 5, index)];
    expect(one.length).toBeGreaterThan(0);
    expect(one.length).toBeLessThanOrEqual(2);
    expect(all).toEqual([0, 1, 2, 3, 4]);
  }
});

test("the engines' gates keep the same experts", async () => {
  const [a, b] = engines as [Engine, Engine];
  for (const index of [0, 1, 2, 3]) expect(await learners(a, 2, index)).toEqual(await learners(b, 2, index));
});
