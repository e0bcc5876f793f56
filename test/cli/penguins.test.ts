// The example of labels of all kinds with gaps, trained as it is but for fewer runs.
import { join } from "node:path";
import { expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const out = join(temporaryFolder(), "penguins");
const argv = ["sweep", "examples/penguins.yaml", "--runs", "3", "--models", "mmoe,single-task", "--kernels", "wasm"];
const trained = runMain([...argv, "--out", out]);

test("examples/penguins.csv has the 344 penguins, and its gaps are said", async () => {
  const rows = csvFile("examples/penguins.csv");
  expect(rows).toHaveLength(344);
  const count = (column: string) => rows.filter((row) => row[column] === "").length;
  expect([count("species"), count("sex"), count("body_mass_g"), count("bill_length_mm")]).toEqual([0, 11, 2, 2]);
  const { code, stderr } = await trained;
  expect(code).toBe(0);
  expect(stderr).toContain(
    "labels: species categorical (Adelie, Chinstrap, Gentoo), sex binary (female, male) with 11 gaps, body_mass_g regression with 2 gaps",
  );
});

test("examples/penguins.yaml learns all three labels, each run for steps of its own", async () => {
  await trained;
  const runs = csvFile(out, "runs.csv");
  expect(runs).toHaveLength(6);
  for (const run of runs) {
    expect(Number(run.accuracy1)).toBeGreaterThan(0.9);
    expect(Number(run.auc2)).toBeGreaterThan(0.8);
    expect(Number(run.rSquared3)).toBeGreaterThan(0.7);
  }
  expect(new Set(runs.map(({ steps }) => steps)).size).toBeGreaterThan(2);
});

test("its AUC is drawn, by the label's name", async () => {
  await trained;
  expect((await runMain(["figures", out, "--only", "metrics"])).code).toBe(0);
  const rows = csvFile(out, "figures/metrics.csv");
  const aucs = rows.filter(({ metric }) => metric === "auc").map(({ label, model }) => `${label} ${model}`);
  expect(aucs).toEqual(["sex mmoe", "sex single-task"]);
});
