import { expect, test } from "vitest";
import { trainRunGroup } from "../../../src/engines/cpu/run-group.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { inTime } from "../../support/in-time.ts";
import { makeRun } from "../../support/runs.ts";
import { wasm } from "./lone-run.ts";

test("trainRunGroup(memory, runs) gives each run its own time, and shares out the rest", async () => {
  const runs = (["shared-bottom-16", "single-task-wide"] as const).map((name) => {
    return makeRun(
      { model: ZOO[name].build({ inputs: 100, tasks: 2 }) },
      { steps: 600, batch: 32, trainRows: "fresh" },
    );
  });
  const watch = { keepParameters: false, isStopped: () => false, onStep: () => {} };
  await inTime(async () => {
    const started = performance.now();
    const [small, wide] = (trainRunGroup(wasm, runs, watch) ?? []).map(({ elapsedMs }) => elapsedMs) as [
      number,
      number,
    ];
    const whole = performance.now() - started;
    expect(small).toBeGreaterThan(0);
    expect(small + wide).toBeLessThanOrEqual(whole);
    const isWider = wide > 1.5 * small; // 15 times the parameters, and some time for rows
    return (isWider && small + wide > 0.8 * whole) || undefined; // not if another process had the core meanwhile
  });
});
