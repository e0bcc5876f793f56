import { z } from "zod";
import { GRID_KEYS } from "../../src/config/schema.ts";
import { CHECKPOINT_SCHEMA, CHECKPOINT_VERSION } from "../../src/records/checkpoint.ts";
import { type Column, CSV_VERSION } from "../../src/records/columns.ts";
import { DIAGNOSTIC_COLUMNS } from "../../src/records/csv-files.ts";
import { CURVE_COLUMNS, LONG_CURVE_COLUMNS } from "../../src/records/curves-csv.ts";
import { EVENT_SCHEMA, EVENTS_VERSION } from "../../src/records/events.ts";
import { HEADER_SCHEMA, JOURNAL_SCHEMA, LINE_SCHEMA } from "../../src/records/fields.ts";
import { LABEL_COLUMNS } from "../../src/records/label-trials.ts";
import { PROGRESS_SCHEMA, PROGRESS_VERSION } from "../../src/records/progress-file.ts";
import { RUN_COLUMNS } from "../../src/records/runs-csv.ts";

/** The CSV files of a results folder, and of a folder of label trials, by name. */
export const FILE_COLUMNS: Readonly<Record<string, readonly Column<never>[]>> = {
  "runs.csv": RUN_COLUMNS,
  "curves.csv": CURVE_COLUMNS,
  "curves-long.csv": LONG_CURVE_COLUMNS,
  "diagnostics.csv": DIAGNOSTIC_COLUMNS,
  "labels.csv": LABEL_COLUMNS,
};

/** JSON Schemas of everything that is recorded, by the name of the file in `schemas/` that publishes each. */
export function jsonSchemas(): Record<string, object> {
  const csv = Object.entries(FILE_COLUMNS).map(([file, columns]) => [`${file}.json`, csvSchema(file, columns)]);
  return {
    "journal-header.json": titled("first line of a journal", JOURNAL_SCHEMA, jsonOf(HEADER_SCHEMA)),
    "journal-line.json": titled("any other line of a journal: a run", JOURNAL_SCHEMA, jsonOf(LINE_SCHEMA)),
    "checkpoint.json": titled("a run in flight", CHECKPOINT_VERSION, jsonOf(CHECKPOINT_SCHEMA)),
    "progress.json": titled("how far a process is", PROGRESS_VERSION, jsonOf(PROGRESS_SCHEMA)),
    ...Object.fromEntries(csv),
    "events.json": titled("a line of mmoe sweep --json", EVENTS_VERSION, jsonOf(EVENT_SCHEMA)),
  };
}

/** A schema as JSON, with units and descriptions. */
export function jsonOf(schema: z.ZodType): Record<string, unknown> {
  const { "~standard": _, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return json;
}

function titled(title: string, version: number, json: Record<string, unknown>): object {
  const { $schema, ...rest } = json;
  return { $schema: $schema ?? "https://json-schema.org/draft/2020-12/schema", title, version, ...rest };
}

/** A row as an object: numbers as numbers, an empty cell as an empty text. */
function csvSchema(file: string, columns: readonly Column<never>[]): object {
  const settings = GRID_KEYS.filter((key) => !columns.some(({ name }) => name === key));
  const of = (parts: boolean) => columns.filter(({ per }) => (per !== undefined) === parts);
  const pattern = ({ name, per }: Column<never>) =>
    per === "setting"
      ? `^(${settings.join("|")})$`
      : `^${name}${per === "pair" || per === "expert" ? "[1-9][0-9]*-" : ""}[1-9][0-9]*$`;
  return titled(`a row of ${file}`, CSV_VERSION, {
    type: "object",
    properties: Object.fromEntries(of(false).map((column) => [column.name, cellSchema(column)])),
    patternProperties: Object.fromEntries(of(true).map((column) => [pattern(column), cellSchema(column)])),
    required: of(false).flatMap(({ name, optional }) => (optional ? [] : [name])),
    additionalProperties: false,
  });
}

function cellSchema({ schema, emptyFor }: Column<never>): object {
  const { $schema: _, description, unit, ...json } = jsonOf(schema);
  const about = { description, ...(unit !== undefined && { unit }) };
  return emptyFor === undefined ? { ...json, ...about } : { anyOf: [json, { const: "" }], ...about };
}
