// A thousand real rows, from UCI's file to a study: beside what NumPy says of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const folder = temporaryFolder();
const census = join(folder, "census");
let stdout = "";

beforeAll(async () => {
  const real = "test/census/real/census-income-1000.gz";
  const prepared = await runMain(["census", "prepare", real, "--resplit", "-o", census]);
  expect(prepared.code).toBe(0);
  stdout = prepared.stdout.replaceAll(/\s+/g, " ");
});

test("prepare counts the rows, and the labels' shares and correlations, as NumPy does", () => {
  expect(stdout).toContain("1,000 rows (UCI's files have 199,523 and 99,762): 270 under 16, 0 like an earlier row;");
  expect(stdout).toContain("1 income above $50,000, never married 6.5 %, 45.3 % 0.2073 0.1768");
  expect(stdout).toContain("2 some college, never married 31.1 %, 45.3 % 0.2555 0.2373");
  expect(stdout).toContain("2 an associate's degree, never married 17.4 %, 45.3 % 0.2110 0.2373");
});

test("a study of them trains, each run on a split of its own, and compares models over the splits", async () => {
  const { trainRows, heldoutRows, chooseBy } = loadConfig(join(census, "group1.yaml"));
  expect([trainRows, heldoutRows, chooseBy]).toEqual([833, 167, "auc1"]);
  const out = join(folder, "out");
  const few = "--models shared-bottom,mmoe --lr 0.01 --batch 128 --set patience=2 --kernels wasm --runs 2".split(" ");
  const swept = await runMain(["sweep", join(census, "group1.yaml"), ...few, "--out", out]);
  expect(swept.code).toBe(0);
  const runs = parse(readFileSync(join(out, "runs.csv")), { columns: true }) as Record<string, string>[];
  expect(runs.every(({ auc1, auc2 }) => Number(auc1) > 0.7 && Number(auc2) > 0.95)).toBe(true);
  expect((await runMain(["census", "tables", out])).stdout).toMatch(/\nmmoe +-?0\.\d{4} \(2 runs\) +\d of 2\n/);
});
