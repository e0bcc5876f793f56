import { expect, test } from "vitest";
import { PackedTables, packedRows } from "../../src/report/packed-rows.ts";

test("packedRows(rows) has a column's texts with how many rows in a row have each, and numbers that many have as texts", () => {
  const rows = Array.from({ length: 90 }, (_, i) => ({ model: i < 2 ? "a" : null, p: i < 50 ? 0.5 : Number.NaN }));
  const counted = (...texts: [string, number][]) => texts;
  expect(packedRows(rows)).toEqual([
    { name: "model", texts: counted(["a", 2], ["", 88]) },
    { name: "p", texts: counted(["0.5", 50], ["", 40]) },
  ]);
});

test("packedRows(rows) has differences of numbers, to five digits of the largest, or in tens and hundreds", () => {
  const losses = Array.from({ length: 9 }, (_, i) => ({ loss: 0.1234567891 - i / 1e5 }));
  expect(packedRows(losses)).toEqual([
    { name: "loss", digits: 5, numbers: "0jYDDDDDDDD" }, // 12346, then -1 each, in base64 VLQ
  ]);
  const flops = Array.from({ length: 9 }, (_, i) => ({ flop: 1_234_567_891 - 100_000 * i }));
  expect(packedRows(flops)).toEqual([{ name: "flop", digits: -5, numbers: "0jYDDDDDDDD" }]);
});

test("packedRows(rows) keeps three digits of a column's smallest number beside one that is much larger", () => {
  const losses = [0.0712345, ...Array.from({ length: 9 }, () => 1234.5678)].map((loss) => ({ loss }));
  expect(packedRows(losses)).toMatchObject([{ name: "loss", digits: 4 }]);
  expect(packedRows([{ loss: 1e-9 }, ...losses])).toMatchObject([{ name: "loss", digits: 4 }]); // eight places at most
});

test("packedRows(rows, exact) rounds no number of these columns", () => {
  const rows = [0.1234567, 0.9].map((value) => ({ correlation: value, step: Math.round(1e6 * value), loss: value }));
  const once = (...texts: string[]) => texts.map((text) => [text, 1]);
  expect(packedRows(rows, ["correlation", "step"])).toEqual([
    { name: "correlation", texts: once("0.1234567", "0.9") },
    { name: "step", texts: once("123457", "900000") },
    { name: "loss", digits: 5, numbers: expect.any(String) },
  ]);
});

test("packedRows(rows) says how many rows have a number and how many have none", () => {
  const paper = [Number.NaN, ...Array.from({ length: 30 }, (_, i) => i), null, 30];
  expect(packedRows(paper.map((loss) => ({ loss })))).toEqual([
    { name: "loss", digits: 0, numbers: `A${"C".repeat(30)}`, gaps: [0, 1, 30, 1, 1] },
  ]);
});

test("PackedTables has each column once, and a table for all figures of the same rows", () => {
  const tables = new PackedTables();
  const rows = [{ model: "mmoe", loss: 0.25 }];
  expect([tables.add(rows), tables.add([{ model: "mmoe", loss: 0.5 }]), tables.add(rows)]).toEqual([0, 1, 0]);
  expect(tables.toJSON()).toMatchObject({
    columns: [{ name: "model" }, { name: "loss" }, { name: "loss" }],
    tables: [
      [0, 1],
      [0, 2],
    ],
  });
});
