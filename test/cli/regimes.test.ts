import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";

describe("mmoe regimes", () => {
  test("trains a model in a regime, and shows its place beside the committed runs", async () => {
    const out = join(temporaryFolder(), "mine");
    const words = ["regimes", "--models", "shared-bottom", "--method", "pcgrad", "--only", "irrelevant", "--runs", "2"];
    const first = await runMain([...words, "--lr", "0.01,0.03", "--out", out]);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(
      /^irrelevant +-?[\d.]+ \[-?[\d.]+, -?[\d.]+\] +-?\d+ +\d+ +\d+ of \d+ +\d+ +\d+ +\d+$/m,
    );
    // a trial of the 4 runs of one number takes 60 s in tests, 0.4 s of it to start; then a committed run, in 0.15 s: 119.75 s
    expect(first.stderr).toMatch(
      /^shared-bottom: 8 runs to train in 1 sweep, about 1:59 min on \d+ idle cores? if they stop as committed runs did$/m,
    );
    expect(first.stderr).toContain("a committed run of each sweep is the same on this machine");
    expect(csvFile(join(out, "irrelevant"), "runs.csv")).toHaveLength(8);
    const [whole, ...rest] = csvFile(out, "regimes.csv");
    expect(whole).toMatchObject({
      regime: "irrelevant",
      contestant: "shared-bottom, pcgrad",
      from: "yours",
      pairs: "2",
    });
    expect(rest.filter(({ from }) => from === "yours").map(({ cell }) => cell)).toEqual([
      "irrelevant p=0.90, noiseStd=0.3:0.3:0.3",
      "irrelevant p=0.90, noiseStd=0.3:0.3:10",
    ]);
    const svg = readFileSync(join(out, "regimes.svg"), "utf8");
    expect(svg).toContain("noise 0.3, 0.3 and 10, correlation 0.9");
    expect(svg).toContain(">Shared-Bottom, pcgrad in regimes<");
    const again = await runMain([...words, "--lr", "0.01,0.03", "--out", out]);
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).toMatch(/^shared-bottom: 0 runs to train in 1 sweep$/m);
  });

  test("says how many runs have a committed one beside them, where more are asked for", async () => {
    const { stderr } = await runMain("regimes --only irrelevant --models mmoe --runs 21 --dry-run".split(" "));
    expect(stderr).toBe("--runs 21: only runs with a committed one of their number are compared: irrelevant 20\n");
  });

  test.each([
    [["--only", "few-row"], "--only: expected one of paper, few-rows, "],
    [["--method", "pcgrad"], "--method pcgrad: expected models to train; add --models shared-bottom,mmoe or your own"],
    [["--runs", "20"], "--runs 20: expected models to train; add --models shared-bottom,mmoe or your own"],
    [["--dry-run"], "--dry-run: expected models to train; add --models shared-bottom,mmoe or your own"],
    [["--regime", "few-rows"], "unknown option '--regime'; did you mean '--only'?"],
    [["--regimes=few-rows"], "unknown option '--regime'; did you mean '--only'?"],
    [["--models", "mmoe", "--set", "seed=1"], "--set seed=1: changes the rows or the length of paper"],
    [["--models", "mmo"], "--models: expected one of shared-bottom, "],
  ])("mmoe regimes %j is refused, and writes nothing", async (words, message) => {
    const out = join(temporaryFolder(), "mine");
    expect(refusal(await runMain(["regimes", ...words, "--out", out]))).toContain(message);
    expect(existsSync(out)).toBe(false);
  });
});
