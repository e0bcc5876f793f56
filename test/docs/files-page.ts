import { z } from "zod";
import { DECLARED, FILE_SCHEMA, LATER_SETTINGS, SETTING_KEYS, type SettingKey } from "../../src/config/schema.ts";
import { TRAINING_PATHS, type TrainingPath } from "../../src/engines/training-path.ts";
import { CHECKPOINT_SCHEMA, CHECKPOINT_VERSION } from "../../src/records/checkpoint.ts";
import { type Column, CSV_VERSION, columnNames } from "../../src/records/columns.ts";
import { EVENT_SCHEMA, EVENTS_VERSION } from "../../src/records/events.ts";
import { HEADER_SCHEMA, JOURNAL_SCHEMA, LINE_SCHEMA, LOSS_UNIT } from "../../src/records/fields.ts";
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

\`mmoe sweep\` writes its results to one folder. \`--out\` chooses the folder; the default is \`results/NAME-HASH\`, with the name of the sweep and a hash of its settings.

| file | holds |
| --- | --- |
| \`config.yaml\` | every setting of the sweep, with its mark; \`mmoe sweep FOLDER/config.yaml --out OTHER\` repeats the sweep |
| \`journal/*.jsonl\` | the runs that ended, one line each; each process writes its own journal |
| \`journal/*.provenance.json\` | the process behind each journal: versions, machine, command line, times |
| \`journal/*.progress.json\` | the progress of a running process, written every five seconds |
| \`checkpoints/*.json\` | the state of runs in flight, to resume from; none once all runs have ended |
| \`runs.csv\` | one row per run, including failed runs |
| \`curves.csv\` | loss against steps, over the runs of each cell |
| \`diagnostics.csv\` | what \`--diagnostics\` measured against steps, over the runs of each cell |
| \`curves-long.csv\` | loss against steps for each run; only with \`--long\` |
| \`figures/\`, \`report.html\` | the output of \`mmoe figures\` and \`mmoe report\` |

To keep results, you only need \`config.yaml\` and the journals. To resume runs in flight, you also need \`checkpoints/\`. \`mmoe merge FOLDER\` writes the CSV files again from the journals.

A **cell** is all runs of one model at one correlation and, if settings are listed, at one choice of their values. A **pair** is two of the K tasks. In the tables below, the unit **loss** means units of label variance: a model that always predicts the mean has a loss of 1. With the Huber loss, raw labels or classes, it means the unit of the loss that the sweep uses.

## Versions

\`config.yaml\` holds the version of its settings. A newer mmoe can read an older file. Each setting that did not exist yet gets the value that mmoe used before the setting existed, and the folder keeps its name. An older mmoe refuses a newer file. Your own config files need no version: they count as the newest version of which they use a setting, or as version 1. They take other settings of that version from the config that they extend (by default preset \`paper\`). They therefore stay valid when settings are added.

Other formats have versions too: the journal is at version ${JOURNAL_SCHEMA}, checkpoints at ${CHECKPOINT_VERSION}, progress files at ${PROGRESS_VERSION}, the CSV files at ${CSV_VERSION} and the events at ${EVENTS_VERSION}. A version changes when the meaning of something changes, but not when a column or key is added. The JSON Schemas are in \`schemas/\`: ${Object.keys(
  jsonSchemas(),
)
  .map((file) => `[${file}](../schemas/${file})`)
  .join(", ")}; the schema of config files is [configs/schema.json](../configs/schema.json).`;

const AFTER = `## Adding a measured number

Declare the number in \`src/records/measures.ts\`: its name, unit and meaning, and whether there is one number per run, task, pair of tasks, or task and expert. An engine returns the number in \`RunResult.measures\`, or as the last value of a curve in \`RunResult.diagnostics\`. The journal, \`runs.csv\`, this page and the schemas then include it. \`mmoe merge\` and \`mmoe verify\` compare it, and a figure can use it by name (\`cellMeasures\`). For older runs its column is empty.`;

