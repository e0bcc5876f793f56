import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { curvesCsv } from "../../src/records/curves-csv.ts";
import { unpacked } from "../../src/records/packed-journal.ts";
import { journalPaths, readJournal } from "../../src/records/read-journals.ts";
import { configIn } from "../../src/records/read-results.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";
import { checkCurves, curveSizes } from "../../src/sweep/curves.ts";
import { complaint } from "../support/complaint.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const smoke = (...set: string[]) => loadConfig("smoke", ["runs=2", ...set].map(setOverride));
const wayOut = "--set evalEvery=log:20, or a larger number of steps";

describe("checkCurves(config)", () => {
  test.each([
    [["steps=100000", "evalEvery=1"], undefined],
    [["steps=100001", "evalEvery=1"], "200,002 (100,001 evaluations of 2 tasks)"],
    [["steps=200001", "evalEvery=2"], "200,002 (100,001 evaluations of 2 tasks)"],
    [["steps=100000", "evalEvery=1", "tasks=3"], "300,000 (100,000 evaluations of 3 tasks)"],
    [["steps=10,2147483647", "evalEvery=1"], "4,294,967,294 (2,147,483,647 evaluations of 2 tasks)"],
    [["steps=2147483647", "evalEvery=log:9999"], undefined],
    [["steps=2147483647", "evalEvery=1,2,2147483000"], undefined],
  ])("of %j: %s", (set, got) => {
    const line = `evalEvery: expected at most 200,000 losses in a run's curve, got ${got}; give ${wayOut}`;
    if (got === undefined) expect(() => checkCurves(smoke(...set))).not.toThrow();
    else expect(complaint(() => checkCurves(smoke(...set)))).toBe(line);
  });

  test("counts those of all runs", () => {
    const of = (runs: number) => smoke("steps=50000", "evalEvery=1", `runs=${runs}`); // 6 cells, 100,000 losses a run
    expect(() => checkCurves(of(833))).not.toThrow();
    expect(complaint(() => checkCurves(of(834)))).toBe(
      `evalEvery: expected at most 500,000,000 losses in all curves, got 500,400,000 in 5,004 runs; give fewer runs, or ${wayOut}`,
    );
  });
});

test.each(["paper", "zoo", "paper-long"])(
  "curveSizes(config) are those that results/%s has, within a fifth",
  (name) => {
    const folder = `results/${name}`;
    const { journalBytes, csvBytes } = curveSizes(configIn(folder));
    const paths = journalPaths(join(folder, "journal"));
    const journals = paths.map((path) => unpacked(readFileSync(path)).length);
    const records = paths.flatMap((path) => [...readJournal(path, console.warn)]);
    const csv = [runsCsv(records), curvesCsv(records)].map((text) => [...text].join("").length);
    const near = (estimate: number, sizes: number[]) => Math.abs(estimate / sizes.reduce((a, b) => a + b) - 1);
    expect(near(journalBytes, journals)).toBeLessThan(0.2);
    expect(near(csvBytes, csv)).toBeLessThan(0.2);
  },
);

describe("curves that are too large are refused in the same words, and nothing is written,", () => {
  const set = ["--steps", "10000000", "--set", "evalEvery=1"];
  const line = `mmoe: evalEvery: expected at most 200,000 losses in a run's curve, got 20,000,000 (10,000,000 evaluations of 2 tasks); give ${wayOut}\n`;
  test.each([
    ["sweep"],
    ["sweep", "--dry-run"],
    ["sweep", "--shard", "1/2"],
    ["slurm", "--array", "2"],
    ["k8s", "--completions", "2", "--image", "i"],
  ])("by mmoe %s %s", async (command, ...options) => {
    const out = join(temporaryFolder(), "out");
    const outcome = await runMain([command, "smoke", ...options, ...set, "--out", out]);
    expect([outcome, existsSync(out)]).toEqual([{ code: 2, stdout: "", stderr: line }, false]);
  });
});

test("a sweep of very many runs says that it plans them", async () => {
  const argv = ["sweep", "smoke", "--runs", "100000", "--shard", "1/100000", "--dry-run", "--out", "/tmp/none"];
  expect(await runMain(argv)).toMatchObject({ code: 0, stderr: "planning 600,000 runs\n" });
});

test("curveSizes(config) counts no more losses in memory than a folder's reader keeps there", () => {
  const [small, large] = [2, 800].map((runs) => curveSizes(smoke("steps=50000", "evalEvery=1", `runs=${runs}`)));
  // what is kept, and a cell's losses for curves.csv: 100,000 losses of two sets for each run
  expect(small?.memoryBytes).toBe(12 * 2400 + (12 + 2) * 200_000 * 8);
  expect(large?.memoryBytes).toBe(4800 * 2400 + (4_000_000 + 40_000_000) * 8);
});
