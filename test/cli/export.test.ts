import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { beforeEach, describe, expect, test } from "vitest";
import { csvRows } from "../support/csv.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

let root = "";
let out = "";
beforeEach(() => {
  root = temporaryFolder();
  out = join(root, "results");
});

const LOSSES: LossOf = ({ index }) => (index === 1 ? "failed" : 0.1 * (index + 1));
const SWEEP = ["runs=3", "models=[mmoe]", "correlations=[0.5]"];

const exported = (...argv: string[]) => runMain(["export", out, ...argv]);

/** A Parquet file's rows, and the types of its columns. */
async function parquet(path: string) {
  const file = new Uint8Array(readFileSync(path)).buffer;
  const types = parquetSchema(parquetMetadata(file)).children.map(({ element }) => [element.name, element.type]);
  return { rows: await parquetReadObjects({ file }), types: Object.fromEntries(types) };
}

/** A row of Parquet as one of CSV. */
const asText = (row: object) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? "" : String(value)]));

describe("mmoe export DIR", () => {
  test("writes runs.csv to stdout", async () => {
    writeResults(out, LOSSES, SWEEP);
    await runMain(["merge", out]);
    expect(await exported()).toEqual({ code: 0, stdout: readFileSync(join(out, "runs.csv"), "utf8"), stderr: "" });
  });

  test("-o runs.parquet has the same rows, numbers as numbers and null for nothing", async () => {
    writeResults(out, LOSSES, SWEEP);
    const file = join(root, "runs.parquet");
    expect(await exported("-o", file)).toEqual({ code: 0, stdout: "", stderr: `${file}: 3 runs\n` });
    const { rows, types } = await parquet(file);
    expect(rows.map(asText)).toEqual(csvRows((await exported()).stdout));
    expect(types).toMatchObject({ id: "BYTE_ARRAY", run: "INT32", lr: "DOUBLE", finalTrainLossMean: "DOUBLE" });
    expect(rows[1]).toMatchObject({ status: "failed", finalTrainLossMean: null, run: 1 });
    expect(rows[0]?.reason).toBeNull();
  });

  test("--what curves has a row for each run and evaluation", async () => {
    writeResults(out, LOSSES, [...SWEEP, "evalEvery=30"]);
    const [parquetFile, csvFile] = [join(root, "c.parquet"), join(root, "c.csv")];
    await exported("--what", "curves", "-o", parquetFile);
    await exported("--what", "curves", "-o", csvFile);
    const { rows, types } = await parquet(parquetFile);
    expect(rows).toHaveLength(2 * 4);
    expect(rows.map(asText)).toEqual(csvRows(readFileSync(csvFile, "utf8")));
    expect(types).toMatchObject({ step: "INT32", trainLoss1: "DOUBLE", runningLoss2: "DOUBLE" });
  });

  test("of a grid has a column for each listed setting, texts too, and --at chooses", async () => {
    writeResults(out, LOSSES, [...SWEEP, "lr=[0.01, 0.1]", "optimizer=[adam, sgd]"]);
    const file = join(root, "runs.parquet");
    await exported("-o", file);
    const { rows, types } = await parquet(file);
    expect(rows.map(asText)).toEqual(csvRows((await exported()).stdout));
    expect(types).toMatchObject({ lr: "DOUBLE", optimizer: "BYTE_ARRAY" });
    expect(csvRows((await exported("--at", "lr=0.1", "--at", "optimizer=sgd")).stdout)).toHaveLength(3);
  });

  test("has a column for each task and expert, as many as the largest model has", async () => {
    const file = join(root, "runs.parquet");
    const sweep = ["smoke", "--models", "shared-bottom,mmoe", "--corr", "0.5", "--runs", "1", "--steps", "2"];
    await runMain(["sweep", ...sweep, "--batch", "8", "--diagnostics", "gates", "--out", out]);
    await exported("-o", file);
    const { rows, types } = await parquet(file);
    expect(rows.map(asText)).toEqual(csvRows((await exported()).stdout));
    expect(Object.keys(types).filter((name) => name.startsWith("gateWeight"))).toHaveLength(2 * 8);
    expect(rows[0]).toMatchObject({ model: "shared-bottom", "gateWeight2-8": null });
    expect(rows[1]?.["gateWeight2-8"]).toBeGreaterThan(0);
    expect(Object.keys(types)).not.toContain("gradientCosine");
  });

  test.each([
    [["-o", "runs.xlsx"], "--output: expected a file that ends in .parquet or .csv, got 'runs.xlsx'"],
    [["--what", "curve"], "--what: expected one of runs, curves, got 'curve'; did you mean 'curves'?"],
    [["-o", "/dev/null/runs.csv"], "/dev/null/runs.csv: can't be written: not a directory; give another -o"],
  ])("refuses %j in one line", async (argv, line) => {
    writeResults(out, LOSSES, SWEEP);
    expect(refusal(await exported(...argv))).toBe(line);
    expect(existsSync("runs.xlsx")).toBe(false);
  });
});
