// Arrays that a sweep keeps on request, a file for each run: its final weights, and what it predicts of test and validation rows.
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ColumnSource } from "hyparquet-writer";
import type { Config } from "../config/config.ts";
import { tasksOfRuns } from "../config/task-kinds.ts";
import type { TableValues } from "../data/table.ts";
import { CellReader } from "../data/table-cells.ts";
import { tableSetOf } from "../data/table-set.ts";
import type { AnyRun, FromTable, Predictions, RunResult, Tensors } from "../engines/engine.ts";
import { isValidated, rowsOfPart } from "../engines/task-losses.ts";
import { testRows } from "../engines/training-settings.ts";
import { UsageError } from "../errors.ts";
import { isPartial, makeFolder, readBytes, writeWholeSync } from "../files.ts";
import { isCode } from "../models/code.ts";
import { parameterBlocks } from "../models/parameters.ts";
import type { ModelSpec } from "../models/spec.ts";
import { mean, standardDeviation } from "../stats/moments.ts";
import { numberColumns } from "../tables/parquet.ts";
import { removeIfEmpty } from "./checkpoints.ts";
import { type EncodedLabel, encodingFile, labelsOf } from "./encoding.ts";
import { PREDICTIONS, RESUMES, VALIDATION_PREDICTIONS, WEIGHTS, writable } from "./find-results.ts";
import { numbersOf, outputColumns, parquetOfColumns } from "./prediction-columns.ts";
import type { Results } from "./read-results.ts";

/** What a sweep keeps of each of its runs. */
export interface KeptKinds {
  /** The final weights, as safetensors; of models in code that give them. */
  readonly weights: boolean;
  /** The outputs for the test rows and for the validation rows, as Parquet. */
  readonly predictions: boolean;
}

const ENDINGS = {
  [WEIGHTS]: ".safetensors",
  [PREDICTIONS]: ".parquet",
  [VALIDATION_PREDICTIONS]: ".parquet",
} as const;

type LabelConfig = Pick<Config, "rows" | "taskKinds">;

/** Writes the arrays of a run that is done, before its record: a run that a folder has was trained with its files. */
export class KeptArrays {
  readonly #out: string;
  readonly #keeps: KeptKinds;
  readonly #config: LabelConfig;

  constructor(out: string, keeps: KeptKinds, config: LabelConfig) {
    this.#out = out;
    this.#keeps = keeps;
    this.#config = config;
  }

