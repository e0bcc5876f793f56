// The paper's census study on small generated files, from UCI's format to its tables.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { writeCensusFiles } from "../support/census-files.ts";
import { columnMean, csvFile, csvRows } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";

const folder = temporaryFolder();
const files = writeCensusFiles(join(folder, "uci"), 1200, 300);
const census = join(folder, "census");
const prepared = runMain(["census", "prepare", files.data, files.test, "-o", census, "--values", "5"]);
const out = join(folder, "results");
const few = "--runs 2 --steps 40 --batch 32 --set evalEvery=20 --kernels wasm --jobs 1".split(" ");
const MODELS = ["mmoe", "shared-bottom"];
const rates = join(folder, "rates");
const tried = prepared.then(() => {
  const lists = ["--lr", "0.0001,0.01", "--models", MODELS.join(), "--seed", "1"];
  return runMain(["sweep", join(census, "group1.yaml"), ...few, ...lists, "--out", rates]);
});
const tunedFile = join(folder, "tuned.yaml");
const tuned = tried.then(() => runMain(["tune", rates, "--metric", "auc1", "--seed", "0", "-o", tunedFile]));
const trained = tuned.then(() => runMain(["sweep", tunedFile, "--kernels", "wasm", "--out", out]));

describe("mmoe census prepare", () => {
  test("writes the tables and configs of both groups, and says what they hold beside the paper", async () => {
    const stdout = printed(await prepared);
    const facts = stdout.replaceAll(/\s+/g, " ");
    expect(facts).toContain("census-income.test: 300 rows (UCI's files have 199,523 and 99,762): ");
    const lines = readFileSync(files.data, "utf8").trim().split("\n");
    const young = lines.filter((line) => Number(line.split(",")[0]) < 16).length;
    expect(facts).toContain(`${young} under 16, 0 like an earlier row; spaces trimmed behind 0 values`);
    const distances = ["some college", "an associate's degree", "a bachelor's degree"].map((name) => {
      const [, correlation] = new RegExp(` 2 +${name}, .*% +(0\\.\\d{4}) `).exec(stdout) ?? [];
      return [Math.abs(Number(correlation) - 0.2373), name] as const;
    });
    const [, nearest] = distances.toSorted(([a], [b]) => a - b)[0];
    expect(stdout).toContain(`nearest to the paper's 0.2373: ${nearest}\n`);
    expect(stdout).toMatch(/^1,200 training rows, 150 for validation, 150 for the test\n/m);
    expect(stdout).toMatch(/ 1 +income above \$50,000, never married +[\d.]+ %, [\d.]+ % +0\.\d{4} +0\.1768\n/);
    expect(stdout).toMatch(/ 2 +a bachelor's degree, never married +[\d.]+ %, [\d.]+ % +0\.\d{4} +0\.2373\n/);
    expect(stdout).toContain("values beyond the 4 most frequent are 'other' in: class_of_worker,");
    for (const group of [1, 2]) {
      const config = loadConfig(join(census, `group${group}.yaml`));
      expect(config).toMatchObject({ trainRows: 1200, heldoutRows: 150, origins: { rows: "assumed", lr: "assumed" } });
      expect(config.models).toContain("tensor-factorization");
      expect(config.taskKinds.map(({ column, kind }) => `${column} ${kind}`)).toEqual([
        `y_${group === 1 ? "income" : "college"} binary`,
        "y_never_married binary",
      ]);
    }
  });

  test.each([
    [[files.test, files.test], /^both files have the same rows, so no row would be left to judge by; give one/],
    [[files.data, files.test, "--heldout", "0.3"], /^--heldout: the second file has the rows for validation and test;/],
    [[files.data, files.test, "--resplit"], /^--resplit: the second file has the rows for validation and test; leave/],
    [[join(census, "group1.yaml"), files.test], /group1\.yaml:1: expected 42 fields, got/],
    [[files.data, files.test, "--values", "1001"], /^--values: expected a whole number from 2 to 1000, got '1001'$/],
  ])("refuses %j", async (argv, line) => {
    await prepared;
    expect(refusal(await runMain(["census", "prepare", ...argv, "-o", out]))).toMatch(line);
  });

  test("refuses to replace what is there", async () => {
    await prepared;
    expect(refusal(await runMain(["census", "prepare", files.data, files.test, "-o", census]))).toBe(
      `${census}/group1.yaml exists; give another -o, or --overwrite`,
    );
  });
});

describe("mmoe tune --metric", () => {
  /** The learning rate with the highest or the lowest mean of a column of runs.csv, for each model. */
  const bestRates = (column: string, sign: number) => {
    const runs = csvFile(rates, "runs.csv");
    return MODELS.map((model) => {
      const meanAt = (lr: string) =>
        columnMean(
          runs.filter((run) => run.model === model && run.lr === lr),
          column,
        );
      return sign * (meanAt("0.01") - meanAt("0.0001")) > 0 ? "lr=0.01" : "lr=0.0001";
    });
  };
  const chosen = (stdout: string) =>
    MODELS.map((model) => new RegExp(`^${model} +(lr=\\S+) `, "m").exec(stdout)?.[1] as string);

  test("chooses the highest AUC of a task or the lowest log loss, and says so", async () => {
    expect((await tried).code).toBe(0);
    const { code, stdout } = await tuned;
    expect(code).toBe(0);
    expect(stdout).toContain("auc1, area under the ROC curve of a binary task on validation rows: y_income;\nhigher");
    expect(chosen(stdout)).toEqual(bestRates("validationAuc1", 1));
    expect(chosen(stdout)).toEqual(["lr=0.01", "lr=0.01"]);
    expect(loadConfig(tunedFile)).toMatchObject({ tuned: { loss: "auc1" }, rows: { heldout: null } });
    const lowest = (await runMain(["tune", rates, "--metric", "logLoss2"])).stdout;
    expect(lowest).toContain("y_never_married; lower is better");
    expect(chosen(lowest)).toEqual(bestRates("validationLogLoss2", -1));
  });

  test("refuses a metric that the results do not have, and a loss beside it", async () => {
    await tried;
    expect(refusal(await runMain(["tune", rates, "--metric", "auc3"]))).toMatch(
      /^--metric: expected a metric that \S+ has \(auc1, auc2, averagePrecision1, .*, calibrationError2\), got 'auc3'$/,
    );
    expect(refusal(await runMain(["tune", rates, "--metric", "auc1", "--loss", "train"]))).toBe(
      "--loss and --metric: expected one of them",
    );
  });
});

describe("mmoe census tables", () => {
  const stdoutOf = async (...argv: string[]) => {
    expect((await trained).code).toBe(0);
    return printed(await runMain(["census", "tables", out, ...argv]));
  };

  test("has the AUCs of the run with the best main task on validation rows, and the means, beside the paper's", async () => {
    const rows = csvRows(await stdoutOf("--csv"));
    const runs = csvFile(out, "runs.csv");
    const paper = csvFile("results/published/census.csv");
    expect(rows.map(({ model, task }) => `${model} ${task}`)).toEqual(
      MODELS.flatMap((model) => [`${model} y_income`, `${model} y_never_married`]),
    );
    for (const { model, task, best, mean, paperBest, paperMean } of rows) {
      const ofModel = runs.filter((run) => run.model === model);
      const own = ofModel.map(({ auc1, auc2 }) => [Number(auc1), Number(auc2)]);
      const [one, other] = ofModel.map(({ validationAuc1 }) => Number(validationAuc1));
      expect(own).toHaveLength(2);
      const k = task === "y_income" ? 0 : 1;
      const [first = [], second = []] = own;
      expect(Number(best)).toBe((one >= other ? first : second)[k]);
      expect(Number(mean)).toBeCloseTo((first[k] + second[k]) / 2, 12);
      const row = paper.find((one) => one.model === model && one.group === "1");
      const names = k === 0 ? ["main_auc_best", "main_auc_mean"] : ["marital_auc_with_best_main", "marital_auc_mean"];
      expect([Number(paperBest), Number(paperMean)]).toEqual(names.map((name) => Number(row?.[name])));
    }
  });
});
