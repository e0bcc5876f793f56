import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCensus } from "../../src/census/read-census.ts";
import {
  COLLEGE,
  censusTable,
  keptValues,
  rowsFromAge,
  type Study,
  taskFacts,
  validationRows,
} from "../../src/census/study.ts";
import { Correlation } from "../../src/stats/moments.ts";
import { censusText } from "../support/census-files.ts";
import { temporaryFolder } from "../support/effects.ts";

const folder = temporaryFolder();
const read = (name: string, rows: number) => {
  const file = join(folder, name);
  writeFileSync(file, censusText(name, rows));
  return readCensus(file);
};
const train = read("train", 900);
const tested = read("test", 201);
const validation = validationRows(tested, 0);
const study: Study = { train, heldout: { rows: tested, validation }, kept: keptValues(train, 6), college: "associate" };

test("validationRows(test, seed) marks half of the rows, others with another seed", () => {
  const marks = validationRows(tested, 0);
  expect(marks.reduce((sum, mark) => sum + mark, 0)).toBe(100);
  expect(validationRows(tested, 0)).toEqual(marks);
  const other = validationRows(tested, 1);
  const both = marks.filter((mark, row) => mark === 1 && other[row] === 1).length;
  expect(both).toBeGreaterThan(30);
  expect(both).toBeLessThan(70);
});

test("rowsFromAge(rows, 16) has the lines of those of 16 and older, in their order", () => {
  const adults = rowsFromAge(train, 16);
  const isAdult = (_: unknown, row: number) => (train.values.age[row] as number) >= 16;
  expect(adults.rows).toBe(train.values.age.filter(isAdult).length);
  for (const name of ["age", "race", "income"] as const)
    expect(adults.values[name]).toEqual(train.values[name].filter(isAdult));
});

describe("censusTable(study, group)", () => {
  const { columns, rows } = censusTable(study, 1);
  const all = [...rows()];

  test("has no column that tasks are made of, and not the weight", () => {
    const names = columns.map(({ name }) => name);
    expect(names).toHaveLength(42 - 4 + 2 + 1);
    for (const hidden of ["income", "education", "marital_status", "instance_weight"])
      expect(names.filter((name) => name.includes(hidden) && name !== "y_income")).toEqual([]);
    expect(names.slice(-3)).toEqual(["y_income", "y_never_married", "part"]);
    expect(Object.keys(all[0] as object)).toEqual(names);
  });

  test("has the whole training file, and the test file, of which the marked half is for validation", () => {
    const parts = [...validation].map((mark) => (mark === 1 ? "validation" : "test"));
    expect(all.map(({ part }) => part)).toEqual([...Array(900).fill("train"), ...parts]);
    expect(parts.filter((part) => part === "validation")).toHaveLength(100);
    expect(all.slice(900).map(({ x_age }) => x_age)).toEqual([...(tested.values.age as number[])]);
  });

  test("has all rows and no part if nothing is held out", () => {
    const { heldout: _, ...whole } = study;
    const { columns, rows } = censusTable(whole, 1);
    expect(columns.map(({ name }) => name)).not.toContain("part");
    expect([...rows()]).toEqual(all.slice(0, 900).map(({ part: _, ...row }) => row));
  });

  test("keeps the most frequent values of a category in the training file, and 'other' for the rest", () => {
    const counts = new Map<unknown, number>();
    for (const value of train.values.own_country) counts.set(value, (counts.get(value) ?? 0) + 1);
    const least = [...counts.values()].sort((a, b) => b - a)[4];
    const shown = new Set(all.map(({ x_own_country }) => x_own_country));
    expect(shown.size).toBe(6);
    expect(shown).toContain("other");
    for (const value of shown) if (value !== "other") expect(counts.get(value)).toBeGreaterThanOrEqual(least);
    for (const [n, row] of all.slice(0, 900).entries()) {
      const value = train.values.own_country[n] as string;
      expect(row.x_own_country).toBe(shown.has(value) ? value : "other");
    }
    expect(new Set(all.map(({ x_race }) => x_race))).toEqual(new Set([...train.values.race, ...tested.values.race]));
  });

  test("has numbers as they are, and labels of 0 and 1", () => {
    expect(all.slice(0, 900).map(({ x_age }) => x_age)).toEqual(train.values.age);
    expect(all.slice(0, 900).map(({ y_income }) => y_income)).toEqual(train.values.income);
    const married = train.values.marital_status.map((status) => Number(status === "Never married"));
    expect(all.slice(0, 900).map(({ y_never_married }) => y_never_married)).toEqual(married);
  });
});

test.each([
  ["some-college", ["Some college", "Associates", "Associates", "Bachelors", "Masters", "Prof", "Doctorate"]],
  ["associate", ["Associates", "Associates", "Bachelors", "Masters", "Prof", "Doctorate"]],
  ["bachelor", ["Bachelors", "Masters", "Prof", "Doctorate"]],
] as const)("college from %s on has the educations of these names", (college, beginnings) => {
  const names = new Set<unknown>();
  for (const [n, { y_college }] of [...censusTable({ ...study, college }, 2).rows()].slice(0, 900).entries())
    if (y_college === 1) names.add(train.values.education[n]);
  const expected = new Set(train.values.education as string[]);
  for (const name of expected) if (!beginnings.some((beginning) => name.startsWith(beginning))) expected.delete(name);
  expect(names).toEqual(expected);
  expect(names.size).toBe(beginnings.length);
});

test.each([1, 2] as const)("taskFacts(study, %i) has the labels' shares and their Pearson correlation", (group) => {
  for (const college of COLLEGE) {
    const { shares, correlation } = taskFacts(study, group, college);
    const pearson = new Correlation();
    const sums = [0, 0];
    for (const row of [...censusTable({ ...study, college }, group).rows()]) {
      const [a, b] = [row[group === 1 ? "y_income" : "y_college"] as number, row.y_never_married as number];
      pearson.add(a, b);
      sums[0] += a;
      sums[1] += b;
    }
    expect(correlation).toBeCloseTo(Math.abs(pearson.value), 12);
    expect(shares).toEqual(sums.map((sum) => sum / 1101));
  }
});
