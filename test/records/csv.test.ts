import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvOf, toCsv } from "../../src/records/csv.ts";
import { writeCsvFiles } from "../../src/records/csv-files.ts";
import { recordOf } from "../../src/records/record.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";
import { csvRows } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const done = recordOf(doneResult(makeRun({ index: 17 })), "fake");
const rowsOf = (text: Iterable<string>) => csvRows([...text].join(""));

describe("runsCsv(records)", () => {
  test("takes the final training loss over the whole set, and where rows are fresh from the last batches", () => {
    const fresh = recordOf(doneResult(makeRun({}, { trainRows: "fresh" })), "fake");
    expect(Number(rowsOf(runsCsv([done]))[0]?.finalTrainLoss1)).toBe(done.trainingSetLoss?.[0]);
    expect(Number(rowsOf(runsCsv([fresh]))[0]?.finalTrainLoss1)).toBe(fresh.curve.train.at(-2));
  });
});

test.each([0, 1, 20, 45])("csvOf(%d values) has one header and all rows, in order", (count) => {
  const values = Array.from({ length: count }, (_, i) => i);
  const text = [...csvOf(values, (a) => [{ a, b: 2 * a }])].join("");
  const rows = values.map((a) => `${a},${2 * a}\n`).join("");
  expect(text).toBe(count === 0 ? "" : `a,b\n${rows}`);
});

test("csvOf(values) comes in pieces that a process can breathe between", () => {
  const pieces = [...csvOf(Array(45).fill(1), (a) => [{ a }])];
  expect(pieces.map((piece) => piece.match(/^1$/gm)?.length)).toEqual([20, 20, 5]);
});

describe("toCsv(rows)", () => {
  test.each(["=1+1", "+1", "-1", "@sum(a1)"])("puts an apostrophe before the text %s", (text) => {
    expect(toCsv([{ text }])).toBe(`text\n'${text}\n`);
  });

  test("gives numbers back exactly, negative ones too", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const [row] = rowsOf(toCsv([{ value }]));
        expect(Object.is(Number(row?.value), value === 0 ? 0 : value)).toBe(true);
      }),
    );
  });

  test("quotes commas, quotes and line ends, and leaves a NaN empty", () => {
    const text = 'a "b", c\nd';
    expect(rowsOf(toCsv([{ text, number: Number.NaN }]))).toEqual([{ text, number: "" }]);
  });
});

const records = [0, 1].map((index) => recordOf(doneResult(makeRun({ index })), "fake"));

test("writeCsvFiles(path, records) writes runs and curves, and every run's curve where it is asked to", async () => {
  const path = temporaryFolder();
  await writeCsvFiles(path, records, { long: false });
  expect(readdirSync(path)).toEqual(["curves.csv", "runs.csv"]);
  await writeCsvFiles(path, records, { long: true });
  expect(readdirSync(path)).toEqual(["curves-long.csv", "curves.csv", "runs.csv"]);
  expect(readFileSync(join(path, "runs.csv"), "utf8").split("\n")).toHaveLength(4);
});
