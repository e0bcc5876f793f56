// The sweeps of the search as three Parquet files: `sweeps` (config and provenance of each), `runs` (one row per run) and
// `curves` (one row per evaluation of a run). They hold all that the journals held: `unpack` writes a results folder that
// reads as the one that was packed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { parquetReadObjects, type SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { parse } from "yaml";
import { checkConfig } from "../../src/config/check.ts";
import { type Config, trainedHash } from "../../src/config/config.ts";
import { withoutCross } from "../../src/config/file-version.ts";
import { compareValues, NO_CHOICE } from "../../src/identity/cell.ts";
import { JOURNAL_SCHEMA } from "../../src/records/fields.ts";
import { lineOf, plain, recordIn, sealed } from "../../src/records/journal-line.ts";
import type { Provenance } from "../../src/records/provenance.ts";
import { type Results, readResults } from "../../src/records/read-results.ts";
import { groupBy } from "../../src/stats/group-by.ts";

/** A sweep of the store, with the text of its `config.yaml`. */
export interface Sweep extends Results {
  readonly configText: string;
}

type Row = Record<string, unknown>;
type ColumnType = "STRING" | "INT32" | "DOUBLE";

const FOLDER = "research/results";
const SWEEPS = { name: "STRING", config: "STRING", provenances: "STRING" } as const;
/** As in a journal's line. Lists and objects are JSON. */
const RUNS: Readonly<Record<string, ColumnType>> = {
  sweep: "STRING",
  id: "STRING",
  status: "STRING",
  point: "STRING",
  model: "STRING",
  correlation: "DOUBLE",
  run: "INT32",
  seed: "INT32",
  lr: "DOUBLE",
  steps: "INT32",
  batch: "INT32",
  reason: "STRING",
  trainingSetLoss: "STRING",
  labelCorrelation: "DOUBLE",
  parameters: "INT32",
  elapsedMs: "DOUBLE",
  engine: "STRING",
  device: "STRING",
};
const LOSSES = ["train1", "train2", "heldout1", "heldout2"] as const;
/** A loss has nine digits: as two integers, `digits * 10^power`, it takes half of the room of a float64. */
const CURVES: Readonly<Record<string, ColumnType>> = {
  sweep: "STRING",
  id: "STRING",
  step: "INT32",
  ...Object.fromEntries(LOSSES.flatMap((loss) => [`${loss}Digits`, `${loss}Power`].map((name) => [name, "INT32"]))),
};

/** All sweeps, by name. */
export async function readSweeps(): Promise<Map<string, Sweep>> {
  const [sweeps, runs, curves] = (await Promise.all(["sweeps", "runs", "curves"].map(readParquet))) as [
    Row[],
    Row[],
    Row[],
  ];
  const evaluations = groupBy(curves, ({ sweep, id }) => `${sweep} ${id}`);
  const bySweep = groupBy(runs, ({ sweep }) => sweep as string);
  return new Map(
    (sweeps as { name: string; config: string; provenances: string }[]).map(({ name, config, provenances }) => {
      const records = (bySweep.get(name) ?? []).map((run) => recordOf(run, evaluations.get(`${name} ${run.id}`) ?? []));
      const own = { path: name, at: NO_CHOICE, records, provenances: JSON.parse(provenances) as Provenance[] };
      return [name, { ...own, config: configOf(name, config), configText: config }];
    }),
  );
}

function configOf(name: string, text: string): Config {
  return checkConfig({ source: name, values: withoutCross(parse(text), name), folder: FOLDER }, []);
}

function recordOf(
  { sweep: _, point, trainingSetLoss, ...rest }: Row,
  evaluations: readonly Row[],
): Results["records"][number] {
  const losses = (set: string) => evaluations.flatMap((row) => [1, 2].map((k) => numberIn(row, `${set}${k}`)));
  const { id, status, ...others } = rest;
  const line = sealed({
    id,
    status,
    ...(point !== null && { point: JSON.parse(point as string) }),
    ...others,
    trainingSetLoss: JSON.parse(trainingSetLoss as string),
    curve: { steps: evaluations.map(({ step }) => step), train: losses("train"), heldout: losses("heldout") },
  });
  return recordIn(Buffer.from(line.trimEnd())) as Results["records"][number];
}

