// Tables with training, validation and test rows, from the command line.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadStoredConfig } from "../../src/config/load.ts";
import { dataIdentity } from "../../src/data/streams.ts";
import { TableSet } from "../../src/data/table-set.ts";
import type { AnyRun, FromTable } from "../../src/engines/engine.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { withTables } from "../../src/sweep/share.ts";
import { columnMean, csvFile } from "../support/csv.ts";
import { expectVerified, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { tableFile } from "../support/tables.ts";

const few = "--runs 5 --steps 20 --batch 8 --models mmoe --set evalEvery=10 --jobs 1".split(" ");
const rates = ["--lr", "0.0001,0.01", "--kernels", "wasm"];

/** The table of `tableFile` with parts, whose test labels are times `by`; with `signs`, y_1 is 0 or 1. */
function testedBy(by: number, signs = false): string {
  const file = tableFile(60, { parts: true, signs });
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const changed = lines.map((line, n) => {
    const cells = line.split(",");
    if (cells[5] === "heldout") return cells.with(3, String(by * Number(cells[3]))).join();
    return n % 3 === 1 ? cells.with(5, "dev").join() : line;
  });
  writeFileSync(file, `${changed.join("\n")}\n`);
  return file;
}

describe("mmoe tune on rows of one's own", () => {
  const tuned = async (by: number) => {
    const out = join(temporaryFolder(), "rates");
    expect((await runMain(["sweep", "--rows", testedBy(by), ...few, ...rates, "--out", out])).code).toBe(0);
    const { code, stdout } = await runMain(["tune", out, "--json"]);
    const { picks, metric } = JSON.parse(stdout);
    return { out, code, metric, pick: picks[0], runs: runsIn(out) };
  };
  const runsIn = (out: string) => csvFile(out, "runs.csv");
  const meanAt = (runs: ReturnType<typeof runsIn>, lr: number, column: string) =>
    columnMean(
      runs.filter((run) => run.lr === String(lr)),
      column,
    );
  let one: Awaited<ReturnType<typeof tuned>>;
  beforeAll(async () => {
    one = await tuned(1);
  });

  test("chooses by the loss on validation rows, whatever the test rows are", async () => {
    const other = await tuned(-50);
    expect([one.code, one.metric]).toEqual([0, "validationLoss"]);
    for (const { point, mean } of one.pick.candidates)
      expect(mean.value).toBeCloseTo(meanAt(one.runs, point.lr, "validationLoss"), 10);
    expect(other.pick).toEqual(one.pick);
    const heldout = ({ runs }: typeof one) => runs.map(({ finalHeldoutLoss1 }) => finalHeldoutLoss1);
    expect(heldout(other)).not.toEqual(heldout(one));
  });

  test("refuses to choose by test rows", async () => {
    expect(refusal(await runMain(["tune", one.out, "--loss", "heldout"]))).toBe(
      "--loss heldout: no choice may see a test row; leave it out to choose by the validation loss",
    );
  });

  test("chooses by a metric on validation rows, the highest or the lowest mean over runs", async () => {
    const out = join(temporaryFolder(), "signs");
    expect((await runMain(["sweep", "--rows", testedBy(1, true), ...few, ...rates, "--out", out])).code).toBe(0);
    for (const [name, column, best] of [
      ["auc1", "validationAuc1", Math.max],
      ["accuracy1", "validationAccuracy1", Math.max],
      ["calibrationError1", "validationCalibrationError1", Math.min],
    ] as const) {
      const { stdout } = await runMain(["tune", out, "--metric", name, "--json"]);
      const { metric, picks } = JSON.parse(stdout);
      expect(metric).toBe(name);
      const { candidates, chosen } = picks[0];
      expect(candidates).toHaveLength(2);
      const means: number[] = candidates.map(({ point }: { point: { lr: number } }) =>
        meanAt(runsIn(out), point.lr, column),
      );
      for (const [i, { mean }] of candidates.entries()) expect(mean.value).toBeCloseTo(means[i] as number, 10);
      expect(meanAt(runsIn(out), chosen.lr, column)).toBe(best(...means));
    }
    expect((await runMain(["tune", out, "--metric", "auc1"])).stdout).toMatch(
      /auc1, .* on validation rows: y_1; higher\s+is\s+better/,
    );
    expect(refusal(await runMain(["tune", out, "--metric", "auc2"]))).toMatch(/: no run has auc2 on validation rows/);
    expect(refusal(await runMain(["tune", out, "--metric", "auk"]))).toMatch(
      /^--metric: expected a metric that .* has \(auc1, .*\brSquared2, .*\), got 'auk'$/,
    );
  });

  test("refuses runs that were trained on validation rows in the end", async () => {
    const out = join(temporaryFolder(), "refit");
    const rows = tableFile(60, { signs: true });
    const words = ["--set", "refit=true", "--steps", "auto", "--runs", "2"];
    expect((await runMain(["sweep", "--rows", rows, ...few, ...rates, ...words, "--out", out])).code).toBe(0);
    for (const metric of [[], ["--metric", "auc1"]])
      expect(refusal(await runMain(["tune", out, ...metric]))).toMatch(
        /some runs have no losses on validation rows, and no choice may see a test row; train them in a new folder/,
      );
  });
});

test("--heldout and --split choose the share of test rows and the split of all runs, as a config does", async () => {
  const file = tableFile(40);
  const partsOf = async (rows: string) => {
    const config = join(temporaryFolder(), "split.yaml");
    writeFileSync(config, `extends: smoke\nname: split\nrows: ${rows}\n`);
    return (await runMain(["data", config, "--parts"])).stdout;
  };
  const out = join(temporaryFolder(), "split");
  const words = ["--rows", file, "--heldout", "0.25", "--split", "3", "--models", "mmoe", "--steps", "9"];
  expect((await runMain(["sweep", "smoke", ...words, "--out", out])).code).toBe(0);
  const { stdout } = await runMain(["data", join(out, "config.yaml"), "--parts"]);
  expect(stdout).toBe(await partsOf(`{ file: ${file}, heldout: 0.25, split: 3 }`));
  expect(stdout.match(/,test$/gm)).toHaveLength(10);
  expect(stdout).not.toBe(await partsOf(`{ file: ${file}, heldout: 0.25 }`));
  expect(refusal(await runMain(["sweep", ...words, "--resplit"]))).toBe("--split and --resplit: expected one of them");
  expect(refusal(await runMain(["sweep", "--rows", file, "--resplit", "--by-time", "t", "--group", "g"]))).toBe(
    "--group and --by-time: expected one of them",
  );
  expect(refusal(await runMain(["sweep", "--rows", file, "--heldout", "2"]))).toMatch(/heldout: expected the share/);
});

describe("--resplit", () => {
  const file = testedBy(1);
  const config = join(temporaryFolder(), "resplit.yaml");
  writeFileSync(config, `extends: smoke\nname: resplit\nrows: { file: ${file}, split: run }\n`);
  const partsOf = async (run: number) => {
    const { stdout } = await runMain(["data", config, "--parts", "--run", String(run)]);
    return stdout.trim().split("\n").slice(1);
  };
  const rowsOf = (lines: readonly string[], part: string) => lines.filter((line) => line.endsWith(`,${part}`));

  test("draws validation rows in each run, and leaves the table's test rows", async () => {
    const [first, second] = [await partsOf(0), await partsOf(1)];
    expect(rowsOf(first, "test")).toEqual(rowsOf(second, "test"));
    expect(rowsOf(first, "validation")).not.toEqual(rowsOf(second, "validation"));
    const marked = readFileSync(file, "utf8").trim().split("\n").slice(1);
    expect(rowsOf(marked, "heldout")).toHaveLength(rowsOf(first, "test").length);
    // a fifth of the rows that are not for the test
    expect(rowsOf(first, "validation")).toHaveLength(9);
  });

  test("gives models the same split, whose runs verify", async () => {
    const out = join(temporaryFolder(), "resplit");
    const words = ["--rows", file, "--resplit", "--runs", "2", "--models", "mmoe,single-task", "--steps", "9"];
    expect((await runMain(["sweep", ...words, "--kernels", "wasm", "--out", out])).code).toBe(0);
    const splits = planRuns(loadStoredConfig(join(out, "config.yaml"))).map((run) => {
      const [{ data, training }] = withTables([run]) as [AnyRun & FromTable];
      return [run.index, [...new TableSet(data, dataIdentity(run), training).places("train")].join()].join(": ");
    });
    expect(new Set(splits).size).toBe(2);
    await expectVerified(out, 4);
    const { stdout } = await runMain(["summary", out]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "all runs have the same test rows: intervals over runs hold for new initial values, not for new rows",
    );
  });
});

test("mmoe data --parts says which part each row is of, and which columns have new values in test rows", async () => {
  const file = join(temporaryFolder(), "cities.csv");
  const lines = ["x_a,x_city,y_1,y_2,part"];
  for (let n = 0; n < 12; n++) {
    const part = ["train", "val", "test"][n % 3];
    lines.push([n, n === 5 ? "Rome" : n === 4 ? "Oslo" : n % 2 ? "Bern" : "Lima", n * n, -n, part].join());
  }
  writeFileSync(file, `${lines.join("\n")}\n`);
  const config = join(temporaryFolder(), "cities.yaml");
  writeFileSync(config, `extends: smoke\nname: cities\nrows: ${file}\n`);
  const { code, stdout, stderr } = await runMain(["data", config, "--parts"]);
  expect(code).toBe(0);
  const marks = Array.from({ length: 12 }, (_, n) => `${n + 1},${["train", "validation", "test"][n % 3]}`);
  expect(stdout.trim().split("\n")).toEqual(["row,part", ...marks]);
  expect(stderr).toContain("run 0: 4 train, 4 validation, 4 test rows; rows are counted from 1, without the header");
  expect(stderr).toContain("x_city: 1 validation row with a value that no training row has");
  expect(stderr).toContain("x_city: 1 test row with a value that no training row has");
  const { stdout: tested } = await runMain(["data", config, "--heldout"]);
  const { stdout: validated } = await runMain(["data", config, "--validation"]);
  expect([tested, validated].map((text) => text.trim().split("\n").length)).toEqual([5, 5]);
  expect(tested).not.toBe(validated);
});
