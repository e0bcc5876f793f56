// Models on the same test rows: numbers of scikit-learn and of midranks are in test/stats/golden.
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { modelsOnRows } from "../../src/summary/row-pairs.ts";
import { GOLDEN } from "../stats/golden/golden.ts";
import { complaint } from "../support/complaint.ts";
import { columnMean, csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { madeResults } from "../support/made-results.ts";
import { withPredictions } from "../support/predictions.ts";
import { tableFile } from "../support/tables.ts";

const { outputs, labels, areaDifference, areaDifferenceError, errors } = GOLDEN.pairedRows;

/** Results of one run of two models on binary labels, with the golden predictions of both for task 1. */
function goldenResults() {
  const set = ["models=mmoe,omoe", "runs=1", "correlations=0.5", "labelKind=binary"];
  return withPredictions(
    madeResults(() => 1, set),
    (model) => {
      const own = outputs[["mmoe", "omoe"].indexOf(model)];
      return { "label/1": labels, "output/1": own, "label/2": labels, "output/2": own };
    },
  );
}

test("modelsOnRows(results) gives DeLong's paired error of an AUC, and about those of many resamples of other metrics", () => {
  const found = new Map(modelsOnRows(goldenResults()).map((one) => [`${one.task}: ${one.metric}`, one]));
  const auc = found.get("task 1: auc");
  expect(auc?.difference).toBeCloseTo(areaDifference, 10);
  expect(auc?.pairedError).toBeCloseTo(areaDifferenceError, 10);
  expect(auc?.unpairedError).toBeGreaterThan(2 * areaDifferenceError);
  expect(found.size).toBe(2 * (1 + Object.keys(errors).length));
  for (const [metric, { paired, unpaired }] of Object.entries(errors)) {
    const one = found.get(`task 2: ${metric}`);
    expect((one?.pairedError as number) / paired, metric).toBeGreaterThan(0.85);
    expect((one?.pairedError as number) / paired, metric).toBeLessThan(1.15);
    expect((one?.unpairedError as number) / unpaired, metric).toBeGreaterThan(0.85);
    expect((one?.unpairedError as number) / unpaired, metric).toBeLessThan(1.15);
  }
});

test("modelsOnRows(results) resamples rows of three classes with all outputs of each", () => {
  const N = 400;
  const labels = Array.from({ length: N }, (_, n) => (n * n + n) % 3);
  const isRight = (model: string, n: number) => Number((model === "mmoe" ? n % 4 : n % 7) > 0);
  const made = madeResults(() => 1, ["models=mmoe,omoe", "runs=1", "correlations=0.5"]);
  const of = { kind: "categorical" as const, weight: 1, classes: ["a", "b", "c"] };
  const taskKinds = ["1", "2"].map((column) => ({ column, ...of }));
  const results = withPredictions({ ...made, config: { ...made.config, taskKinds } }, (model) => {
    const outputs = [0, 1, 2].map((c) =>
      labels.map((label, n) => Math.sin(n) + Number(c === (label + 1 - isRight(model, n)) % 3)),
    );
    return Object.fromEntries(
      [1, 2].flatMap((task) => [
        [`label/${task}`, labels],
        ...outputs.map((column, c) => [`output/${task}/${c}`, column] as const),
      ]),
    );
  });
  const found = modelsOnRows(results).find(({ task, metric }) => task === "task 1" && metric === "accuracy");
  const apart = labels.map((_, n) => isRight("mmoe", n) - isRight("omoe", n));
  const mean = apart.reduce((sum, one) => sum + one, 0) / N;
  const error = Math.sqrt(apart.reduce((sum, one) => sum + (one - mean) ** 2, 0)) / N;
  expect(found?.difference).toBeCloseTo(mean, 12);
  expect((found?.pairedError as number) / error).toBeGreaterThan(0.85);
  expect((found?.pairedError as number) / error).toBeLessThan(1.15);
});

test("modelsOnRows(results) has the models of a pair in the order of the config, not of the records", () => {
  const results = goldenResults();
  const turned = modelsOnRows({ ...results, records: results.records.toReversed() });
  expect(turned.map(({ first, second }) => [first.model, second.model])[0]).toEqual(["mmoe", "omoe"]);
});

test("modelsOnRows(results) leaves out runs without predictions, and rows that are not the same; a prediction that is none is refused", () => {
  const results = goldenResults();
  expect(modelsOnRows({ ...results, path: temporaryFolder() })).toEqual([]);
  const columnData = [1, 2].flatMap((task) =>
    ["label", "output"].map((name) => ({
      name: `${name}/${task}`,
      data: new Float32Array(300),
      type: "FLOAT" as const,
    })),
  );
  const file = join(results.path, "predictions", `${results.records[0]?.id}.parquet`);
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData })));
  expect(modelsOnRows(results)).toEqual([]);

  columnData[1]?.data.fill(Number.NaN, 7, 8);
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData })));
  expect(complaint(() => modelsOnRows(results))).toBe(
    `${file}: a row lacks output/1; delete the file to compare without it`,
  );
});

test("mmoe summary --full and mmoe compare show what models differ by on the same test rows", async () => {
  const out = join(temporaryFolder(), "kept");
  const words = ["--models", "mmoe,single-task", "--runs", "3", "--steps", "40", "--batch", "8", "--kernels", "wasm"];
  const table = ["--rows", tableFile(90, { signs: true }), "--task", "y_1=binary", "--keep-predictions"];
  expect((await runMain(["sweep", ...table, ...words, "--out", out])).code).toBe(0);
  const { stdout } = await runMain(["summary", out, "--full"]);
  const row = /^y_1: AUC +mmoe, single-task +3 +(\S+) +(\S+) +(\S+)$/m.exec(stdout);
  const runs = csvFile(out, "runs.csv");
  const meanOf = (model: string, column: string) =>
    columnMean(
      runs.filter((run) => run.model === model),
      column,
    );
  const between = (column: string) => meanOf("mmoe", column) - meanOf("single-task", column);
  expect(Number(row?.[1])).toBeCloseTo(between("auc1"), 3);
  expect(Number(row?.[2])).toBeGreaterThan(0);
  const { onRows } = JSON.parse((await runMain(["summary", out, "--json"])).stdout);
  const rmse = onRows.find(({ task, metric }: Record<string, string>) => task === "y_2" && metric === "rmse");
  expect(rmse.difference).toBeCloseTo(between("rmse2"), 3);

  const copy = join(temporaryFolder(), "copy");
  cpSync(out, copy, { recursive: true });
  const same = JSON.parse((await runMain(["compare", out, copy, "--json"])).stdout);
  expect(same.onRows).toHaveLength(2 * onRows.length);
  for (const one of same.onRows) expect([one.difference, one.pairedError]).toEqual([0, 0]);
});
