import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Run, RunResult } from "../../src/engines/engine.ts";
import { recordedOf } from "../../src/figures/sweep-facts.ts";
import { EVENT_SCHEMA } from "../../src/records/events.ts";
import { readResults } from "../../src/records/read-results.ts";
import { recordOf } from "../../src/records/record.ts";
import { filesPage } from "../docs/files-page.ts";
import { jsonSchemas } from "../docs/json-schemas.ts";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { doneResult, fakeEngine } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

/** The program as it is once it declares numbers more. */
vi.mock("../../src/records/measures.ts", () => ({
  MEASURES: [
    { name: "gateEntropy", per: "task", unit: "nats", meaning: "mean entropy of a gate" },
    { name: "weightNorm", per: "run", unit: "", meaning: "norm of all weights" },
    { name: "gateOverlap", per: "pair", unit: "", meaning: "overlap of two tasks' gates" },
  ],
}));

const engine = vi.hoisted(() => ({ load: () => ({}) }));
vi.mock("../../src/sweep/engines.ts", async (original) => ({
  ...(await original<object>()),
  loadEngine: async () => engine.load(),
}));

const K = 3;
let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
  engine.load = () => measuring();
});

/** What the made-up engine measures of a run. */
const measuresOf = ({ index }: Run) => ({
  gateEntropy: [1, 2, 6].map((entropy) => entropy + index),
  weightNorm: 10 + index,
  gateOverlap: [0.1, 0.2, Number.NaN],
});

/** An engine that measures; `change` is what it gives of a run instead. */
function measuring(change: (run: Run) => Partial<RunResult> = (run) => ({ measures: measuresOf(run) })) {
  const fake = fakeEngine();
  return {
    ...fake,
    train: (runs: readonly Run[], hooks: Parameters<typeof fake.train>[1]) =>
      fake.train(runs, { ...hooks, onResult: (result) => hooks.onResult({ ...result, ...change(result.run as Run) }) }),
  };
}

const sweep = (...argv: string[]) =>
  runMain([
    ..."sweep smoke --runs 2 --models mmoe --corr 0.5".split(" "),
    "--set",
    `tasks=${K}`,
    "--out",
    out,
    ...argv,
  ]);
const runs = (folder = out) => csvFile(folder, "runs.csv");

