// Weights of rows and classes of a table, from the command line and a config.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { expectVerified, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";
import { columnsFile } from "../support/tables.ts";

const folder = temporaryFolder();
const N = 120;
const columns = {
  x_a: range(N).map((n) => (n * 37) % 101),
  x_w: range(N).map((n) => (n % 6 === 0 ? 0 : 1 + (n % 4))),
  y_sold: range(N).map((n) => Number((n * 37) % 101 > 60 + ((n * 13) % 29))),
  y_price: range(N).map((n) => ((n * 37) % 101) / 7 + (n % 5)),
};

/** A CSV file of these columns, some of them changed. */
const table = (name: string, changed: Partial<Record<keyof typeof columns, readonly (number | string)[]>> = {}) =>
  columnsFile({ ...columns, ...changed }, join(folder, `${name}.csv`));
const csv = table("t");
const parquet = columnsFile(columns, join(folder, "t.parquet"));

const few = "--runs 2 --models mmoe --steps 20 --batch 16 --kernels wasm --jobs 1".split(" ");
const swept = async (...words: string[]) => {
  const out = join(temporaryFolder(), "out");
  const { code, stdout, stderr } = await runMain(["sweep", ...words, ...few, "--out", out]);
  expect(code, stderr).toBe(0);
  return {
    out,
    said: `${stdout}${stderr}`,
    losses: csvFile(out, "runs.csv").map((run) => [run.finalTrainLoss1, run.finalHeldoutLoss1]),
  };
};

