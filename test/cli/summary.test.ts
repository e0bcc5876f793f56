import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { csvRows } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

let out = "";
beforeEach(() => {
  out = join(temporaryFolder(), "results");
});

const summary = (...argv: string[]) => runMain(["summary", out, ...argv]);

/** Losses .1 and .2 in turn. */
const inTurn: LossOf = ({ index }) => 0.1 * (1 + (index % 2));

describe("mmoe summary DIR", () => {
  test("shows the number of runs in place of an interval of less than five", async () => {
    writeResults(out, inTurn, ["runs=4", "correlations=[0.5]"]);
    for (const argv of [[], ["--full"]]) {
      const { stdout } = await summary(...argv);
      expect(stdout).toMatch(/\nomoe {14}4 {2}0\.1500 \(4 runs\) {2}0\.1500/);
      expect(stdout).not.toMatch(/\[-?\d\.\d/);
      expect(stdout).toMatch(/; no\sinterval of fewer than 5 runs\n/);
    }
  });

  test("names what failed, and says how many runs are missing", async () => {
    const lossOf: LossOf = (run) => (run.model.name === "mmoe" ? "failed" : run.index === 7 ? "missing" : inTurn(run));
    writeResults(out, lossOf, ["runs=8", "correlations=[0.5]"]);
    const stdout = printed(await summary());
    expect(stdout).toMatch(/\nmmoe {14}0 {24}- {7}- {4}-\n/);
    expect(stdout).toContain("8 failed, left out of all losses: mmoe/p=0.50/000 (loss is NaN at step 7),");
    expect(stdout).toContain("and 3 more (runs.csv has all)");
    expect(stdout).toContain("\n2 of 24 runs are missing, so all this may change; train them with:\nmmoe sweep ");
  });

  test("--csv and --json, short for --format, have everything, with nothing or null for what is not there", async () => {
    writeResults(out, inTurn, ["runs=1", "correlations=[1]"]);
    const csv = printed(await summary("--csv"));
    expect(csvRows(csv)).toContainEqual(
      expect.objectContaining({ loss: "train", statistic: "mean", value: "0.1", low: "" }),
    );
    expect(printed(await summary("--format", "csv"))).toBe(csv);
    const json = JSON.parse(printed(await summary("--json", "--loss", "heldout")));
    expect(json).toMatchObject({ folder: out, loss: "heldout", bad: 5 / 30 });
    expect(json.cells[0].loss.mean).toMatchObject({ value: expect.closeTo(0.11, 9), low: null });
    expect(json.models).toHaveLength(3);
  });

  test("on a terminal of 60 columns leaves out histograms, and wraps what is wider", async () => {
    writeResults(out, inTurn, ["runs=9", "correlations=[0.5]"]);
    for (const argv of [[], ["--full"]]) {
      const terminal = { isTTY: true, columns: 60 };
      const { stdout } = await runMain(["summary", out, ...argv], undefined, {}, terminal);
      expect(stdout).not.toMatch(/[▁-█]/);
      expect(stdout.split("\n").filter((line) => line.length > 60 && !line.includes(out))).toEqual([]);
    }
  });

  test.each([
    [["--bad", "low"], "--bad: expected a number of at least 0, got 'low'"],
    [["--csv", "--json"], "--csv and --json: expected one of them"],
    [["--format", "table", "--json"], "--format table and --json: expected one of them"],
    [["--rungs", "--loss", "running"], /^--rungs: a running mean also reflects .*; give --loss train or heldout$/],
  ])("refuses %j in one line", async (argv, line) => {
    writeResults(out, inTurn, ["runs=1", "correlations=[1]"]);
    expect(refusal(await summary(...argv))).toMatch(line);
  });

  test("--rungs shows on which rung each task ends, and what runs in bad minima lack", async () => {
    const two: LossOf = ({ index }) => (index === 0 ? 0.6 : 0.01);
    writeResults(out, two, ["data=four-sines", "runs=5", "correlations=[0.5]", "models=[mmoe]"]);
    const stdout = printed(await summary("--rungs"));
    expect(stdout).toContain(
      "(0 at 0.0035, 1 at 0.1765, 2 at 0.4327,\n3 at 0.6250, 4 at 0.8886); above: nearer to 1.0000",
    );
    expect(stdout).toMatch(/\np = 0\.50 {2}task {2}runs {2}rung 0 .* rung 4 {2}above\nmmoe +1 +5 +4 +0 +0 +1 +0 +0\n/);
    expect(stdout).toMatch(
      /\nmmoe at 0\.50: 1 of 5: task 1 on rung 3 \(lacks the 3 fastest sines\), task 2 on\n {2}rung 3/,
    );
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const markdown = (await summary("--rungs", "--format", "markdown")).stdout;
    expect(markdown).toMatch(/\n\| mmoe \| 1 \| 5 \| 4 \|/);
    expect(markdown).toMatch(/lack:\n\n- mmoe at 0\.50: 1 of 5: task 1 on rung 3 .*\n$/);
    expect((await summary("--full")).stdout).toContain("runs by the rung that each task ends on");
  });
});
