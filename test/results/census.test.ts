// The programs of examples/census, on a thousand real rows and on committed results.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const folder = temporaryFolder();
const REAL = "test/examples/census/census-income-1000.gz";
const LINES = gunzipSync(readFileSync(REAL)).toString().trim().split("\n");

const run = (program: string, ...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`examples/census/${program}`, ...words], {
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
};
const prepare = (...words: string[]) => run("prepare.mjs", ...words);
const fileOf = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const train = fileOf("train", `${LINES.slice(0, 600).join("\r\n")}\r\n`);
const rest = fileOf("test", gzipSync(LINES.slice(600).join("\n")));

// From the command `mmoe census prepare` of 0.1.0, whose tables the committed results are of.
test.each([
  ["each run's own split", [REAL, "--resplit"], "0a97cd58f4d9", "679d20b31e02"],
  ["parts of one file", [REAL], "3bd303c7350f", "8bb6e1127181"],
  ["parts of two files", [train, rest, "--college", "bachelor", "--seed", "3"], "36c254e16267", "838dabef5038"],
  ["few values of adults", [REAL, "--resplit", "--from-age", "16", "--values", "6"], "b97afcfb3e92", "a51cbae138fc"],
])("prepare.mjs writes the tables of %s that committed results were trained on", (name, words, ...digests) => {
  const out = join(folder, name);
  expect(prepare(...words, "--output", out).code).toBe(0);
  const digestOf = (group: number) => {
    const table = readFileSync(join(out, `group${group}.parquet`));
    return createHash("sha256").update(table).digest("hex").slice(0, 12);
  };
  expect([1, 2].map(digestOf)).toEqual(digests);
});

test("prepare.mjs says the labels' shares and correlations as NumPy does", () => {
  const { stdout } = prepare(REAL, "--output", join(folder, "facts"));
  expect(stdout).toContain("1000 rows (UCI's files have 199,523 and 99,762): 270 under 16, 0 like an earlier row\n");
  expect(stdout).toContain("train, validation and test: 667, 166, 167\n");
  expect(stdout).toContain(
    "income above $50,000, never married: 6.5 %, 45.3 %; correlation -0.2073, |the paper's| 0.1768",
  );
  expect(stdout).toContain("some college, never married: 31.1 %, 45.3 %; correlation -0.2555");
  expect(stdout).toContain("an associate's degree, never married: 17.4 %, 45.3 %; correlation -0.2110");
});

test.each([
  ["another file", [fileOf("adult", "39, State-gov, 77516, <=50K\n")], "adult:1: expected 42 fields, got 4"],
  [
    "a word among numbers",
    [fileOf("old", (LINES[0] as string).replace(/^ *\d+/, "old"))],
    "old:1: age: expected a number, got 'old'",
  ],
  [
    "a split of two files",
    [train, rest, "--resplit"],
    "--resplit: the second file has the rows for validation and test",
  ],
])("prepare.mjs refuses %s and writes nothing", (_, words, message) => {
  const { code, stderr } = prepare(...words, "--output", join(folder, "none"));
  expect([code, existsSync(join(folder, "none")), stderr]).toEqual([2, false, expect.stringContaining(message)]);
});

test("prepare.mjs keeps tables that are there", () => {
  const out = join(folder, "kept");
  prepare(REAL, "--output", out);
  const { code, stderr } = prepare(REAL, "--output", out);
  expect([code, stderr]).toEqual([2, `prepare.mjs: ${join(out, "group1.yaml")} is there; give another --output\n`]);
});

test("a study trains, and tables.mjs compares its models over the splits, or names the best run of one split", async () => {
  for (const [words, pattern] of [
    [["--resplit"], /\nmmoe +2 +0\.\d{4} \[.*?\] +0\.9359 +-?0\.\d{4} \[.*?\] +\d of 2\n/],
    [[], /\nmmoe +2 +0\.\d{4} +0\.9410 +0\.\d{4} \[.*?\] +0\.9359\n/],
  ] as const) {
    const census = join(folder, `study${words}`);
    prepare(REAL, ...words, "--output", census);
    expect(loadConfig(join(census, "group1.yaml"))).toMatchObject({ chooseBy: "auc1" });
    const few = "--models shared-bottom,mmoe --lr 0.01 --batch 128 --set patience=2 --kernels wasm --runs 2".split(" ");
    const out = join(census, "out");
    expect((await runMain(["sweep", join(census, "group1.yaml"), ...few, "--out", out])).code).toBe(0);
    const runs = parse(readFileSync(join(out, "runs.csv")), { columns: true }) as Record<string, string>[];
    expect(runs.every(({ auc1, auc2 }) => Number(auc1) > 0.6 && Number(auc2) > 0.9)).toBe(true);
    expect(run("tables.mjs", out).stdout).toMatch(pattern);
  }
});

test("tables.mjs refuses results on other rows", () => {
  const { code, stderr } = run("tables.mjs", "results/figure3");
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining("expected labels y_income or y_college, then y_never_married"),
  ]);
});
