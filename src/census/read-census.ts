import { gunzipSync } from "node:zlib";
import { UsageError } from "../errors.ts";
import { readBytes, shownPath } from "../files.ts";
import { LongWork } from "../long-work.ts";

/** One file's rows, column by column: numbers as they are, categories as texts, income as 1 above $50,000 and else 0. */
export interface CensusRows {
  readonly rows: number;
  /** Values with spaces behind them, which are no part of them. */
  readonly trimmed: number;
  /** Lines that are the same as an earlier one. */
  readonly duplicates: number;
  readonly values: Readonly<Record<CensusColumn, readonly (string | number)[]>>;
}

/** Most bytes of a file, also unpacked: UCI's larger one has about 100 MB. */
const LARGEST_FILE = 400_000_000;

/**
 * The rows of `census-income.data` or `census-income.test` as UCI distributes them, also in gzip: fields between commas, no
 * header. Throws UsageError with line and column.
 */
export function readCensus(file: string): CensusRows {
  const source = shownPath(file);
  const text = unpacked(readBytes(file, { source, most: LARGEST_FILE }), source).toString("utf8");
  const parsers = CENSUS_COLUMNS.map(([name, kind]) => parserOf(name, kind));
  const columns = CENSUS_COLUMNS.map((): (string | number)[] => []);
  const work = new LongWork(`reading ${source}`);
  const lines = new Set<string>();
  let [line, trimmed] = [0, 0];
  for (let start = 0; start < text.length; work.reach(start / text.length)) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const content = text.slice(start, end).trimEnd();
    const fields = content.split(",");
    start = end + 1;
    line++;
    if (fields.length === 1 && fields[0]?.trim() === "") continue;
    if (fields.length !== CENSUS_COLUMNS.length)
      throw new UsageError(
        `${source}:${line}: expected ${CENSUS_COLUMNS.length} fields, got ${fields.length}; ${FILES}`,
      );
    lines.add(content);
    for (const [i, parse] of parsers.entries()) {
      trimmed += Number(fields[i].endsWith(" "));
      const value = parse(fields[i].trim());
      if (value === undefined) throw new UsageError(`${source}:${line}: ${unfit(i, fields[i])}`);
      columns[i].push(value);
    }
  }
  const rows = (columns[0] as unknown[]).length;
  if (rows === 0) throw new UsageError(`${source}: expected rows, got an empty file; ${FILES}`);
  const values = Object.fromEntries(CENSUS_COLUMNS.map(([name], i) => [name, columns[i]]));
  return { rows, trimmed, duplicates: rows - lines.size, values: values as unknown as CensusRows["values"] };
}

const FILES = "the files are census-income.data and census-income.test of UCI's Census-Income (KDD)";

/** A file's bytes, unpacked if they are gzip's. */
function unpacked(bytes: Buffer, source: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_FILE });
  } catch (error) {
    throw new UsageError(`${source}: can't be unpacked: ${(error as Error).message}; download it again`);
  }
}

type Parser = (field: string) => string | number | undefined;

/** What a field holds; undefined if it is unfit. */
function parserOf(name: string, kind: (typeof CENSUS_COLUMNS)[number][1]): Parser {
  if (kind === "number" || kind === "weight") return numberIn;
  if (kind === "label") return incomeIn;
  const known = new Map<string, string>(); // a field is a part of the file's text, and would keep all of it
  return (field) => {
    if (field === "" || (kind === "code" && numberIn(field) === undefined)) return undefined;
    const text = known.get(field) ?? Buffer.from(kind === "code" ? `${name} ${Number(field)}` : field).toString();
    known.set(field, text);
    return text;
  };
}

function numberIn(field: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : undefined;
}

/** `- 50000.` is up to $50,000, and `50000+.` above. */
function incomeIn(field: string): number | undefined {
  const income = /^(- ?50000|50000\+)\.?$/.exec(field)?.[1];
  return income === undefined ? undefined : Number(income.endsWith("+"));
}

function unfit(column: number, field: string): string {
  const [name, kind] = CENSUS_COLUMNS[column];
  const expected = {
    text: "a text",
    label: "'- 50000.' or '50000+.'",
    number: "a number",
    code: "a number",
    weight: "a number",
  };
  return `${name}: expected ${expected[kind]}, got '${field.trim().slice(0, 40)}'; ${FILES}`;
}

/** What a column holds. `code`: a number that names a category. `weight`: how many people a row stands for; no model may see it. */
type ColumnKind = "number" | "text" | "code" | "weight" | "label";

/** The columns of UCI's Census-Income (KDD), in the order of its files: 40 attributes, an instance weight and the label. */
export const CENSUS_COLUMNS = [
  ["age", "number"],
  ["class_of_worker", "text"],
  ["industry", "code"],
  ["occupation", "code"],
  ["education", "text"],
  ["wage_per_hour", "number"],
  ["enrolled", "text"],
  ["marital_status", "text"],
  ["major_industry", "text"],
  ["major_occupation", "text"],
  ["race", "text"],
  ["hispanic_origin", "text"],
  ["sex", "text"],
  ["union_member", "text"],
  ["reason_for_unemployment", "text"],
  ["full_or_part_time", "text"],
  ["capital_gains", "number"],
  ["capital_losses", "number"],
  ["dividends", "number"],
  ["tax_filer_status", "text"],
  ["previous_region", "text"],
  ["previous_state", "text"],
  ["household_and_family", "text"],
  ["household_summary", "text"],
  ["instance_weight", "weight"],
  ["migration_msa", "text"],
  ["migration_region", "text"],
  ["migration_within_region", "text"],
  ["same_house", "text"],
  ["previous_sunbelt", "text"],
  ["persons_worked_for_employer", "number"],
  ["family_under_18", "text"],
  ["father_country", "text"],
  ["mother_country", "text"],
  ["own_country", "text"],
  ["citizenship", "text"],
  ["own_business", "code"],
  ["veteran_questionnaire", "text"],
  ["veteran_benefits", "code"],
  ["weeks_worked", "number"],
  ["year", "code"],
  ["income", "label"],
] as const satisfies readonly (readonly [string, ColumnKind])[];

export type CensusColumn = (typeof CENSUS_COLUMNS)[number][0];
