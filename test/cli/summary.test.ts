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

/** Mean over tasks of the first run's training loss at a step, as the fake engine makes it at correlation 1. */
const loss = (step: number) => 1.125 / step + 1 / 3;

describe("mmoe summary DIR", () => {
  test("shows the correlations of one model in one table", async () => {
    writeResults(out, inTurn, ["runs=4", "models=[mmoe]", "correlations=[0.5, 1]"]);
    const { stdout } = await summary();
    expect(stdout).toMatch(/\n\nmmoe {6}runs .*\np = 0\.50 {5}4 .*\np = 1\.00 {5}4 .*\npredicting/);
  });

  test("shows the number of runs in place of an interval of less than five", async () => {
    writeResults(out, inTurn, ["runs=4", "correlations=[0.5]"]);
    for (const argv of [[], ["--full"]]) {
      const { stdout } = await summary(...argv);
      expect(stdout).toMatch(/\nomoe {14}4 {2}0\.1500 \(4 runs\) {2}0\.1500/);
      expect(stdout).not.toMatch(/\[-?\d\.\d/);
      expect(stdout).toMatch(/; no\sinterval of fewer than 5 runs\n/);
    }
  });

  test("--full tests no spreads of less than five pairs; CSV has their p", async () => {
    const lossOf: LossOf = ({ model, index }) => (model.name === "mmoe" ? 0.1 * (1 + index) : 0.2 + 0.01 * index);
    const omoeHas = (runs: number) => (run: Parameters<LossOf>[0]) =>
      run.model.name === "omoe" && run.index >= runs ? "failed" : lossOf(run);
    writeResults(out, omoeHas(4), ["runs=5", "correlations=[0.5]"]);
    const mixed = (await summary("--full")).stdout.split("spread, the first")[1];
    expect(mixed).toMatch(/\nshared-bottom, mmoe at 0\.50 +5 .* (<\.0001|0\.\d{4})\n/);
    expect(mixed).toMatch(/\nomoe, mmoe at 0\.50 +4 .*\(4 runs\) +-\n/);
    expect(mixed).toContain("p: Brown and Forsythe's test");
    expect(mixed).toContain("no interval of fewer than 5 pairs");
    writeResults(out, lossOf, ["runs=4", "correlations=[0.5]"]);
    const few = (await summary("--full")).stdout.split("spread, the first")[1];
    expect(few).toMatch(/ratio of standard deviations\n/);
    expect(few).not.toContain("Brown");
    const rows = csvRows((await summary("--csv")).stdout);
    const tests = rows.filter(({ statistic }) => statistic === "brownForsytheP");
    expect(tests.filter(({ value }) => Number(value) > 0)).toHaveLength(3);
  });

  test("--bad moves the threshold of bad minima, --loss the loss", async () => {
    writeResults(out, inTurn, ["runs=9", "correlations=[0.5]"]);
    const { stdout } = await summary("--bad", "0.105", "--loss", "heldout");
    expect(stdout).toContain("loss on held-out rows after the last step (others: --loss train or running)\n");
    expect(stdout).toMatch(/shared-bottom {5}9 {2}0\.1589 \[.*\] {2}0\.1100 {1,2}100%/);
    expect(stdout).toContain("above 0.105");
  });

  test("--loss running shows the mean of all batch losses", async () => {
    writeResults(out, inTurn, ["runs=1", "correlations=[1]", "models=[mmoe]", "evalEvery=30"]);
    const { stdout } = await summary("--loss", "running");
    expect(stdout).toContain("running mean of the loss after the last step (others: --loss train or heldout)\n");
    const batches = 30 * (loss(30) + loss(60) + loss(90)) + 10 * loss(100);
    expect(stdout).toContain(`\np = 1.00     1       ${(batches / 100).toFixed(4)} `);
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

  test("--full of a grid compares its points with the first", async () => {
    writeResults(out, inTurn, ["runs=5", "models=[mmoe]", "correlations=[1]", "lr=[0.02, 0.01]"]);
    const { stdout } = await summary("--full");
    expect(stdout).toMatch(/\nbetween grid points, each minus lr=0.02:\n.*\nmmoe at 1\.00, lr=0\.01 +5 /);
  });

  test("--full of one run says only what one run can", async () => {
    writeResults(out, inTurn, ["runs=1", "models=[mmoe]", "correlations=[1]"]);
    const stdout = printed(await summary("--full"));
    expect(stdout).toMatch(/\nmean +0\.1000\n/);
    expect(stdout).toMatch(/\nstandard deviation +-\n/);
    expect(stdout).not.toMatch(/NaN|between models/);
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

  test("--format markdown has the same numbers in tables of Markdown", async () => {
    writeResults(out, inTurn, ["runs=9", "correlations=[0.5]"]);
    const stdout = printed(await summary("--format", "markdown"));
    expect(stdout).toMatch(/\n\n\| p = 0\.50 \| runs \| mean \[95 %\] \| median \| bad \|\n\| --- \| --: /);
    expect(stdout).toMatch(/\n\| mmoe \| 9 \| 0\.1444 \[.*\] \| 0\.1000 \| 44% \|\n\npredicting the mean is 1; /);
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