describe("a number that is declared and measured arrives", () => {
  test("in the journal, in runs.csv, in a merged folder, and in a figure that asks for it by its name", async () => {
    await sweep();
    const results = await readResults(out, (line) => expect.unreachable(line));
    expect(results.records.map(({ measures }) => measures)).toEqual(
      [0, 1].map((index) => measuresOf({ index } as Run)),
    );
    const row = Object.entries(runs()[1] as object).slice(-9); // a column a run, a task and their mean, a pair and their mean
    expect(row.map(([name, value]) => `${name}=${value}`).join(" ")).toBe(
      "gateEntropy1=2 gateEntropy2=3 gateEntropy3=7 gateEntropyMean=4 weightNorm=11 " +
        "gateOverlap= gateOverlap1-2=0.1 gateOverlap1-3=0.2 gateOverlap2-3=",
    );
    const merged = join(temporaryFolder(), "merged");
    expect((await runMain(["merge", out, "-o", merged])).code).toBe(0);
    expect(runs(merged)).toEqual(runs());
    const { cells, measure } = recordedOf(results);
    expect([...measure(cells[0], "gateEntropy")]).toEqual([3, 4]);
    expect([...measure(cells[0], "weightNorm")]).toEqual([10, 11]);
    expect(() => measure(cells[0], "gateEntropie")).toThrow("measure 'gateEntropie' is not declared");
  });

  test("in the events, which are as their schema says", async () => {
    const { stdout } = await sweep("--json");
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => EVENT_SCHEMA.parse(JSON.parse(line)));
    expect(events.find(({ event }) => event === "run")).toMatchObject({ measures: { weightNorm: 10 } });
  });

  test("in merge's comparison: runs that differ in it alone came out differently", async () => {
    await sweep();
    const first = out;
    out = join(temporaryFolder(), "again");
    engine.load = () => measuring((run) => ({ measures: { ...measuresOf(run), weightNorm: 12 } }));
    await sweep();
    const { code, stderr } = await runMain(["merge", first, out, "-o", join(temporaryFolder(), "merged")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("2 runs came out differently: mmoe/p=0.50/000")]);
  });

  test("in verify: a run that comes out with another number differs", async () => {
    const device = "wasm"; // where runs have the same bits
    const giving = (change: (run: Run) => Partial<RunResult>) => ({
      ...measuring((run) => ({ ...change(run), device })),
      name: "cpu",
      device,
    });
    engine.load = () => giving((run) => ({ measures: measuresOf(run) }));
    await sweep();
    const again = async () => (await runMain(["verify", out, "--runs", "2", "--json"])).stdout;
    const same = async () => (JSON.parse(await again()) as { same: boolean }[]).map((run) => run.same);
    expect(await same()).toEqual([true, true]);
    engine.load = () => giving((run) => ({ measures: { ...measuresOf(run), weightNorm: 10 } }));
    expect((await same()).sort()).toEqual([false, true]);
  });

  test("in the JSON Schemas and in the page of columns", () => {
    const schemas = jsonSchemas();
    expect(schemas["journal-line.json"]).toMatchObject({
      properties: {
        measures: { properties: { gateEntropy: { unit: "nats", description: "mean entropy of a gate" } } },
      },
    });
    expect(schemas["runs.csv.json"]).toMatchObject({
      patternProperties: { "^gateEntropy[1-9][0-9]*$": { unit: "nats" } },
    });
    expect(filesPage()).toContain(
      "| `gateEntropy1` ... `gateEntropyK`, `gateEntropyMean` | number | nats | mean entropy of a gate: of each task, and the mean |",
    );
    expect(filesPage()).toContain("| `weightNorm` |");
  });
});

test("runs from before a number was declared have no column, or an empty cell, and are as good in a merge", async () => {
  engine.load = () => measuring(() => ({}));
  await sweep();
  expect(Object.keys(runs()[0] as object)).not.toContain("weightNorm");
  const before = out;
  out = join(temporaryFolder(), "again");
  engine.load = () => measuring();
  await sweep();
  for (const folders of [
    [before, out],
    [out, before],
  ])
    expect((await runMain(["merge", ...folders, "-o", join(temporaryFolder(), "merged")])).code).toBe(0);
  engine.load = () => measuring((run) => (run.index === 0 ? {} : { measures: measuresOf(run) }));
  out = join(temporaryFolder(), "half");
  await sweep();
  expect(runs().map(({ weightNorm, gateEntropy1 }) => [weightNorm, gateEntropy1])).toEqual([
    ["", ""],
    ["11", "2"],
  ]);
});

test.each<[NonNullable<RunResult["measures"]>, Error]>([
  [{ gateEntropie: 1 }, new TypeError("measure 'gateEntropie' is not declared in records/measures.ts")],
  [{ gateEntropy: [1] }, new RangeError("measure 'gateEntropy': expected a list of 2, got a list of 1")],
  [{ weightNorm: [1] }, new RangeError("measure 'weightNorm': expected a number, got a list of 1")],
])("%j is an engine's bug: %s", (measures, error) => {
  expect(() => recordOf({ ...doneResult(makeRun()), measures }, "fake")).toThrow(error);
});

test("a diagnosed quantity that is not declared is no less a bug", () => {
  const result = doneResult(makeRun());
  const diagnostics = { steps: result.curve.steps, values: { "gateEntropie/1": result.curve.steps.map(() => 1) } };
  expect(() => recordOf({ ...result, diagnostics }, "fake")).toThrow(
    new TypeError("measure 'gateEntropie' is not declared in records/measures.ts"),
  );
});