/** Reads a results folder as a sweep to store. */
export async function sweepIn(folder: string, name: string): Promise<Sweep> {
  const configText = readFileSync(join(folder, "config.yaml"), "utf8");
  return { ...(await readResults(folder, console.warn)), path: name, configText };
}

/** Writes all sweeps in place of those that were stored. */
export function writeSweeps(sweeps: readonly Sweep[]): void {
  const sorted = [...sweeps].sort((a, b) => compareValues(a.path, b.path));
  const sweepRows = sorted.map(({ path, configText, provenances }) => {
    return { name: path, config: configText, provenances: JSON.stringify(provenances) };
  });
  writeParquet("sweeps", SWEEPS, sweepRows);
  writeParquet("runs", RUNS, sorted.flatMap(runRows));
  writeParquet("curves", CURVES, sorted.flatMap(curveRows));
}

function runRows({ path, records }: Sweep): Row[] {
  return records.map((record) => {
    const { curve: _, point, trainingSetLoss, ...rest } = plain(record);
    const json = { point: point && JSON.stringify(point), trainingSetLoss: JSON.stringify(trainingSetLoss) };
    return { sweep: path, ...rest, ...json };
  });
}

function curveRows({ path, records }: Sweep): Row[] {
  return records.flatMap(({ id, curve: { steps, train, heldout } }) =>
    steps.map((step, i) => {
      const losses = [train[2 * i], train[2 * i + 1], heldout[2 * i], heldout[2 * i + 1]] as number[];
      return {
        sweep: path,
        id,
        step,
        ...Object.assign({}, ...losses.map((loss, k) => digitsOf(loss, LOSSES[k] as string))),
      };
    }),
  );
}

function digitsOf(loss: number, name: string): Row {
  const [digits, power] = loss.toExponential(8).split("e") as [string, string];
  return { [`${name}Digits`]: Number(digits.replace(".", "")), [`${name}Power`]: Number(power) - 8 };
}

/** The number of two columns, `digits * 10^power`. */
export function numberIn(row: Row, name: string): number {
  return Number(`${row[`${name}Digits`]}e${row[`${name}Power`]}`);
}

/** Writes a results folder of a sweep, which `mmoe` resumes and verifies, unless there is one. */
export function unpack({ config, configText, records, provenances }: Sweep, folder: string): void {
  if (existsSync(folder)) return;
  const journals = join(folder, "journal");
  mkdirSync(journals, { recursive: true });
  writeFileSync(join(folder, "config.yaml"), configText);
  const header = { schema: JOURNAL_SCHEMA, version: provenances[0]?.mmoe.version, trained: trainedHash(config) };
  writeFileSync(join(journals, "1.jsonl"), `${JSON.stringify(header)}\n${records.map(lineOf).join("")}`);
  for (const [i, provenance] of provenances.entries())
    writeFileSync(join(journals, `${i + 1}.provenance.json`), JSON.stringify(provenance, null, 2));
}

/** A Parquet file's columns, gzipped: numbers byte by byte, since a loss's first digits are much alike. */
function writeParquet(name: string, columns: Readonly<Record<string, ColumnType>>, rows: readonly Row[]): void {
  const names = Object.keys(columns);
  const schema = [{ name: "rows", num_children: names.length }, ...names.map((key) => element(key, columns[key]))];
  const columnData = names.map((key) => {
    const isSplit = columns[key] === "DOUBLE" || key.endsWith("Digits");
    const data = rows.map((row) => row[key] ?? null);
    return { name: key, data, ...(isSplit && { encoding: "BYTE_STREAM_SPLIT" as const }) };
  });
  const bytes = parquetWriteBuffer({
    columnData,
    schema,
    codec: "GZIP",
    compressors: { GZIP: gzipped },
    rowGroupSize: rows.length,
  });
  writeFileSync(`${FOLDER}/${name}.parquet`, new Uint8Array(bytes));
}

function element(name: string, type: ColumnType): SchemaElement {
  const field = { name, repetition_type: "OPTIONAL" as const };
  return type === "STRING" ? { ...field, type: "BYTE_ARRAY", converted_type: "UTF8" } : { ...field, type };
}

const gzipped = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes, { level: 9 }));

export async function readParquet(name: string): Promise<Row[]> {
  const bytes = readFileSync(`${FOLDER}/${name}.parquet`);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return parquetReadObjects({ file, compressors: { GZIP: (input) => gunzipSync(input) } });
}
