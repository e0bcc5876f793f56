import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { expectVerified, runMain, temporaryFolder } from "../support/effects.ts";
import { tableFile } from "../support/tables.ts";

const file = tableFile(60);
const few = ["smoke", "--rows", file, ..."--runs 3 --steps 20 --batch 8 --set evalEvery=10 --jobs 1".split(" ")];
const out = join(temporaryFolder(), "results");
const trained = runMain(["sweep", ...few, "--kernels", "wasm", "--out", out]);
const runsIn = (folder: string) => csvFile(folder, "runs.csv");

/** Runs the command line while the table is away. */
async function without(argv: readonly string[]) {
  await trained;
  renameSync(file, `${file}.away`);
  try {
    return await runMain(argv);
  } finally {
    renameSync(`${file}.away`, file);
  }
}

describe("mmoe sweep --rows FILE", () => {
  test("trains each model, and shows no correlation", async () => {
    const { code, stdout } = await trained;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model +runs +failed .*\nshared-bottom +3 +0 .*\nomoe +3 +0 .*\nmmoe +3 +0 /);
    const [first, ...others] = runsIn(out).map(({ id, correlation }) => `${id}:${correlation}`);
    expect([first, others.length, others.at(-1)]).toEqual(["shared-bottom/000:", 8, "mmoe/002:"]);
  });

  test("pairs models on the same rows, of a split that all runs have unless each draws its own", async () => {
    await trained;
    const labels = (name: string) =>
      runsIn(out).flatMap(({ model, labelCorrelation }) => (model === name ? [labelCorrelation] : []));
    expect(labels("mmoe")).toEqual(labels("omoe"));
    expect(new Set(labels("mmoe")).size).toBe(1);
    const again = join(temporaryFolder(), "resplit");
    expect((await runMain(["sweep", ...few, "--models", "mmoe", "--resplit", "--out", again])).code).toBe(0);
    expect(new Set(runsIn(again).map(({ labelCorrelation }) => labelCorrelation)).size).toBe(3);
  });

  test("goes on with more runs, and in shards gives the same", async () => {
    const folder = join(temporaryFolder(), "shards");
    const two = [...few, "--out", folder, "--runs", "2"];
    for (const shard of ["1/2", "2/2"]) expect((await runMain(["sweep", ...two, "--shard", shard])).code).toBe(0);
    expect((await runMain(["sweep", ...few, "--out", folder])).stderr).toContain("3 runs");
    await trained;
    const numbers = (rows: Record<string, string>[]) =>
      rows.map(({ id, finalTrainLossMean, finalHeldoutLossMean }) => [id, finalTrainLossMean, finalHeldoutLossMean]);
    expect(numbers(runsIn(folder))).toEqual(numbers(runsIn(out)));
  });
});

describe("results on a table, without it,", () => {
  test.each([
    [["status"], /^model +done .*\nshared-bottom +3 +0 +0$/m],
    [["summary"], /^ +runs +mean \[95 %\] +median +\.25 .*\nshared-bottom +3 /m],
    [["summary", "--full"], /^shared-bottom, omoe +3 /m],
    [["summary", "--csv"], /^heldout,cell,mmoe,,,,,mean,3,/m],
    [["summary", "--bad", "0.5"], /bad: share of runs above 0\.5/],
    [["compare", out], /^mmoe +3 +3 .* undecided$/m],
    [["figures"], /final-loss-heldout\.\{svg,csv,txt\}: Final loss of each model\n/],
    [["report"], /report\.html/],
    [["merge"], /runs\.csv/],
  ] as [string[], RegExp][])("are read by mmoe %j", async ([command = "", ...options], text) => {
    expect(await without([command, out, ...options])).toMatchObject({ code: 0, stdout: expect.stringMatching(text) });
  });

  test.each([
    [
      ["claims"],
      "DIR: the paper's claims are about correlations of tasks, which the rows of some.csv do not have; mmoe",
    ],
    [["summary", "--rungs"], "--rungs: DIR uses rows of a file, and only generated labels have a ladder; omit it"],
    [["verify"], "some.csv: can't be read: no such file"],
  ])("mmoe %j says why it has nothing", async ([command = "", ...options], why) => {
    const { code, stderr } = await without([command, out, ...options]);
    expect([code, stderr.replace(out, "DIR")]).toEqual([2, expect.stringContaining(why)]);
  });
});

test("mmoe verify trains runs on a table again to the same numbers, and refuses another table", async () => {
  await trained;
  await expectVerified(out, 9);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/\n[^\n]*\n$/, "\n"));
  const refused = await runMain(["verify", out]);
  writeFileSync(file, text);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(": changed since the sweep began")]);
});

test("mmoe report names the table, and has neither correlations nor verdicts", async () => {
  await trained;
  await runMain(["report", out]);
  const page = readFileSync(join(out, "report.html"), "utf8");
  expect(page).toContain("<h1>Shared-Bottom, OMoE and MMoE on some.csv</h1>");
  expect(page).not.toContain('id="claims"');
  expect(page).not.toMatch(/>Correlations?</);
  expect(page).not.toMatch(/\bnull\b(?=[^{}]*<\/t[dh]>)|data-correlation="/);
});
