import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { likeThePaper, writeResults } from "../support/made-results.ts";
import { HAS_PYTHON, python } from "./python.ts";

const folder = temporaryFolder();
const results = join(folder, "results");
let expected: [cell: string, mean: number][] = [];

beforeAll(async () => {
  writeResults(results, (run) => (run.index === 3 ? "failed" : likeThePaper(run)), ["runs=6"]);
  for (const name of ["runs.parquet", "runs.csv"])
    expect((await runMain(["export", results, "-o", join(folder, name)])).code).toBe(0);
  const { stdout } = await runMain(["summary", results, "--loss", "heldout", "--csv"]);
  const rows = csv(stdout).filter(({ about, statistic }) => about === "cell" && statistic === "mean");
  expected = rows.map(({ model, correlation, value }) => [`${model} ${Number(correlation)}`, Number(value)]);
  expect(expected).toHaveLength(9);
});

const csv = (text: string): Record<string, string>[] => parse(text, { columns: true });

/** The documented blocks of code in a language. */
function documented(language: string): string[] {
  const page = readFileSync("docs/library.md", "utf8");
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, code = ""]) => code);
}

/** Checks model, correlation and mean loss in the columns of some CSV. */
function expectMeans(text: string): void {
  const rows: string[][] = parse(text.trim(), { from_line: 2 });
  const found = new Map(rows.map(([model, correlation, mean]) => [`${model} ${Number(correlation)}`, Number(mean)]));
  expect([...found.keys()].toSorted()).toEqual(expected.map(([cell]) => cell).toSorted());
  for (const [cell, mean] of expected) expect(found.get(cell)).toBeCloseTo(mean, 9);
}

const run = (code: string) => python(["-c", code], folder);

test.skipIf(!HAS_PYTHON).each([
  ["pandas", 0],
  ["Polars", 1],
])("%s reads exported runs as documented", (name, i) => {
  const code = documented("python")[i];
  expect(code).toContain(name.toLowerCase());
  expectMeans(run(code));
});

test.skipIf(!HAS_PYTHON)("DuckDB reads exported runs as documented", () => {
  const [query = ""] = documented("sql");
  expectMeans(run(`import duckdb; print(duckdb.sql(${JSON.stringify(query)}).df().to_csv(index=False))`));
});

test.skipIf(spawnSync("Rscript", ["--version"]).status !== 0)("R reads exported runs as documented", () => {
  const [code = ""] = documented("r");
  expectMeans(execFileSync("Rscript", ["-e", code], { cwd: folder, encoding: "utf8" }));
});

test.skipIf(!HAS_PYTHON)("pandas reads exported curves, with types", () => {
  const file = join(folder, "curves.parquet");
  execFileSync(process.execPath, ["bin/mmoe.js", "export", results, "--what", "curves", "-o", file]);
  const code = `import pandas as pd; c = pd.read_parquet("curves.parquet"); print(c.step.dtype, c.trainLoss1.dtype, len(c))`;
  expect(run(code)).toMatch(/^int32 float64 \d+\n$/);
});
