import { expect, test } from "vitest";
import { describePlan } from "../../../src/cli/text/plan-text.ts";
import { loadConfig, setOverride } from "../../../src/config/load.ts";
import { sideBySide } from "../../../src/sweep/engines.ts";
import { outlinedShare } from "../../../src/sweep/share.ts";
import { fakeEngine } from "../../support/fake-engine.ts";

test("describePlan(outline, trial) says how many runs of which models train in one call", async () => {
  const set = ["models=[mmoe, omoe, shared-bottom]", "runs=3", "correlations=[0.5]"].map(setOverride);
  const outline = outlinedShare({ config: loadConfig("smoke", set), out: "/nowhere/results" }, () => {});
  const grouping = {
    ...fakeEngine(),
    inOneCall: ({ model }: { model: { name: string } }) => (model.name === "mmoe" ? 16 : 1),
  };
  const engine = sideBySide(fakeEngine(), grouping, ({ model }) => model.name !== "omoe");
  const effects = { stdout: { write: () => {} }, env: {} };
  const plan = (of: typeof engine) =>
    describePlan(outline, { sample: outline.samples.todo, engine: of, earlier: "", trainingBytes: 0 }, {
      effects,
      note: () => {},
    } as never);
  expect((await plan(engine)).match(/^.*in one call.*$/gm)).toEqual(["up to 16 runs of mmoe train in one call"]);
  expect(await plan(fakeEngine())).not.toContain("in one call");
});
