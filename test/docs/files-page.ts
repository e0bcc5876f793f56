import { z } from "zod";
import { DECLARED, FILE_SCHEMA, LATER_SETTINGS, SETTING_KEYS, type SettingKey } from "../../src/config/schema.ts";
import { TRAINING_PATHS, type TrainingPath } from "../../src/engines/training-path.ts";
import { CHECKPOINT_SCHEMA, CHECKPOINT_VERSION } from "../../src/records/checkpoint.ts";
import { type Column, CSV_VERSION, columnNames } from "../../src/records/columns.ts";
import { EVENT_SCHEMA, EVENTS_VERSION } from "../../src/records/events.ts";
import { HEADER_SCHEMA, JOURNAL_SCHEMA, LINE_SCHEMA } from "../../src/records/fields.ts";
import { FILE_COLUMNS, jsonOf, jsonSchemas } from "../../src/records/json-schemas.ts";
import { PROGRESS_SCHEMA, PROGRESS_VERSION } from "../../src/records/progress-file.ts";

interface Json {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Json[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly items?: Json;
  readonly unit?: string;
  readonly description?: string;
}

/** docs/files.md: what stands around the tables by hand, the tables from the schemas. */
export function filesPage(): string {
  return `${[BEFORE, settingsSection(), ...csvSections(), journalSection(), checkpointSection(), progressSection(), eventsSection(), AFTER].join("\n\n")}\n`;
}

const BEFORE = `# Files

<!-- test/docs/files-page.ts makes this page from the schemas in src/records; \`npm run docs\` writes it. -->

\`mmoe sweep\` writes a results folder. It is \`results/NAME-HASH\` unless you give \`--out\`.

| file | holds |
| --- | --- |
| \`config.yaml\` | every setting of the sweep, each with its mark; \`mmoe sweep FOLDER/config.yaml\` repeats it |
| \`journal/*.jsonl\` | the runs that ended, one line for each; each process writes its own journal |
| \`journal/*.provenance.json\` | the process behind each journal: versions, machine, command line, times |
| \`journal/*.progress.json\` | how far a process is that trains now; it writes the file every five seconds |
| \`checkpoints/*.json\` | runs in flight: how far they are, to go on from there; none once all have ended |
| \`runs.csv\` | one row for each run, failed runs too |
| \`curves.csv\` | loss against steps, over the runs of each cell |
| \`diagnostics.csv\` | what \`--diagnostics\` measured against steps, over the runs of each cell |
| \`curves-long.csv\` | loss against steps of each run; only with \`--long\` |
| \`figures/\`, \`report.html\` | what \`mmoe figures\` and \`mmoe report\` draw |

Only the journals and \`config.yaml\` are needed, and \`checkpoints/\` to go on with runs in flight. \`mmoe merge FOLDER\` writes the CSV files again from them.

A **cell** is a model at a correlation and, in a sweep with lists of settings, at one choice of their values. A **pair** is two of the K tasks. Losses are mean squared errors in units of label variance: a model that always predicts the mean has a loss of 1.

## Versions

\`config.yaml\` says the version of its settings. A newer mmoe reads an older file: a setting that the file does not know has the value that it had before it existed, and the folder keeps its name. An older mmoe refuses a newer file. A file without a version is of version 1, or of the newest version whose settings it names; what it lacks of that version's settings it has from preset \`paper\`, or from what it extends. So a config file of your own stays valid when a setting is added.

The journal (${JOURNAL_SCHEMA}), checkpoints (${CHECKPOINT_VERSION}), progress (${PROGRESS_VERSION}), the CSV files (${CSV_VERSION}) and the events (${EVENTS_VERSION}) have versions too. A version changes when something gets another meaning. It does not change for one more column or key. The JSON Schemas are in \`schemas/\`: ${Object.keys(
  jsonSchemas(),
)
  .map((file) => `[${file}](../schemas/${file})`)
  .join(", ")}; that of config files is [configs/schema.json](../configs/schema.json).`;

const AFTER = `## One more number

Declare it in \`src/records/measures.ts\`: name, unit, meaning, and whether it is one number for each run, task, pair of tasks, or task and expert. Let an engine return it in \`RunResult.measures\`, or as the last value of a curve in \`RunResult.diagnostics\`. It is then in the journal, in \`runs.csv\`, in this page and in the schemas; \`mmoe merge\` and \`mmoe verify\` compare it, and a figure takes it by its name (\`cellMeasures\`). Runs from before have an empty cell.`;

function settingsSection(): string {
  const shape = FILE_SCHEMA.shape as Readonly<Record<string, z.ZodType>>;
  const rows = SETTING_KEYS.map((key) => {
    const { grid, hash } = DECLARED[key];
    const isIdentity = hash !== "shown" && hash !== "extent";
    const notes = [beforeText(key), refusedText(key)].filter((text) => text !== "").join("; ");
    return [`\`${key}\``, expected(shape[key]), isIdentity ? "yes" : "", grid ? "yes" : "", notes];
  });
  return `## config.yaml

A setting is part of a sweep's **identity** if another value of it makes another sweep, in another folder. A setting that may be **listed** may have several values: the sweep trains every combination. The notes have the value of a sweep that was stored before a setting existed, by the version of its file, and where other values are refused.

${table("setting", rows, ["is", "identity", "listed", "notes"])}`;
}

function beforeText(key: SettingKey): string {
  const later = LATER_SETTINGS[key];
  return later === undefined ? "" : `\`${JSON.stringify(later.before)}\` before version ${later.since}`;
}

/** Where training refuses all values of a setting but one. */
function refusedText(key: SettingKey): string {
  const refused = Object.entries(DECLARED[key].paths).filter(([, heard]) => typeof heard === "object");
  const [first] = refused.map(([, { only }]) => `only \`${only}\` `);
  return `${first ?? ""}${refused.map(([path]) => TRAINING_PATHS[path as TrainingPath].where).join(", ")}`;
}

/** What a setting may be; of one that may be listed, one value. */
function expected(schema: z.ZodType | undefined): string {
  const one =
    schema instanceof z.ZodUnion && schema.description === undefined ? (schema.options[0] as z.ZodType) : schema;
  return one?.description ?? "";
}

function csvSections(): string[] {
  const about: Readonly<Record<string, string>> = {
    "runs.csv":
      "One row for each run, ordered by run, then correlation, model and listed settings. The columns after `initStream` are there if a run was measured.",
    "curves.csv": "One row for each cell, task and evaluation, over the runs that reached the step.",
    "curves-long.csv": "One row for each run and evaluation.",
    "diagnostics.csv":
      "One row for each cell, quantity and diagnosed evaluation; only with `--diagnostics` ([diagnostics.md](diagnostics.md)). Runs without a value there are left out.",
    "labels.csv":
      "`mmoe data --trials N -o FOLDER` writes it, beside its settings (`trials.yaml`) and its `provenance.json`. One row for each trial and correlation.",
  };
  return Object.entries(FILE_COLUMNS).map(([file, columns]) => {
    const rows = columns.map((column) => [names(column), ...cells(column.schema, column.emptyFor)]);
    return `## ${file}\n\n${about[file]}\n\n${table("column", rows)}`;
  });
}

/** A column's name, or the first and the last of its parts. */
function names(column: Column<never>): string {
  if (column.per === undefined || column.per === "setting" || column.per === "cross") return `\`${column.name}\``;
  const last = { task: "K", pair: "(K-1)-K", expert: "K-E" }[column.per];
  return `\`${columnNames(column, 3, 1)[0]}\` ... \`${column.name}${last}\``;
}

function journalSection(): string {
  return [
    "## Journal",
    "JSON lines. A last line without a line break was cut off by a crash: it is not a record, and its run is trained again.",
    "The first line:",
    keyTable(jsonOf(HEADER_SCHEMA) as Json),
    "Every other line is a run:",
    keyTable(jsonOf(LINE_SCHEMA) as Json),
  ].join("\n\n");
}

function checkpointSection(): string {
  return [
    "## Checkpoints",
    "A file for each run in flight, named like it, `/` as `_`: one line of JSON, replaced as a whole. It has what the run goes on from, in an order that does not depend on kernels or threads. A file that is damaged, or of another sweep, is left out, and its run begins again. It is safe to delete them.",
    keyTable(jsonOf(CHECKPOINT_SCHEMA) as Json),
  ].join("\n\n");
}

function progressSection(): string {
  return [
    "## Progress",
    "A file beside the journal of each process that trains, for `mmoe status`. It is removed when the process ends.",
    keyTable(jsonOf(PROGRESS_SCHEMA) as Json),
  ].join("\n\n");
}

function eventsSection(): string {
  const events = (jsonOf(EVENT_SCHEMA) as { oneOf: Json[] }).oneOf;
  const tables = events.flatMap((event) => {
    const { event: name, ...rest } = event.properties ?? {};
    if (name?.const === "run") return ["`run`: a run ended. Its keys are those of a journal's line, without `crc`."];
    return [`\`${name?.const}\`:`, keyTable({ properties: rest })];
  });
  return [
    "## Events",
    "`mmoe sweep --json` writes JSON to stdout, one line for each event. Its key `event` says which.",
    ...tables,
  ].join("\n\n");
}

function keyTable(json: Json, within = ""): string {
  return table("key", keyRows(json, within));
}

function keyRows({ properties = {} }: Json, within: string): string[][] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const row = [`\`${within}${key}\``, typeOf(value), unitOf(value), descriptionOf(value)];
    if (value.items?.properties) return [row, ...keyRows(value.items, `${within}${key}[].`)];
    return value.properties ? [...(value.description ? [row] : []), ...keyRows(value, `${within}${key}.`)] : [row];
  });
}

