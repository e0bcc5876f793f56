import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readCensus } from "../../src/census/read-census.ts";
import { UsageError } from "../../src/errors.ts";
import { xoshiroOf } from "../../src/random/xoshiro.ts";
import { censusLine, censusText } from "../support/census-files.ts";
import { temporaryFolder } from "../support/effects.ts";

const folder = temporaryFolder();

function fileOf(content: string | Uint8Array, name = "census-income.data"): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** A line as UCI's files have them: the fields of census-income.names in order, the weight, the label. */
const LINE =
  " 73, Not in universe, 0, 45, High school graduate, 1200, Not in universe, Widowed, Not in universe or children," +
  " Not in universe, White, All other, Female, Not in universe, Not in universe, Not in labor force, 0, 0, 12," +
  " Nonfiler, South, ?, Other Rel 18+ ever marr not in subfamily, Other relative of householder, 1700.09, ?, ?, ?," +
  " Not in universe under 1 year old, ?, 3, Not in universe, United-States, ?, Italy," +
  " Native- Born in the United States, 0, Not in universe, 2, 52, 95, 50000+.";

test("readCensus(file) names the fields of a line: numbers, texts without their blanks, and codes by their column", () => {
  const { rows, values } = readCensus(fileOf(`${LINE}\n${LINE.replace("50000+.", "- 50000.")}\n`));
  expect(rows).toBe(2);
  const first = Object.fromEntries(Object.entries(values).map(([name, column]) => [name, column[0]]));
  expect(first).toEqual({
    age: 73,
    class_of_worker: "Not in universe",
    industry: "industry 0",
    occupation: "occupation 45",
    education: "High school graduate",
    wage_per_hour: 1200,
    enrolled: "Not in universe",
    marital_status: "Widowed",
    major_industry: "Not in universe or children",
    major_occupation: "Not in universe",
    race: "White",
    hispanic_origin: "All other",
    sex: "Female",
    union_member: "Not in universe",
    reason_for_unemployment: "Not in universe",
    full_or_part_time: "Not in labor force",
    capital_gains: 0,
    capital_losses: 0,
    dividends: 12,
    tax_filer_status: "Nonfiler",
    previous_region: "South",
    previous_state: "?",
    household_and_family: "Other Rel 18+ ever marr not in subfamily",
    household_summary: "Other relative of householder",
    instance_weight: 1700.09,
    migration_msa: "?",
    migration_region: "?",
    migration_within_region: "?",
    same_house: "Not in universe under 1 year old",
    previous_sunbelt: "?",
    persons_worked_for_employer: 3,
    family_under_18: "Not in universe",
    father_country: "United-States",
    mother_country: "?",
    own_country: "Italy",
    citizenship: "Native- Born in the United States",
    own_business: "own_business 0",
    veteran_questionnaire: "Not in universe",
    veteran_benefits: "veteran_benefits 2",
    weeks_worked: 52,
    year: "year 95",
    income: 1,
  });
  expect(values.income).toEqual([1, 0]);
});

test("a file in gzip, and one with Windows' line ends, holds the same rows", () => {
  const text = censusText("some", 50);
  const plain = readCensus(fileOf(text));
  expect(plain.rows).toBe(50);
  expect(readCensus(fileOf(gzipSync(text), "packed.gz"))).toEqual(plain);
  expect(readCensus(fileOf(`${text.replaceAll("\n", "\r\n")}\r\n`))).toEqual(plain);
});

const OTHERS = "the files are census-income.data and census-income.test of UCI's Census-Income (KDD)";

test.each([
  ["39, State-gov, 77516, Bachelors, <=50K", `:1: expected 42 fields, got 5; ${OTHERS}`],
  [`${LINE}\n${LINE.replace("73", "old")}`, `:2: age: expected a number, got 'old'; ${OTHERS}`],
  [LINE.replace(", 45,", ", clerk,"), `:1: occupation: expected a number, got 'clerk'; ${OTHERS}`],
  [LINE.replace(" White", ""), `:1: race: expected a text, got ''; ${OTHERS}`],
  [LINE.replace("50000+.", ">50K"), `:1: income: expected '- 50000.' or '50000+.', got '>50K'; ${OTHERS}`],
  ["\n", `: expected rows, got an empty file; ${OTHERS}`],
])("readCensus refuses %j with line and column", (content, message) => {
  const file = fileOf(content);
  expect(() => readCensus(file)).toThrow(new UsageError(`${file}${message}`));
});

test("readCensus refuses a download that broke off", () => {
  const packed = gzipSync(censusText("some", 50));
  const file = fileOf(packed.subarray(0, packed.length / 2), "broken.gz");
  expect(() => readCensus(file)).toThrow(/broken\.gz: can't be unpacked: .*; download it again$/);
});

test("a generated line has 42 fields, none of them empty", () => {
  const random = xoshiroOf("test/census");
  for (let n = 0; n < 200; n++) {
    const fields = censusLine(random).split(", ");
    expect([fields.length, fields.some((field) => field === "" || field === "undefined")]).toEqual([42, false]);
  }
});
