// Metrics within groups of rows, such as a user's, from the command line.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { expectVerified, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";
import { columnsFile } from "../support/tables.ts";

const folder = temporaryFolder();
const N = 240;
const columns = {
  user: range(N).map((n) => `u${(n * n) % 23}`),
  age: range(N).map((n) => (n * 37) % 101),
  click: range(N).map((n) => Number((n * 37) % 101 > 20 + ((n * 53) % 61))),
  spend: range(N).map((n) => ((n * 37) % 101) / 7 + (n % 5)),
};
const [csv, parquet] = ["t.csv", "t.parquet"].map((name) => columnsFile(columns, join(folder, name))) as [
  string,
  string,
];

const few = "--label click,spend --runs 2 --models mmoe,shared-bottom --batch 16 --kernels wasm --jobs 1".split(" ");
const swept = async (file: string, ...words: string[]) => {
  const out = join(temporaryFolder(), "out");
  expect(await runMain(["sweep", "--rows", file, ...few, ...words, "--out", out])).toMatchObject({ code: 0 });
  return out;
};

describe("mmoe sweep --rows FILE --metrics-by COLUMN", () => {
  const by = ["--metrics-by", "user", "--steps", "30"];

  test("measures GAUC, NDCG and MRR of binary tasks, which change no run, and of CSV and Parquet alike", async () => {
    const without = csvFile(await swept(csv, "--steps", "30"), "runs.csv");
    const out = await swept(csv, ...by);
    const runs = csvFile(out, "runs.csv");
    const losses = (rows: typeof runs) => rows.map((row) => [row.id, row.finalTrainLoss1, row.finalHeldoutLoss2]);
    expect(losses(runs)).toEqual(losses(without));
    expect(Object.keys(without[0] as object)).not.toContain("gauc1");
    for (const run of runs) {
      for (const name of ["gauc", "ndcg", "mrr", "validationGauc", "validationNdcg", "validationMrr"]) {
        const value = Number(run[`${name}1`] || "NaN");
        expect(value > 0.2 && value <= 1, `${name} ${value}`).toBe(true);
        expect(run[`${name}2`], name).toBe("");
      }
      expect(run.gauc1).not.toBe(run.auc1);
    }
    const ofParquet = csvFile(await swept(parquet, ...by), "runs.csv");
    expect(ofParquet.map(({ gauc1, ndcg1, mrr1 }) => [gauc1, ndcg1, mrr1])).toEqual(
      runs.map(({ gauc1, ndcg1, mrr1 }) => [gauc1, ndcg1, mrr1]),
    );
    const { stdout } = await runMain(["summary", out, "--per-task"]);
    expect(stdout).toMatch(/click \(binary\)[\s\S]*GAUC/);
    expect(await runMain(["figures", out, "--only", "metrics", "--out", join(out, "f")])).toMatchObject({ code: 0 });
    const drawn = csvFile(out, "f", "metrics.csv");
    const means = drawn.filter(({ metric, model }) => metric === "gauc" && model === "mmoe");
    const own = runs.filter(({ model }) => model === "mmoe").map(({ gauc1 }) => Number(gauc1));
    expect(means.map(({ value }) => Number(value))).toEqual([expect.closeTo(((own[0] ?? 0) + (own[1] ?? 0)) / 2, 6)]);
    await expectVerified(out, 4);
  });

  test("lets them choose steps, and counts as many rows as --ndcg-at says", async () => {
    const auto = ["--metrics-by", "user", "--steps", "auto", "--set"];
    const out = await swept(csv, ...auto, "chooseBy=gauc1");
    expect((await runMain(["summary", out])).stdout).toContain("GAUC of click");
    const [first, all] = await Promise.all(
      ["1", "99"].map(async (at) => csvFile(await swept(csv, ...by, "--ndcg-at", at), "runs.csv")),
    );
    expect(first?.map(({ mrr1 }) => mrr1)).toEqual(all?.map(({ mrr1 }) => mrr1));
    for (const [i, run] of (first ?? []).entries()) expect(run.ndcg1).not.toBe(all?.[i]?.ndcg1);
  });

  test("is refused in one line without such a column, a value in each row, a binary label, or --rows", async () => {
    const said = async (...words: string[]) => refusal(await runMain(["sweep", ...words, "--out", join(folder, "no")]));
    const rows = ["--rows", csv, "--label", "click,spend"];
    expect(await said(...rows, "--metrics-by", "usr")).toMatch(/t\.csv: no column 'usr'; did you mean 'user'\?$/);
    expect(await said(...rows, "--ndcg-at", "3")).toBe(
      "--ndcg-at: 3 is for metrics in groups; give their column as metricsBy, or by --metrics-by",
    );
    expect(await said(...rows, "--metrics-by", "user", "--task", "click=regression")).toBe(
      "--metrics-by: GAUC, NDCG and MRR are of binary labels, and no label of t.csv is; leave it out",
    );
    expect(await said("smoke", "--metrics-by", "user")).toBe(
      "--metrics-by: is for --rows FILE; in a config, write rows: {file, metricsBy}",
    );
    expect(await said(...rows, "--set", "chooseBy=gauc1")).toMatch(/chooseBy: expected loss or one of auc1, /);
    const gap = join(folder, "gap.csv");
    writeFileSync(gap, "user,x_1,y_1,y_2\na,1,0,1\n,2,1,3\nb,3,1,2\n");
    expect(await said("--rows", gap, "--metrics-by", "user")).toMatch(
      /gap\.csv:3: user: metricsBy needs a value, got ''$/,
    );
  });
});
