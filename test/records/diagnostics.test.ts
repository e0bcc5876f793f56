import { expect, test } from "vitest";
import type { Diagnostics, Run } from "../../src/engines/engine.ts";
import { columnNames } from "../../src/records/columns.ts";
import { writeCsvFiles } from "../../src/records/csv-files.ts";
import { LINE_SCHEMA } from "../../src/records/fields.ts";
import { lineOf, numbersOf, recordIn, sameNumbers } from "../../src/records/journal-line.ts";
import { type RunRecord, recordOf } from "../../src/records/record.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult, failedResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const STEPS = [10, 20];

/** Two gates over `experts` experts, and the share of dead units. */
function diagnosticsOf(experts: number, last = 0.3): Diagnostics {
  const weights = [1, 2].flatMap((k) =>
    Array.from({ length: experts }, (_, e) => [`gateWeight/${k}/${e + 1}`, [0.5, k + (e + 1) / 10]] as const),
  );
  return {
    steps: STEPS,
    values: {
      ...Object.fromEntries(weights),
      "gateEntropy/1": [0.9, 0.123456789],
      "gateEntropy/2": [0.8, 0.25],
      "gateDistance/1/2": [Number.NaN, 0.75],
      expertsInUse: [7, 1.5],
      deadUnits: [0.5, last],
    },
  };
}

const recordWith = (diagnostics: Diagnostics, index = 0) =>
  recordOf({ ...doneResult(runOf(index)), diagnostics }, "fake");
const runOf = (index: number): Run => makeRun({ index, id: `mmoe/p=0.50/00${index}` });

/** A CSV file of these records. */
async function csvOf(file: string, records: readonly RunRecord[]): Promise<Record<string, string>[]> {
  const folder = temporaryFolder();
  await writeCsvFiles(folder, records, { long: false });
  return csvFile(folder, file);
}

test("the last values of declared quantities are a run's measures", () => {
  expect(recordWith(diagnosticsOf(2)).measures).toEqual({
    gateWeight: [1.1, 1.2, 2.1, 2.2],
    gateEntropy: [0.12346, 0.25],
    gateDistance: [0.75],
    expertsInUse: 1.5,
    deadUnits: 0.3,
  });
});

test("a run that failed has diagnostics up to then, and no measures", () => {
  const record = recordOf({ ...failedResult(runOf(0)), diagnostics: diagnosticsOf(2) }, "fake");
  expect(record.diagnostics?.values.expertsInUse).toEqual([7, 1.5]);
  expect(record.measures).toBeUndefined();
});

test("a journal's line has diagnostics after the curve, and gives them back", () => {
  const record = recordWith(diagnosticsOf(3));
  const line = lineOf(record).trimEnd();
  expect(line).toMatch(/"curve":\{.*"diagnostics":\{"steps":\[10,20\],.*"gateDistance\/1\/2":\[null,0.75\]/);
  expect(recordIn(Buffer.from(line))).toEqual(record);
  expect(LINE_SCHEMA.safeParse(JSON.parse(line)).success).toBe(true);
});

test("numbers too large for a record are none", () => {
  const record = recordWith({
    steps: STEPS,
    values: { expertsInUse: [Number.POSITIVE_INFINITY, 1e39], affinity: [-1e39, 2] },
  });
  expect(record.diagnostics?.values).toEqual({ expertsInUse: [Number.NaN, Number.NaN], affinity: [Number.NaN, 2] });
  expect(recordIn(Buffer.from(lineOf(record).trimEnd()))).toEqual(record);
});

test("a line whose quantity lacks a step is no record", () => {
  const record = recordWith({ steps: STEPS, values: { expertsInUse: [7] } });
  expect(recordIn(Buffer.from(lineOf(record).trimEnd()))).toBeUndefined();
});

test("runs that differ in one quantity came out differently", () => {
  const numbers = (last: number) => numbersOf(recordWith(diagnosticsOf(2, last)));
  expect(sameNumbers(numbers(0.3), numbers(0.3))).toBe(true);
  expect(sameNumbers(numbers(0.3), numbers(0.31))).toBe(false);
});

test("runs that an older mmoe measured at fewer steps are compared at those", () => {
  const numbers = (steps: number[], auc: number[]) => numbersOf(recordWith({ steps, values: { "auc/1": auc } }));
  expect(sameNumbers(numbers([10, 20, 30], [0.6, 0.7, 0.8]), numbers([10, 30], [0.6, 0.8]))).toBe(true);
  expect(sameNumbers(numbers([10, 20, 30], [0.6, 0.7, 0.8]), numbers([10, 30], [0.6, 0.7]))).toBe(false);
});

test("runs.csv has a column for each task and expert of the run that has most", async () => {
  const rows = await csvOf("runs.csv", [recordWith(diagnosticsOf(2)), recordWith(diagnosticsOf(3), 1)]);
  const weights = rows.map((row) => Object.entries(row).filter(([name]) => name.startsWith("gateWeight")));
  const names = ["1-1", "1-2", "1-3", "2-1", "2-2", "2-3"].map((part) => `gateWeight${part}`);
  expect(weights[0]?.map(([name]) => name)).toEqual(names);
  expect(weights[0]?.map(([, value]) => value)).toEqual(["1.1", "1.2", "", "2.1", "2.2", ""]);
  expect(weights[1]?.map(([, value]) => value)).toEqual(["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"]);
  expect(columnNames({ name: "gateWeight", per: "expert" }, 2, 3)).toEqual(names);
});

test("diagnostics.csv has each quantity's mean, median and quartiles over the runs with a value", async () => {
  const records = [1, 2, 4].map((last, index) => recordWith(diagnosticsOf(2, last), index));
  const rows = await csvOf("diagnostics.csv", records);
  const cell = { model: "mmoe", correlation: "0.5" };
  expect(rows.filter(({ quantity }) => quantity === "deadUnits")).toEqual([
    { ...cell, quantity: "deadUnits", step: "10", runs: "3", mean: "0.5", median: "0.5", q1: "0.5", q3: "0.5" },
    {
      ...cell,
      quantity: "deadUnits",
      step: "20",
      runs: "3",
      mean: "2.3333333333333335",
      median: "2",
      q1: "1.5",
      q3: "3",
    },
  ]);
  expect(rows.filter(({ quantity }) => quantity === "gateDistance/1/2").map(({ step }) => step)).toEqual(["20"]);
});

test("diagnostics.csv is written if one run has diagnostics: models in code have none", async () => {
  const without = recordOf(doneResult(runOf(1)), "fake");
  const alone = await csvOf("diagnostics.csv", [recordWith(diagnosticsOf(2))]);
  expect(await csvOf("diagnostics.csv", [without, recordWith(diagnosticsOf(2))])).toEqual(alone);
});