  /** Of a run on a table, its rows are in memory. Throws UsageError if a file can't be written. */
  write({ run, failure, parameters, tensors, predictions }: RunResult): void {
    if (failure !== undefined) return;
    const weights = parameters && !isCode(run.model) ? tensorsOf(run.model, parameters) : tensors;
    if (this.#keeps.weights && weights) this.#writeWeights(run, weights);
    if (!this.#keeps.predictions || !predictions) return;
    const write = (kind: keyof typeof ENDINGS, part: "test" | "validation") =>
      this.#write(kind, `${run.id}${ENDINGS[kind]}`, predictionsFile(run, predictions, part, this.#config));
    write(PREDICTIONS, "test");
    if (isValidated(run)) write(VALIDATION_PREDICTIONS, "validation");
  }

  #writeWeights(run: AnyRun, weights: Tensors): void {
    const encoding = run.correlation === null ? encodingFile(run, this.#config) : undefined;
    if (encoding && !existsSync(join(this.#out, WEIGHTS, encoding.name)))
      this.#write(WEIGHTS, encoding.name, Buffer.from(encoding.text));
    const metadata = { run: run.id, model: run.model.name, ...(encoding && { encoding: encoding.name }) };
    this.#write(WEIGHTS, `${run.id}${ENDINGS[WEIGHTS]}`, safetensors(weights, metadata));
  }

  #write(kind: keyof typeof ENDINGS, name: string, bytes: Uint8Array): void {
    const file = join(this.#out, kind, name);
    writable(this.#out, () => makeFolder(dirname(file)), RESUMES);
    writable(this.#out, () => writeWholeSync(file, bytes), RESUMES);
  }
}

/** A model's parameters, in canonical order, as tensors by name. A kernel is [in, out]. */
function tensorsOf(spec: ModelSpec, parameters: Float32Array): Tensors {
  const header = parameterBlocks(spec).map(({ name, shape, offset, size }) => {
    return [name, { dtype: "F32", shape, data_offsets: [4 * offset, 4 * (offset + size)] as const }] as const;
  });
  const { buffer, byteOffset, byteLength } = parameters;
  return { header: Object.fromEntries(header), bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

/**
 * The format of safetensors: the length of the header as uint64, the header in JSON with each tensor's name, type, shape and
 * place, then their numbers. The metadata have a checksum.
 */
function safetensors({ header: tensors, bytes }: Tensors, metadata: Readonly<Record<string, string>>): Uint8Array {
  const withSum = (sha256: string) => {
    const text = JSON.stringify({ __metadata__: { ...metadata, sha256 }, ...tensors });
    const header = Buffer.from(text.padEnd(8 * Math.ceil(text.length / 8)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return [length, header, bytes];
  };
  return Buffer.concat(withSum(sumOf(withSum(NO_SUM))));
}

/** What stands in the place of a file's checksum while that is computed. */
const NO_SUM = "0".repeat(64);

function sumOf(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * The tensors of a file of weights, and what its metadata say. Throws UsageError for another file, and for a changed one. Earlier
 * versions wrote no checksum.
 */
export function readWeights(file: string): {
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const bytes = readBytes(file, { most: Infinity });
  const found = parsed(bytes, file);
  const sum = found.metadata.sha256;
  if (sum !== undefined && sum !== sumOf(withoutSum(bytes, sum)))
    throw new UsageError(`${file}: is not what was kept (its sha256 differs); bring it back, or train again`);
  return found;
}

function parsed(bytes: Buffer, file: string): ReturnType<typeof readWeights> {
  try {
    const end = 8 + Number(bytes.readBigUInt64LE(0));
    const { __metadata__: metadata = {}, ...header } = JSON.parse(bytes.toString("utf8", 8, end));
    return { tensors: { header, bytes: bytes.subarray(end) }, metadata };
  } catch (error) {
    throw new UsageError(`${file}: not readable as safetensors: ${(error as Error).message}`);
  }
}

/** The parts of a file, with zeros in the place of its checksum. */
function withoutSum(bytes: Buffer, sum: string): Uint8Array[] {
  const at = bytes.indexOf(sum);
  return [bytes.subarray(0, at), Buffer.from(NO_SUM), bytes.subarray(at + NO_SUM.length)];
}

/** Labels and outputs of the rows of a part, in their order, and of a table the number of each row in the file, from 1. */
function predictionsFile(
  run: AnyRun,
  predictions: Predictions,
  part: "test" | "validation",
  config: LabelConfig,
): Uint8Array {
  const { outputs, y } = rowsOfPart(run, predictions, part);
  const labels = labelsOf(run, config);
  const places = run.correlation === null ? placesOfPart(run, part) : undefined;
  const rows: ColumnSource[] = places
    ? [{ name: "row", data: Int32Array.from(places, (place) => place + 1), type: "INT32" }]
    : [];
  const columns = outputColumns(labels, outputs).flatMap((own, k) => {
    const numbers = Float64Array.from({ length: y.length / labels.length }, (_, n) => y[n * labels.length + k]);
    return [...labelColumns(run, labels[k], places ? { k, numbers, places } : { k, numbers }), ...own];
  });
  return parquetOfColumns([...rows, ...columns]);
}

function placesOfPart(run: AnyRun & FromTable, part: "test" | "validation"): Uint32Array {
  const places = tableSetOf(run).places("heldout");
  const tested = testRows(run.training);
  return part === "test" ? places.subarray(0, tested) : places.subarray(tested);
}

/** What rows have of task `k`: a number as it is in the table, or that of a class and its name. `numbers` are what the run trains on. */
function labelColumns(
  run: AnyRun,
  { column, kind, classes, std, mean }: EncodedLabel,
  { k, numbers, places }: { readonly k: number; readonly numbers: Float64Array; readonly places?: Uint32Array },
): ColumnSource[] {
  const name = `label/${column}`;
  if (kind !== "regression") {
    const names = Array.from(numbers, (number) => (Number.isNaN(number) ? null : String(classes[number])));
    return [
      { name, ...numbersOf(numbers, false) },
      { name: `class/${column}`, data: names, type: "STRING" },
    ];
  }
  if (places === undefined || run.correlation !== null) return [{ name, ...numbersOf(numbers, false) }];
  const cells = (run.data.values as TableValues).cells;
  const reader = new CellReader(cells, cells.words);
  const at = cells.columns.length - run.model.tasks + k;
  const own = Float64Array.from(places, (place) => reader.number(place, at));
  return [{ name, ...numbersOf(own, mean !== 0 || std !== 1) }];
}

/** What a run predicts of a task in those of its test rows that have the label: outputs [N, C] and labels [N]. */
export interface TaskPredictions {
  readonly outputs: Float32Array;
  readonly labels: Float32Array;
}

/** What run `id` of a sweep predicts of its tasks, [K]; undefined if that was not kept. Throws UsageError for another file. */
export function keptPredictions(
  { path, config }: Pick<Results, "path" | "config">,
  id: string,
): TaskPredictions[] | undefined {
  const file = join(path, PREDICTIONS, `${id}${ENDINGS[PREDICTIONS]}`);
  if (!existsSync(file)) return undefined;
  const columns = numberColumns(readBytes(file, { most: Infinity }), file);
  const named = (name: string) => {
    const column = columns.get(name);
    if (column) return column;
    throw new UsageError(`${file}: no column '${name}'; delete the file to compare without it`);
  };
  const hasNames = columns.has("row"); // files of earlier versions have the numbers of classes
  return Array.from({ length: config.tasks }, (_, k) => {
    const task = config.rows?.labels[k] ?? String(k + 1);
    const { kind = "regression", classes = 1 } = tasksOfRuns(config)?.[k] ?? {};
    const nameOf = (c: number) => (hasNames ? config.taskKinds[k].classes[c] : c);
    const outputs = Array.from({ length: classes }, (_, c) =>
      named(kind === "categorical" ? `output/${task}/${nameOf(c)}` : `output/${task}`),
    );
    const labels = named(`label/${task}`);
    const ofRows = labels.filter((label) => !Number.isNaN(label));
    const inFloat32 = scaled(kind === "regression" && hasNames ? ofRows : []);
    const all = new Float32Array(ofRows.length * outputs.length);
    for (const [c, column] of outputs.entries())
      for (let n = 0, at = c; n < labels.length; n++) {
        if (Number.isNaN(labels[n])) continue;
        all[at] = inFloat32(column[n]);
        at += outputs.length;
      }
    if (all.includes(Number.NaN))
      throw new UsageError(`${file}: a row lacks output/${task}; delete the file to compare without it`);
    return { outputs: all, labels: Float32Array.from(ofRows, inFloat32) };
  });
}

/** Shifts and scales numbers by the moments of `labels`, if there are some: float32 does not hold large ones. */
function scaled(labels: ArrayLike<number>): (value: number) => number {
  if (labels.length === 0) return (value) => value;
  const [shift, scale] = [mean(labels), standardDeviation(labels) || 1];
  return (value) => (value - shift) / scale;
}

/** Removes the files that an earlier sweep kept in `out`, and folders that are empty then. Links are the user's. */
export function removeKeptArrays(out: string): void {
  for (const [folder, ending] of Object.entries(ENDINGS)) removeIn(join(out, folder), ending);
}

/** The name of a file beside weights that says how a table is encoded. */
const ENCODING = /^encoding-[0-9a-f]{8}\.json$/;

function removeIn(folder: string, ending: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeIn(path, ending);
    else if (entry.isFile() && (entry.name.endsWith(ending) || ENCODING.test(entry.name) || isPartial(entry.name)))
      rmSync(path);
  }
  removeIfEmpty(folder);
}
