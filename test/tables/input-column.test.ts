import { describe, expect, test } from "vitest";
import { csvTable } from "../../src/tables/read-table.ts";
import { complaint } from "../support/complaint.ts";
import { numbersOf } from "../support/tables.ts";

const table = (text: string) => csvTable(Buffer.from(text), "t.csv");
const columnOf = (text: string) => numbersOf(table(text).values).filter((_, i) => i % 3 === 0);
/** One column of inputs and two labels. */
const withColumn = (name: string, cells: readonly string[]) =>
  `${name},y1,y2\n${cells.map((cell, n) => `${cell},${n},${n * n}`).join("\n")}\n`;

test("a column whose first value is a text is a category, its values in order and their places in the rows", () => {
  const text = withColumn("x_city", ["Rome", " Bern", "Rome ", "7"]);
  expect(table(text).contents).toEqual([{ values: ["7", "Bern", "Rome"], gaps: false }]);
  expect(columnOf(text)).toEqual([2, 1, 2, 0]);
});

test("an empty cell is a gap of a number and of a category, also before their first value", () => {
  expect(columnOf(withColumn("x", ["", "4", " ", "5"]))).toEqual([Number.NaN, 4, Number.NaN, 5]);
  expect(columnOf(withColumn("x", ["", "b", "a"]))).toEqual([Number.NaN, 1, 0]);
  expect(table(withColumn("x", ["", "b", "a"])).contents).toEqual([{ values: ["a", "b"], gaps: true }]);
});

test("values and gaps are those of the training rows alone, where the file has parts", () => {
  const text = "x_city,y1,y2,part\nRome,1,2,train\nOslo,2,3,heldout\nBern,3,5,train\n,4,7,heldout\n";
  expect(table(text).contents).toEqual([{ values: ["Bern", "Rome"], gaps: false }]);
  expect(columnOf(text)).toEqual([1, -1, 0, Number.NaN]);
  expect(table(text).firstGap).toMatch(/^t\.csv:5: x_city: .* or give --impute mean$/);
});

test("a column has up to 20 values, or up to 1,000,000 and half as many as rows, and held-out rows may have others", () => {
  const cells = Array.from({ length: 20 }, (_, n) => `c${n}`);
  expect(table(withColumn("x", cells)).contents[0]?.values).toHaveLength(20);
  const more = [...cells, "c20"].map((cell, n) => `${cell},${n},${n * n},${n < 20 ? "train" : "heldout"}`);
  expect(table(`x,y1,y2,part\n${more.join("\n")}\n`).contents[0]?.values).toHaveLength(20);
  const many = Array.from({ length: 2000 }, (_, n) => `c${n % 1000}`);
  expect(table(withColumn("x", many)).contents[0]?.values).toHaveLength(1000);
});

test("held-out rows are no training rows, of which a value needs two and a column one", () => {
  const values = (training: number) => Array.from({ length: training + 20 }, (_, n) => `c${n % 21}`);
  const withParts = (training: number) =>
    `x,y1,y2,part\n${values(training)
      .map((value, n) => `${value},${n},${n * n},${n < training ? "train" : "heldout"}`)
      .join("\n")}\n`;
  expect(complaint(() => table(withParts(41)))).toContain("got 21 in 41 training rows");
  expect(table(withParts(42)).contents[0]?.values).toHaveLength(21);
  expect(complaint(() => table("x,y1,y2,part\n,1,2,train\n,3,5,train\n4,2,3,heldout\n5,1,1,heldout\n"))).toBe(
    "t.csv: column 'x' is empty in every training row; leave it out",
  );
});

describe("a column is refused in one line that has", () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`);
  const most = "expected numbers, or at most 1,000,000 different texts and two rows for each";
  const out = "(the first is 'c0'); leave the column out, or group its values";
  test.each([
    [withColumn("x_zip", many(21)), `t.csv: column 'x_zip': ${most}, got 21 in 21 training rows ${out}`],
    [withColumn("x_zip", many(1500)), `t.csv: column 'x_zip': ${most}, got 1500 in 1500 training rows ${out}`],
    [withColumn("x", ["a", "a"]), "t.csv: column 'x' is a in every row; leave it out"],
    [withColumn("x", ["", ""]), "t.csv: column 'x' is empty in every training row; leave it out"],
    [withColumn("x", ["1", "two"]), "t.csv:3: x: expected a number up to 3.4028235e+38, got 'two'"],
    [withColumn("x", ["1e39", "two"]), "t.csv:2: x: expected a number up to 3.4028235e+38, got '1e39'"],
    [
      `x_${"a".repeat(200_000)},x_b,y1,y2\n1,${"b".repeat(200_000)},3,4\n2,c,4,3\n`,
      "t.csv: too large: expected at most 400,000 characters in all names of columns and values of categories, got 400,006",
    ],
  ])("%#", (text, message) => {
    expect(complaint(() => table(text))).toBe(message);
  });
});