describe("mmoe sweep --rows FILE --weight COLUMN", () => {
  test("trains by weights that are no input, of CSV, Parquet and a config alike, and whatever their unit", async () => {
    const weighted = await swept("--rows", csv, "--weight", "x_w");
    const again = await Promise.all([
      swept("--rows", parquet, "--weight", "x_w"),
      swept("--rows", table("times8", { x_w: columns.x_w.map((weight) => 8 * weight) }), "--weight", "x_w"),
      swept("--rows", csv, "--weight", "x_w", "--task", "sold.classWeight=1:1"),
    ]);
    for (const { losses } of again) expect(losses).toEqual(weighted.losses);
    const plain = await swept("--rows", csv);
    expect(plain.losses).not.toEqual(weighted.losses);
    const summaryOf = async ({ out }: typeof plain) => (await runMain(["summary", out])).stdout;
    expect(await summaryOf(plain)).toContain("predicting the mean or the base rate is 1");
    expect(await summaryOf(weighted)).not.toContain("predicting");
    expect((await runMain(["report", weighted.out])).code).toBe(0);
    const page = readFileSync(join(weighted.out, "report.html"), "utf8");
    expect(page).toContain("weighted mean squared error or log loss, the mean over tasks");
    await expectVerified(weighted.out, 2);
    const balanced = ["--weight", "x_w", "--task", "sold.classWeight=balanced"];
    const config = join(folder, "mine.yaml");
    const tasks = "tasks:\n  - {column: sold, classWeight: balanced}\n";
    writeFileSync(config, `extends: smoke\nrows: {file: t.csv, weight: x_w}\n${tasks}`);
    const [byFlag, byConfig] = [await swept("smoke", "--rows", csv, ...balanced), await swept(config)];
    expect(byConfig.losses).toEqual(byFlag.losses);
    expect(byFlag.said).toContain("y_sold binary (0, 1) with class weights balanced");
    expect(byFlag.losses).not.toEqual(weighted.losses);
  });

  test("is refused in one line for what is no weight, and classes for what they are not", async () => {
    const said = async (...words: string[]) => refusal(await runMain(["sweep", ...words, "--out", join(folder, "no")]));
    const of = (weights: readonly (number | string)[]) =>
      said("--rows", table("odd", { x_w: weights }), "--weight", "x_w");
    expect(await of(columns.x_w.with(3, -1))).toMatch(/odd\.csv:5: x_w: weight needs a number from 0, got '-1'$/);
    expect(await of([...columns.x_w].with(0, "" as never))).toMatch(
      /odd\.csv:2: x_w: weight needs a number from 0, got ''$/,
    );
    expect(await of(columns.x_w.map(() => 0))).toMatch(
      /odd\.csv: x_w: expected a weight above 0 in some row, got 0 in all$/,
    );
    const chosen = ["--label", "y_sold,y_price", "--input", "x_a,x_w", "--weight", "x_w"];
    expect(await said("--rows", csv, ...chosen)).toMatch(/column 'x_w' is the rows' weight; it is no label or input$/);
    expect(await said("--rows", csv, "--weight", "x_w", "--engine", "tfjs")).toBe(
      "engine tfjs: trains without weights of rows and classes; leave them out, or give --engine cpu",
    );
    const task = (text: string) => said("--rows", csv, "--task", text);
    expect(await task("price.classWeight=balanced")).toBe(
      "--task price.classWeight=balanced: y_price is a number: classWeight is for labels that are classes",
    );
    expect(await task("sold.classWeight=1:2:3")).toBe(
      "--task sold.classWeight=1:2:3: y_sold: classWeight: expected balanced or 2 numbers, for 0, 1; got 3",
    );
    expect(await task("sold.classWeight=1:0")).toMatch(/^--task: expected LABEL=KIND .*, got 'sold\.classWeight=1:0'$/);
  });

  test("gives a model in code the weights of its batches, and judges it by those of test rows", async () => {
    const model = join(folder, "still.mjs"); // it predicts 0 for ever, and tells as losses what its rows weigh
    writeFileSync(
      model,
      `export default class {
  constructor(inputs, tasks) { Object.assign(this, { inputs, tasks, parameterCount: 1 }); }
  step(x, y, w) {
    const sums = Array.from({ length: this.tasks }, (_, k) => w.reduce((sum, one, i) => sum + (i % this.tasks === k ? one : 0), 0));
    return sums.map((sum, k) => 10 * k + (sum * this.tasks) / w.length);
  }
  predict(x) { return new Float32Array((x.length / this.inputs) * this.tasks); }
  stateDict = () => [0];
  loadStateDict() {}
}`,
    );
    const part = range(N).map((n) => (n < 90 ? "train" : "test"));
    const price = columns.y_price.map((y, n) => (n < 90 ? (-1) ** n : y)); // of training rows the mean is 0
    const weights = columns.x_w.map((weight, n) => (n < 90 ? 1 : weight));
    const trained = async (x_w: readonly number[], name: string) => {
      const out = join(temporaryFolder(), "out");
      const few = "--models mmoe --runs 1 --steps 40 --batch 90 --set evalEvery=20".split(" ");
      const file = columnsFile({ ...columns, x_w, y_price: price, part }, join(folder, `${name}.csv`));
      const words = ["--rows", file, "--weight", "x_w", "--model", model, ...few, "--out", out];
      const { code, stderr } = await runMain(["sweep", ...words]);
      expect(code, stderr).toBe(0);
      return csvFile(out, "runs.csv").find(({ model }) => model === "still");
    };
    const [run, alike] = [
      await trained(weights, "weighted"),
      await trained(
        weights.map(() => 1),
        "alike",
      ),
    ];
    const tested = range(N).slice(90);
    const squares = (weightOf: (n: number) => number) => {
      const sum = (of: (n: number) => number) => tested.reduce((all, n) => all + of(n), 0);
      return sum((n) => weightOf(n) * price[n] ** 2) / sum(weightOf);
    };
    const ratio = squares((n) => columns.x_w[n]) / squares(() => 1);
    expect(Number(run?.finalHeldoutLoss2) / Number(alike?.finalHeldoutLoss2)).toBeCloseTo(ratio, 6);
    expect([run?.finalRunningLoss1, run?.finalRunningLoss2].map(Number)).toEqual([1, 11]);
  });
});
