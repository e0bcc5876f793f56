import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { expectVerified, refusal, runMain, temporaryFolder } from "../support/effects.ts";

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
    expect(
      csvFile(out, "runs.csv")
        .map(({ id }) => id)
        .sort(),
    ).toEqual([0, 1].flatMap((d) => [0, 1, 2].map((i) => `mmoe/p=0.50/d0${d}/i0${i}`)));
    await expectVerified(out, 6);
    expect((await runMain(["status", out])).stdout).toContain("6 runs: 6 done, 0 failed, 0 missing");
    expect((await sweep("--runs", "3")).stderr).toContain("(cross: crossed there, none here)");
  });

  test("gives the pair of equal indices the losses of that run", async () => {
    await sweep("--cross", "2x2");
    const plain = join(temporaryFolder(), "plain");
    await runMain(["sweep", "smoke", ...SMALL, "--set", "evalEvery=5", "--runs", "2", "--out", plain]);
    const lossesOf = (folder: string, id: string) => {
      const run = csvFile(folder, "runs.csv").find((row) => row.id === id) as Record<string, string>;
      return Object.entries(run).filter(([name]) => /Loss|labelCorrelation/.test(name));
    };
    expect(lossesOf(out, "mmoe/p=0.50/d01/i01")).toEqual(lossesOf(plain, "mmoe/p=0.50/001"));
  });

  test("refuses what is no cross, and runs beside it", async () => {
    expect(refusal(await sweep("--cross", "20"))).toBe(
      "--cross: expected numbers of data and of initial values such as 20x20, got '20'",
    );
    expect(refusal(await sweep("--cross", "2x2", "--runs", "3"))).toBe(
      "--runs: a cross of 2x2 has 4 runs, got 3; leave it out",
    );
  });
});
