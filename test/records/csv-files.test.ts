import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeCsvFiles } from "../../src/records/csv-files.ts";
import { recordOf } from "../../src/records/record.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const records = [0, 1].map((index) => recordOf(doneResult(makeRun({ index })), "fake"));

test("writeCsvFiles(path, records) writes runs and curves, and every run's curve where it is asked to", async () => {
  const path = temporaryFolder();
  await writeCsvFiles(path, records, { long: false });
  expect(readdirSync(path)).toEqual(["curves.csv", "runs.csv"]);
  await writeCsvFiles(path, records, { long: true });
  expect(readdirSync(path)).toEqual(["curves-long.csv", "curves.csv", "runs.csv"]);
  expect(readFileSync(join(path, "runs.csv"), "utf8").split("\n")).toHaveLength(4);
});

test("writeCsvFiles(path, records) of an aborted signal leaves files as they were, and nothing unfinished", async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, "runs.csv"), "before");
  await expect(writeCsvFiles(path, records, { long: false, signal: AbortSignal.abort() })).rejects.toThrow();
  expect(readdirSync(path)).toEqual(["runs.csv"]);
  expect(readFileSync(join(path, "runs.csv"), "utf8")).toBe("before");
});
