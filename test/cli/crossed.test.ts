import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});

const SMALL = ["--models", "mmoe", "--corr", "0.5", "--steps", "5", "--set", "trainRows=20", "--set", "heldoutRows=20"];
const sweep = (...argv: string[]) =>
  runMain(["sweep", "smoke", ...SMALL, "--set", "evalEvery=5", "--jobs", "1", "--out", out, ...argv]);

describe("mmoe sweep --cross", () => {
  test("trains every pair, goes on with more of them, and verifies them", async () => {
    expect((await sweep("--cross", "2x2")).code).toBe(0);
    const { code, stderr } = await sweep("--cross", "2x3");
    expect([code, stderr]).toEqual([0, expect.stringContaining("reused 4, to do 2 runs")]);
    const ids = readFileSync(join(out, "runs.csv"), "utf8")
      .split("\n")
      .map((line) => line.split(",")[0]);
    expect(ids.slice(1, -1).sort()).toEqual([0, 1].flatMap((d) => [0, 1, 2].map((i) => `mmoe/p=0.50/d0${d}/i0${i}`)));
    expect((await runMain(["verify", out, "--runs", "6"])).stdout.match(/ same\n/g)).toHaveLength(6);
    expect((await runMain(["status", out])).stdout).toContain("6 runs: 6 done, 0 failed, 0 missing");
    expect((await sweep("--runs", "3")).stderr).toContain("(cross: crossed there, none here)");
  });

  test("gives the pair of equal indices the losses of that run", async () => {
    await sweep("--cross", "2x2");
    const lossOf = (id: string, folder: string) =>
      readFileSync(join(folder, "runs.csv"), "utf8")
        .split("\n")
        .find((line) => line.startsWith(id))
        ?.split(",");
    const crossed = lossOf("mmoe/p=0.50/d01/i01,", out)?.slice(9);
    const plain = join(temporaryFolder(), "plain");
    await runMain(["sweep", "smoke", ...SMALL, "--set", "evalEvery=5", "--runs", "2", "--out", plain]);
    const ran = lossOf("mmoe/p=0.50/001,", plain)?.slice(7);
    expect(crossed?.slice(2, 19)).toEqual(ran?.slice(2, 19));
  });

  test("refuses what is no cross, and runs beside it", async () => {
    expect(await sweep("--cross", "20")).toMatchObject({
      code: 2,
      stderr: "mmoe: --cross: expected numbers of data and of initial values such as 20x20, got '20'\n",
    });
    expect(await sweep("--cross", "2x2", "--runs", "3")).toMatchObject({
      code: 2,
      stderr: "mmoe: --runs: a cross of 2x2 has 4 runs, got 3; leave it out\n",
    });
  });
});

describe("mmoe summary DIR --variance", () => {
  const lossOf: LossOf = ({ cross }) => 0.1 * (1 + (cross?.initial ?? 0)) + 0.001 * (cross?.data ?? 0);
  const SET = ["models=[mmoe]", "correlations=[0.5]"];

  test("shows the shares of data, initial values and the rest", async () => {
    writeResults(out, lossOf, [...SET, "cross={data: 5, initial: 6}"]);
    const { code, stdout, stderr } = await runMain(["summary", out, "--variance"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("crossed, 5x6 data and initial values: runs share them");
    expect(stdout).toMatch(/\np = 0\.50 +runs +mean +sd +data \[95 %\] +initial \[95 %\] +rest \[95 %\]\n/);
    expect(stdout).toMatch(/\nmmoe +5x6 +0\.3520 +0\.1871 +0 \[0, 0\] +100 \[100, 100\] +0 \[0, 0\]\n/);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const json = JSON.parse((await runMain(["summary", out, "--variance", "--of", "log", "--format", "json"])).stdout);
    expect(json).toMatchObject({ cross: "5x6", of: "log", cells: [{ model: "mmoe", data: 5, initial: 6 }] });
    expect(json.cells[0].share.initial.value).toBeGreaterThan(0.99);
  });

  test("says why there is no interval of few data or initial values", async () => {
    const why = "no interval of fewer than 5 data or initial values\n";
    for (const [cross, few] of [
      ["{data: 5, initial: 3}", true],
      ["{data: 5, initial: 5}", false],
    ] as const) {
      writeResults(out, lossOf, [...SET, `cross=${cross}`]);
      expect((await runMain(["summary", out, "--variance"])).stdout.includes(why)).toBe(few);
    }
  });

  test("--format markdown has a table of Markdown", async () => {
    writeResults(out, lossOf, [...SET, "cross={data: 5, initial: 6}"]);
    const { stdout } = await runMain(["summary", out, "--variance", "--format", "markdown"]);
    expect(stdout).toContain("\n| mmoe | 5x6 | 0.3520 | 0.1871 | 0 [0, 0] | 100 [100, 100] | 0 [0, 0] |\n");
  });

  test("says how to train a crossed sweep where there is none", async () => {
    writeResults(out, () => 0.1, [...SET, "runs=2"]);
    expect(await runMain(["summary", out, "--variance"])).toMatchObject({
      code: 2,
      stderr: `mmoe: ${out}: data and initial values are not crossed; train such a sweep with: mmoe sweep ${out}/config.yaml --cross 10x10\n`,
    });
  });

  test("a crossed folder is not compared with one that is not", async () => {
    const other = join(temporaryFolder(), "other");
    writeResults(out, lossOf, [...SET, "cross={data: 2, initial: 2}"]);
    writeResults(other, () => 0.1, [...SET, "runs=4"]);
    const { code, stderr } = await runMain(["compare", out, other]);
    expect(code).toBe(2);
    expect(stderr).toContain("one is crossed and the other is not, so their runs can't be paired");
  });
});