function cells(schema: z.ZodType, emptyFor: string | undefined): string[] {
  const json = jsonOf(schema) as Json;
  return [typeOf(json), unitOf(json), `${descriptionOf(json)}${emptyFor ? `; empty for ${emptyFor}` : ""}`];
}

function typeOf(json: Json): string {
  if (json.enum) return json.enum.map((one) => `\`${one}\``).join(" or ");
  if (json.const !== undefined) return `\`${json.const}\``;
  if (json.anyOf) return json.anyOf.map(typeOf).join(" or ");
  if (json.type === "array") return `list: ${typeOf(json.items ?? {})}`;
  const words: Readonly<Record<string, string>> = { string: "text", integer: "whole number" };
  return [json.type ?? []]
    .flat()
    .map((type) => words[type as string] ?? type)
    .join(" or ");
}

function unitOf({ unit, anyOf = [] }: Json): string {
  return unit ?? anyOf.find((one) => one.unit !== undefined)?.unit ?? "";
}

function descriptionOf({ description, anyOf = [] }: Json): string {
  const inner = anyOf.map((one) => one.description).filter((text) => text !== undefined);
  return [...inner, ...(description ? [description] : [])].join("; ");
}

function table(
  first: string,
  rows: readonly (readonly string[])[],
  others: readonly string[] = ["type", "unit", "meaning"],
): string {
  const line = (row: readonly string[]) => `| ${row.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const head = [first, ...others];
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