function settingsSection(): string {
  const shape = FILE_SCHEMA.shape as Readonly<Record<string, z.ZodType>>;
  const rows = SETTING_KEYS.map((key) => {
    const { grid, hash } = DECLARED[key];
    const isIdentity = hash !== "shown" && hash !== "extent";
    const notes = [beforeText(key), refusedText(key)].filter((text) => text !== "").join("; ");
    return [`\`${key}\``, expected(shape[key]), isIdentity ? "yes" : "", grid ? "yes" : "", notes];
  });
  return `## config.yaml

A setting is part of a sweep's **identity** if changing it makes another sweep, in another folder. A setting that can be **listed** can be a list of values; the sweep trains every combination. The notes say which value a setting has in files from before it existed, and where only one value is allowed.

${table("setting", rows, ["is", "identity", "listed", "notes"])}`;
}

function beforeText(key: SettingKey): string {
  const later = LATER_SETTINGS[key];
  return later === undefined ? "" : `\`${JSON.stringify(later.before)}\` before version ${later.since}`;
}

/** Where training refuses all values of a setting but one. */
function refusedText(key: SettingKey): string {
  const refused = Object.entries(DECLARED[key].paths).filter(([, heard]) => typeof heard === "object");
  const [first] = refused.map(([, { only }]) => `only \`${Array.isArray(only) ? "[]" : only}\` `);
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
      "One row per run, ordered by run, then correlation, model and listed settings. Each column after `initStream` exists only if it was measured in some run; [diagnostics.md](diagnostics.md) defines most of them.",
    "curves.csv": "One row per cell, task and evaluation, over the runs that reached the step.",
    "curves-long.csv": "One row per run and evaluation.",
    "diagnostics.csv":
      "One row per cell, quantity and diagnosed evaluation, over the runs that have a value there. Only with `--diagnostics` ([diagnostics.md](diagnostics.md)).",
    "labels.csv":
      "`mmoe data --trials N -o FOLDER` writes this file, together with its settings (`trials.yaml`) and `provenance.json`. It has one row per trial and correlation.",
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
    "The format is JSON lines. If the last line has no line break, a crash cut it off; mmoe ignores it and trains its run again.",
    "The first line:",
    keyTable(jsonOf(HEADER_SCHEMA) as Json),
    "Every other line is a run. The keys of `measures` are the columns of `runs.csv` after `initStream`. Columns for several tasks, pairs or experts are one key with a list.",
    keyTable(withoutMeasures(jsonOf(LINE_SCHEMA) as Json)),
  ].join("\n\n");
}

/** A line without the keys of its measures, which the table of `runs.csv` has. */
function withoutMeasures({ properties = {}, ...rest }: Json): Json {
  const { properties: _, ...measures } = properties.measures ?? {};
  return { ...rest, properties: { ...properties, measures } };
}

function checkpointSection(): string {
  return [
    "## Checkpoints",
    "Each run in flight has one file, named after the run with `_` instead of `/`. The file is one line of JSON and is always replaced as a whole. It holds the state of the run in an order that does not depend on kernels or threads. mmoe ignores a file that is damaged or belongs to another sweep, and starts its run over. You can delete checkpoints safely: their runs then start over.",
    keyTable(jsonOf(CHECKPOINT_SCHEMA) as Json),
  ].join("\n\n");
}

function progressSection(): string {
  return [
    "## Progress",
    "Each training process writes this file beside its journal, for `mmoe status` to read. The file is removed when the process ends.",
    keyTable(jsonOf(PROGRESS_SCHEMA) as Json),
  ].join("\n\n");
}

function eventsSection(): string {
  const events = (jsonOf(EVENT_SCHEMA) as { oneOf: Json[] }).oneOf;
  const tables = events.flatMap((event) => {
    const { event: name, ...rest } = event.properties ?? {};
    if (name?.const === "run") return ["`run`: a run ended. Its keys are those of a journal line, without `crc`."];
    return [`\`${name?.const}\`:`, keyTable({ properties: rest })];
  });
  return [
    "## Events",
    "`mmoe sweep --json` writes one line of JSON to stdout per event. The key `event` names the event.",
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
  const given = unit ?? anyOf.find((one) => one.unit !== undefined)?.unit ?? "";
  return given === LOSS_UNIT ? "loss" : given;
}

function descriptionOf({ description, anyOf = [] }: Json): string {
  const inner = anyOf.map((one) => one.description).filter((text) => text !== undefined);
  return [...inner, ...(description ? [description] : [])].join("; ").replaceAll(" (docs/diagnostics.md)", "");
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
