import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describePlan } from "../../../src/cli/text/plan-text.ts";
import { loadConfig, setOverride } from "../../../src/config/load.ts";
import { sideBySide } from "../../../src/sweep/engines.ts";
import { outlinedShare } from "../../../src/sweep/share.ts";
import { runMain, temporaryFolder } from "../../support/effects.ts";
import { fakeEngine } from "../../support/fake-engine.ts";

test("describePlan(outline, trial) ends lines between the numbers of a list, never within a number", async () => {
  const folder = temporaryFolder();
  const rows = Array.from({ length: 2600 }, (_, i) => `i${i % 1300},${i % 7},${i % 11},${i % 13}`);
  writeFileSync(join(folder, "t.csv"), ["x_item,x,y1,y2", ...rows].join("\n"));
  const planned = async (...words: string[]) => (await runMain(["sweep", "smoke", "--dry-run", ...words])).stdout;
  expect(await planned("--rows", join(folder, "t.csv"))).toContain("(1,300 values");
  const matrix = "correlationMatrix=[[1,0.5,0.125],[0.5,1,0.250],[0.125,0.250,1]]";
  expect(await planned("--set", "tasks=3", "--set", matrix)).toContain("[1, 0.5, 0.125], [0.5, 1, 0.25]");
});

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
