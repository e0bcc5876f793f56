import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readCensus } from "../../src/census/read-census.ts";
import { UsageError } from "../../src/errors.ts";
import { censusText } from "../support/census-files.ts";
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

const NAMES =
  "age class_of_worker industry occupation education wage_per_hour enrolled marital_status major_industry " +
  "major_occupation race hispanic_origin sex union_member reason_for_unemployment full_or_part_time " +
  "capital_gains capital_losses dividends tax_filer_status previous_region previous_state household_and_family " +
  "household_summary instance_weight migration_msa migration_region migration_within_region same_house " +
  "previous_sunbelt persons_worked_for_employer family_under_18 father_country mother_country own_country " +
  "citizenship own_business veteran_questionnaire veteran_benefits weeks_worked year income";

test("readCensus(file) names the fields of a line: numbers, texts without their blanks, and codes by their column", () => {
  const { rows, values } = readCensus(fileOf(`${LINE}\n${LINE.replace("50000+.", "- 50000.")}\n`));
  expect(rows).toBe(2);
  const first = Object.entries(values).map(([name, column]) => [name, column[0]]);
  const fields = LINE.slice(1, -1).split(", ");
  const coded = Object.entries({ industry: 2, occupation: 3, own_business: 36, veteran_benefits: 38, year: 40 });
  for (const [name, i] of coded) fields[i] = `${name} ${fields[i]}`;
  const numbers = [0, 5, 16, 17, 18, 24, 30, 39];
  const expected = fields.map((field, i) => (numbers.includes(i) ? Number(field) : i === 41 ? 1 : field));
  expect(first.map(([, value]) => value)).toEqual(expected);
  expect(first.map(([name]) => name).join(" ")).toBe(NAMES);
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
