import { type Column, CSV_VERSION, columnNames } from "../../src/records/columns.ts";
import { MEASURES } from "../../src/records/measures.ts";
import { formatSections } from "./formats-page.ts";
import { FILE_COLUMNS, jsonOf } from "./json-schemas.ts";
import { descriptionOf, type Json, MADE, table, typeOf, unitOf } from "./made-tables.ts";

/** docs/files.md: a results folder, the columns of its CSV files and the keys of its JSON, from what writes them. */
export function filesPage(): string {
  return `${[BEFORE, sharedSection(), runsSection(), ...otherSections(), ...formatSections()].join("\n\n")}\n`;
}

const BEFORE = `# Files

${MADE}

\`mmoe sweep\` writes its results to one folder. \`--out\` chooses the folder; the default is \`results/NAME-HASH\`, with the name of the sweep and a hash of its settings.

| file | holds |
| --- | --- |
| \`config.yaml\` | every [setting](settings.md) of the sweep; \`mmoe sweep FOLDER/config.yaml --out OTHER\` repeats the sweep |
| \`journal/*.jsonl\` | the runs that ended, one line each; each process writes its own journal; mmoe also reads \`*.jsonl.gz\`, by gzip, and [\`*.jsonl.packed\`](#packed-journal) |
| \`journal/*.provenance.json\` | the process behind each journal: versions, machine, command line, times |
| \`journal/*.progress.json\` | the progress of a running process, written every five seconds |
| \`checkpoints/*.json\` | the state of runs in flight, to resume from; none once all runs have ended |
| \`runs.csv\` | one row per run, including failed runs |
| \`curves.csv\` | loss against steps, over the runs of each cell |
| \`diagnostics.csv\` | what \`--diagnostics\` measured against steps, over the runs of each cell |
| \`curves-long.csv\` | loss against steps for each run; only with \`--long\` |
| \`weights/RUN.safetensors\` | a run's final parameters in float32, named by network, layer and kind, such as \`experts/0/0/kernel\`; a kernel is [in, out]; of models in code as they name them; its checksum is the SHA-256 of the file with 64 zeros in its place; only with \`--keep-weights\` |
| \`weights/encoding-HASH.json\` | what training rows made of a table's columns: means, standard deviations, categories and classes, which \`mmoe predict\` needs; the metadata of each file of weights name theirs |
| \`predictions/RUN.parquet\` | the labels of a run's test rows and what it predicts of them ([columns](library.md#predictions-of-a-table)); only with \`--keep-predictions\` |
| \`validation-predictions/RUN.parquet\` | the same columns for its validation rows |
| \`figures/\`, \`report.html\` | the output of \`mmoe figures\` and \`mmoe report\` |

To keep results, you only need \`config.yaml\` and the journals. To resume runs in flight, you also need \`checkpoints/\`. \`mmoe merge FOLDER\` writes the CSV files again from the journals. [Below](#formats-in-json) are the files that are not CSV.

A **cell** is all runs of one model at one correlation and, if settings are listed, at one choice of their values. A **pair** is two of the K tasks. In the tables below, the unit **loss** means units of label variance: a model that always predicts the mean has a loss of 1. With the Huber loss, raw labels or classes, it means the unit of the loss that the sweep uses.

The columns are at version ${CSV_VERSION}. The version changes when the meaning of a column changes, but not when a column is added. \`schemas/\` has a JSON Schema for a row of each file.`;

const SHARED = ["id", "model", "correlation", "run", "SETTING"];
const RUN_COLUMNS = FILE_COLUMNS["runs.csv"];

function sharedSection(): string {
  const columns = SHARED.map((name) => RUN_COLUMNS.find((column) => column.name === name) as Column<never>);
  return `## Columns that say which run or cell\n\nThese columns come first in every file, as far as they apply to its rows.\n\n${columnTable(columns)}`;
}

function runsSection(): string {
  const isMeasured = ({ name }: Column<never>) => MEASURES.some((one) => [one.name, `${one.name}Mean`].includes(name));
  const columns = ownColumns(RUN_COLUMNS);
  return `## runs.csv

One row per run, ordered by run, then correlation, model and listed settings.

${columnTable(columns.filter((column) => !isMeasured(column)))}

The remaining columns exist only if the number was measured in some run. Their cells are empty for runs in which it was not, and for experts that a run's model does not have. [diagnostics.md](diagnostics.md) defines most of them, [your-data.md](your-data.md) those of classes.

${columnTable(columns.filter(isMeasured).map(({ emptyFor: _, ...column }) => column))}`;
}

function otherSections(): string[] {
  const about: Readonly<Record<string, string>> = {
    "curves.csv": "One row per cell, task and evaluation, over the runs that reached the step.",
    "curves-long.csv": "One row per run and evaluation.",
    "diagnostics.csv":
      "One row per cell, quantity and diagnosed evaluation, over the runs that have a value there. Only with `--diagnostics`.",
    "labels.csv":
      "`mmoe data --trials N -o FOLDER` writes this file, together with its settings (`trials.yaml`) and `provenance.json`. It has one row per trial and correlation.",
  };
  return Object.entries(about).map(([file, text]) => {
    return `## ${file}\n\n${text}\n\n${columnTable(ownColumns(FILE_COLUMNS[file]))}`;
  });
}

function ownColumns(columns: readonly Column<never>[]): Column<never>[] {
  return columns.filter(({ name }) => !SHARED.includes(name));
}

/** Columns of tasks or pairs and of their mean are one row. */
function columnTable(columns: readonly Column<never>[]): string {
  const rows = columns.flatMap((column, i) => {
    const [before, after] = [columns[i - 1], columns[i + 1]];
    if (after?.name === `${column.name}Mean`) return [];
    if (after?.per === "pair" && after.name === column.name) return [];
    const parts = before && (column.name === `${before.name}Mean` || column.per === "pair") ? before : undefined;
    return [parts ? joinedRow(column, parts) : [names(column), ...cells(column)]];
  });
  return table("column", rows);
}

function joinedRow(column: Column<never>, before: Column<never>): string[] {
  const [type = "", unit = "", meaning = ""] = cells(column.per === "pair" ? before : column);
  if (column.per !== "pair")
    return [
      `${names(before)}, \`${column.name}\``,
      type,
      unit,
      meaning.replace(": mean over tasks", ": of each task, and the mean"),
    ];
  return [
    `\`${before.name}\`, ${names(column)}`,
    type,
    unit,
    meaning.replace("the mean over pairs", "the mean over pairs, then each pair"),
  ];
}

/** A column's name, or the first and the last of its parts. */
function names(column: Column<never>): string {
  if (column.per === undefined || column.per === "setting") return `\`${column.name}\``;
  const last = { task: "K", pair: "(K-1)-K", expert: "K-E" }[column.per];
  return `\`${columnNames(column, 3, 1)[0]}\` ... \`${column.name}${last}\``;
}

function cells({ schema, emptyFor }: Column<never>): string[] {
  const json = jsonOf(schema) as Json;
  return [typeOf(json), unitOf(json), `${descriptionOf(json)}${emptyFor ? `; empty for ${emptyFor}` : ""}`];
}
