import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ZOO } from "../../src/models/zoo.ts";
import { type Column, columnNames } from "../../src/records/columns.ts";
import { curvesCsv, longCurvesCsv } from "../../src/records/curves-csv.ts";
import { lineOf, recordIn } from "../../src/records/journal-line.ts";
import { recordOf } from "../../src/records/record.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";
import { FILE_COLUMNS } from "../docs/json-schemas.ts";
import { csvRows } from "../support/csv.ts";
import { doneResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";
import { sweepResults } from "../support/sweep-results.ts";

const FAILING = "mmoe/p=0.50/003";
const resultsOf = (K: number) =>
  sweepResults({ set: [`tasks=${K}`, "correlations=[0.5]"], failing: (id) => id === FAILING }).records;
const rowsOf = (text: Iterable<string>) => csvRows([...text].join(""));

/** A row as its columns say: each value of its type, empty only where a column may be. */
function rowSchema(columns: readonly Column<never>[], tasks: number) {
  const shape = columns.flatMap((column) => {
    const value = z.preprocess(
      (text) => (text === "" || Number.isNaN(Number(text)) ? text : Number(text)),
      column.schema,
    );
    const cell =
      column.schema instanceof z.ZodString ? z.string() : column.emptyFor ? z.union([z.literal(""), value]) : value;
    return columnNames(column, tasks).map((name) => [name, cell] as const);
  });
  return z.strictObject(Object.fromEntries(shape));
}

describe.each([2, 3, 5])("of %d tasks", (K) => {
  const records = resultsOf(K);
  const files = { "runs.csv": runsCsv, "curves.csv": curvesCsv, "curves-long.csv": longCurvesCsv };

  test.each(Object.entries(files))("%s has the columns that are declared, and values of their types", (file, csv) => {
    const rows = rowsOf(csv(records));
    const columns = (FILE_COLUMNS[file] as Column<never>[]).filter(({ optional }) => !optional);
    const schema = rowSchema(columns, K);
    expect(rows.length).toBeGreaterThan(20);
    expect(Object.keys(rows[0] as object)).toEqual(Object.keys(schema.shape));
    for (const row of rows) expect(schema.safeParse(row).error).toBeUndefined();
  });

  test("runs.csv has a final loss of each task, none where the run failed", () => {
    const [done, failed] = ["mmoe/p=0.50/002", FAILING].map((id) =>
      rowsOf(runsCsv(records)).find((row) => row.id === id),
    );
    const names = Array.from({ length: K }, (_, k) => `finalTrainLoss${k + 1}`);
    const record = records.find(({ id }) => id === "mmoe/p=0.50/002");
    expect(names.map((name) => Number(done?.[name]))).toEqual(record?.trainingSetLoss);
    expect(names.map((name) => failed?.[name])).toEqual(names.map(() => ""));
  });

  test("a journal's line gives a record back, failed ones too", () => {
    for (const record of records) expect(recordIn(Buffer.from(lineOf(record).trimEnd()))).toEqual(record);
  });
});

test("runs.csv has the mean label correlation, and of more than two tasks that of each pair", () => {
  const columns = (K: number) =>
    Object.entries(rowsOf(runsCsv(resultsOf(K)))[0] as object).filter(([name]) => name.startsWith("label"));
  expect(columns(2)).toEqual([["labelCorrelation", "0.07"]]);
  expect(columns(3)).toEqual([
    ["labelCorrelation", expect.stringMatching(/^0\.08/)],
    ["labelCorrelation1-2", "0.07"],
    ["labelCorrelation1-3", "0.08"],
    ["labelCorrelation2-3", "0.09"],
  ]);
});

test("a journal's line of two tasks has one label correlation, as in journals from before there were more", () => {
  const [two, three] = [2, 3].map((K) => JSON.parse(lineOf(resultsOf(K)[0] as never)));
  expect([two.labelCorrelation, two.labelCorrelations]).toEqual([0.07, undefined]);
  expect([three.labelCorrelation, three.labelCorrelations.length]).toEqual([undefined, 3]);
});

test("label correlations of other than all pairs are an engine's bug", () => {
  const run = makeRun({ model: ZOO.mmoe.build({ inputs: 100, tasks: 3 }) });
  const result = doneResult(run);
  expect(recordOf(result, "fake").labelCorrelations).toHaveLength(3);
  expect(() => recordOf({ ...result, labelCorrelations: [0.1] }, "fake")).toThrow("1 label correlations of 3 tasks");
});
