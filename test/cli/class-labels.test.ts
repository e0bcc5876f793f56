// A table whose labels are of all kinds, from the command line to its figures.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readResults } from "../../src/records/read-results.ts";
import { taskSummaries } from "../../src/summary/task-summary.ts";
import { columnMean, csvFile, csvRows } from "../support/csv.ts";
import { expectVerified, printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { someRows } from "../support/tables.ts";

const folder = temporaryFolder();
const file = join(folder, "people.csv");
const header = "x_a,x_b,x_c,y_income,y_single,y_age,y_region";
const lines = someRows(80).map(([a = 0, b = 0, c = 0, y = 0]) => {
  const region = a > 0.6 ? "north" : a > -0.4 ? "east" : "south";
  return [a, b, c, a + 5 * c > 0 ? "high" : "low", y > 7 ? 1 : 0, y, region].join();
});
writeFileSync(file, `${[header, ...lines].join("\n")}\n`);
const out = join(folder, "results");
const few = "--runs 3 --steps 30 --batch 8 --set evalEvery=10 --kernels wasm --jobs 1".split(" ");
const MODELS = ["single-task", "mmoe", "shared-bottom"];
const trained = runMain(["sweep", "smoke", "--rows", file, ...few, "--models", MODELS.join(), "--out", out]);
const stdoutOf = async (...argv: string[]) => {
  await trained;
  return printed(await runMain(argv));
};

describe("a sweep on labels that are classes", () => {
  test("says the kind of each label at its start, and in its plan", async () => {
    const { code, stderr, stdout } = await trained;
    const kinds = "y_income binary (high, low), y_single binary (0, 1), y_age regression, y_region categorical";
    expect(code).toBe(0);
    expect(stderr).toContain(`${out}: labels: ${kinds} (east, north, south) (--task changes them)`);
    expect(stdout).toMatch(/predicting the mean or\s+the base rate is 1/);
    const plan = await runMain(["sweep", "smoke", "--rows", file, ...few, "--task", "single=regression", "--dry-run"]);
    expect(plan.stdout).toMatch(/taskKinds +y_income binary \(high, low\), y_single regression,/);
  });

  test("has metrics of each task in runs.csv, and empty cells for tasks of another kind", async () => {
    await trained;
    const rows = csvFile(out, "runs.csv");
    for (const row of rows) {
      for (const name of ["auc1", "auc2", "accuracy1", "accuracy4", "logLoss4", "rSquared3", "averagePrecision2"])
        expect(row[name], name).toMatch(/^-?[\d.]+$/);
      expect([row.auc3, row.auc4, row.rSquared1, row.accuracy3]).toEqual(["", "", "", ""]);
      expect(Number(row.aucMean)).toBeCloseTo((Number(row.auc1) + Number(row.auc2)) / 2, 12);
    }
  });

  test("has the labels' names in runs.csv and curves.csv, and where runs are exported, and verifies bit for bit", async () => {
    await trained;
    const names = ["y_income", "y_single", "y_age", "y_region"];
    for (const text of [readFileSync(join(out, "runs.csv")), await stdoutOf("export", out)])
      for (const { label1, label2, label3, label4 } of csvRows(text))
        expect([label1, label2, label3, label4]).toEqual(names);
    const named = csvRows(readFileSync(join(out, "curves.csv"))).map(({ task, label }) => `${task} ${label}`);
    expect(new Set(named)).toEqual(new Set(["mean ", ...names.map((name, k) => `${k + 1} ${name}`)]));
    await trained;
    await expectVerified(out, 9);
  });
});

describe("mmoe summary", () => {
  test("has the mean over runs of each task's loss and metrics as CSV and JSON", async () => {
    const runs = csvFile(out, "runs.csv");
    const rows = csvRows(await stdoutOf("summary", out, "--csv"));
    const of = (statistic: string) => rows.find((row) => row.model === "mmoe" && row.statistic === statistic)?.value;
    const meanOf = (column: string) =>
      columnMean(
        runs.filter(({ model }) => model === "mmoe"),
        column,
      );
    expect(Number(of("auc of y_income"))).toBeCloseTo(meanOf("auc1"), 12);
    expect(Number(of("rSquared of y_age"))).toBeCloseTo(meanOf("rSquared3"), 12);
    expect(Number(of("loss of y_region"))).toBeCloseTo(meanOf("finalHeldoutLoss4"), 12);
    const { tasks } = JSON.parse(await stdoutOf("summary", out, "--json")) as {
      tasks: ReturnType<typeof taskSummaries>;
    };
    expect(tasks.map(({ name }) => name)).toEqual(["y_income", "y_single", "y_age", "y_region"]);
    expect(tasks[0]?.cells[0]?.metrics.auc).toMatchObject({ runs: 3, low: null, high: null }); // as the table: of few runs
  });

  test("counts of each metric the runs that have it", async () => {
    await trained;
    const results = await readResults(out, () => {});
    const records = results.records.map((record) =>
      record.run === 0 ? { ...record, measures: { ...record.measures, auc: Array(4).fill(Number.NaN) } } : record,
    );
    const cell = taskSummaries({ ...results, records }, "heldout")[0]?.cells[0];
    expect([cell?.runs, cell?.loss.runs, cell?.metrics.auc?.runs, cell?.metrics.accuracy?.runs]).toEqual([3, 3, 2, 3]);
  });
});

test("where held-out losses are many times those on training rows, every command says that models have memorised these", async () => {
  const overfit = ["--runs", "2", "--steps", "600", "--batch", "16", "--set", "evalEvery=600", "--set", "trainRows=16"];
  const argv = ["sweep", "smoke", "--rows", file, ...overfit, "--models", "mmoe", "--kernels", "wasm"];
  const memorised = join(folder, "overfit");
  const sweep = await runMain([...argv, "--out", memorised]);
  const remark = /oss on held-out rows is (over )?\d+ times that on training rows: the models have memorised these/;
  for (const command of ["summary", "figures", "report"]) expect((await runMain([command, memorised])).code).toBe(0);
  const shown = [
    sweep.stdout,
    await stdoutOf("summary", memorised),
    readFileSync(join(memorised, "figures/final-loss-heldout.txt"), "utf8"),
    readFileSync(join(memorised, "report.html"), "utf8"),
    await stdoutOf(...argv, "--runs", "3", "--out", memorised, "--dry-run"),
  ];
  for (const text of shown) expect(text.replaceAll("\n", " ")).toMatch(remark);
  expect((await trained).stdout).not.toContain("memorised");
  expect(await stdoutOf("summary", out)).not.toContain("memorised");
});

test("a sweep on the generator's signs shows no bound of bad minima and no ladder", async () => {
  const signs = join(folder, "signs");
  const argv = ["sweep", "smoke", "--set", "labelKind=binary", ...few, "--models", "mmoe", "--corr", "0.5"];
  expect((await runMain([...argv, "--out", signs])).stdout).toContain("predicting the base rate");
  expect(await stdoutOf("summary", signs, "--full")).not.toMatch(/bad|rung/);
  expect((await runMain(["summary", signs, "--rungs"])).stderr).toMatch(
    /--rungs: the config changes the generator's labels/,
  );
  expect(refusal(await runMain(["claims", signs]))).toBe(
    `${signs}: the paper's claims are about squared errors, and some of these labels are signs (labelKind=binary); mmoe summary --full compares the models`,
  );
  await stdoutOf("report", signs);
  expect(readFileSync(join(signs, "report.html"), "utf8")).toContain("The paper’s claims are not tested");
  await stdoutOf("figures", signs, "--only", "figure4");
  expect(readFileSync(join(signs, "figures/figure4.txt"), "utf8")).not.toMatch(/sines/i);
});

// The example of labels of all kinds with gaps, trained as it is but for fewer runs.
const penguins = join(temporaryFolder(), "penguins");
const argv = ["sweep", "examples/penguins.yaml", "--runs", "3", "--models", "mmoe,single-task", "--kernels", "wasm"];
const trainedPenguins = runMain([...argv, "--out", penguins]);

test("examples/penguins.yaml learns all three labels, each run for steps of its own", async () => {
  await trainedPenguins;
  const runs = csvFile(penguins, "runs.csv");
  expect(runs).toHaveLength(6);
  for (const run of runs) {
    expect(Number(run.accuracy1)).toBeGreaterThan(0.9);
    expect(Number(run.auc2)).toBeGreaterThan(0.8);
    expect(Number(run.rSquared3)).toBeGreaterThan(0.7);
  }
  expect(new Set(runs.map(({ steps }) => steps)).size).toBeGreaterThan(2);
});
