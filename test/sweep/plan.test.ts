import fc from "fast-check";
import { expect, test } from "vitest";
import { loadConfig, override } from "../../src/config/load.ts";
import { initialParameters } from "../../src/engines/engine.ts";
import { planRuns, runId } from "../../src/sweep/plan.ts";

const small = loadConfig("paper", [override("--runs", "runs", "3")]);

test("planRuns(config) gives every cell each run once, repeats outermost", () => {
  const runs = planRuns(small);
  expect(new Set(runs.map((run) => run.id)).size).toBe(3 * 3 * 3);
  expect(runs.map((run) => run.index)).toEqual([...runs.map((run) => run.index)].sort((a, b) => a - b));
});

test("a run has the same initial values at every correlation, and others for another index or model", () => {
  const [first, second] = planRuns(small).filter((run) => run.model.name === "mmoe" && run.index === 0);
  const other = planRuns(small).find((run) => run.model.name === "mmoe" && run.index === 1);
  if (!first || !second || !other) throw new Error("no such run");
  expect(initialParameters(second)).toEqual(initialParameters(first));
  expect(initialParameters(other)).not.toEqual(initialParameters(first));
});

test("a run does not depend on what else is in the sweep", () => {
  const wanted = "mmoe/p=0.90/002";
  const alone = loadConfig("paper", [
    override("--models", "models", ["mmoe"]),
    override("--corr", "correlations", ["0.9"]),
    override("--runs", "runs", "3"),
  ]);
  const find = (config: typeof small) => planRuns(config).find((run) => run.id === wanted);
  expect(find(alone)).toEqual(find(small));
});

test("runId is made of values, and differs where they do", () => {
  expect(runId("mmoe", 0.5, 17)).toBe("mmoe/p=0.50/017");
  expect(runId("mmoe", -1, 1234)).toBe("mmoe/p=-1.00/1234");
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }), (a, b) => {
      expect(runId("m", a, 0) === runId("m", b, 0)).toBe(a === b);
    }),
  );
});
