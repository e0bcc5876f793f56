// Arrays that a sweep keeps on request, a file for each run: its final weights, and what it predicts of test and validation rows.
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { tasksOfRuns } from "../config/task-kinds.ts";
import { outputCount } from "../data/task-kinds.ts";
import type { AnyRun, Predictions, RunResult, Tensors } from "../engines/engine.ts";
import { isValidated, rowsOfPart, tasksIn } from "../engines/task-losses.ts";
import { UsageError } from "../errors.ts";
import { isPartial, makeFolder, writeWholeSync } from "../files.ts";
import { isCode } from "../models/code.ts";
import { parameterBlocks } from "../models/parameters.ts";
import type { ModelSpec } from "../models/spec.ts";
import { numberColumns } from "../tables/parquet.ts";
import { removeIfEmpty } from "./checkpoints.ts";
import { PREDICTIONS, RESUMES, VALIDATION_PREDICTIONS, WEIGHTS, writable } from "./find-results.ts";
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

/** Writes the arrays of a run that is done, before its record: a run that a folder has was trained with its files. */
export class KeptArrays {
  readonly #out: string;
  readonly #keeps: KeptKinds;
  readonly #labels: readonly string[] | undefined;

  /** `labels` are the tasks' columns in a table, [K]. */
  constructor(out: string, keeps: KeptKinds, labels?: readonly string[]) {
    this.#out = out;
    this.#keeps = keeps;
    this.#labels = labels;
  }

  /** Throws UsageError if a file can't be written. */
  write({ run, failure, parameters, tensors, predictions }: RunResult): void {
    if (failure !== undefined) return;
    const weights = parameters && !isCode(run.model) ? tensorsOf(run.model, parameters) : tensors;
    if (this.#keeps.weights && weights)
      this.#write(WEIGHTS, run.id, safetensors(weights, { run: run.id, model: run.model.name }));
    if (!this.#keeps.predictions || !predictions) return;
    const write = (kind: keyof typeof ENDINGS, rows: Predictions) =>
      this.#write(kind, run.id, predictionsFile(run, rows, this.#labels));
    const isSplit = isValidated(run);
    write(PREDICTIONS, isSplit ? rowsOfPart(run, predictions, "test") : predictions);
    if (isSplit) write(VALIDATION_PREDICTIONS, rowsOfPart(run, predictions, "validation"));
  }

  #write(kind: keyof typeof ENDINGS, id: string, bytes: Uint8Array): void {
    const file = join(this.#out, kind, `${id}${ENDINGS[kind]}`);
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
 * place, then their numbers.
 */
function safetensors({ header: tensors, bytes }: Tensors, metadata: Readonly<Record<string, string>>): Uint8Array {
  const text = JSON.stringify({ __metadata__: metadata, ...tensors });
  const header = Buffer.from(text.padEnd(8 * Math.ceil(text.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, bytes]);
}

/** Columns of outputs and labels of some rows, in their order: a logit, a logit for each class, or a prediction. */
function predictionsFile(run: AnyRun, { outputs, y }: Predictions, labels: readonly string[] | undefined): Uint8Array {
  const tasks = tasksIn(run);
  const K = tasks.length;
  const widths = tasks.map(outputCount);
  const O = widths.reduce((sum, width) => sum + width, 0);
  const column = (of: Float32Array, width: number, i: number) =>
    Float32Array.from({ length: of.length / width }, (_, n) => of[n * width + i]);
  const nameOf = (k: number) => labels?.[k] ?? String(k + 1);
  let first = 0;
  const columnData = tasks.flatMap((_, k) => {
    const from = first;
    const width = widths[k];
    first += width;
    const ofTask = Array.from({ length: width }, (_, c) => ({
      name: width === 1 ? `output/${nameOf(k)}` : `output/${nameOf(k)}/${c}`,
      data: column(outputs, O, from + c),
      type: "FLOAT" as const,
    }));
    return [{ name: `label/${nameOf(k)}`, data: column(y, K, k), type: "FLOAT" as const }, ...ofTask];
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
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
  const columns = numberColumns(readFileSync(file), file);
  const named = (name: string) => {
    const column = columns.get(name);
    if (column) return column;
    throw new UsageError(`${file}: no column '${name}'; delete the file to compare without it`);
  };
  return Array.from({ length: config.tasks }, (_, k) => {
    const task = config.rows?.labels[k] ?? String(k + 1);
    const classes = tasksOfRuns(config)?.[k]?.classes;
    const outputs = classes
      ? Array.from({ length: classes }, (_, c) => named(`output/${task}/${c}`))
      : [named(`output/${task}`)];
    const labels = named(`label/${task}`);
    const rows = Uint32Array.from(labels.keys()).filter((n) => !Number.isNaN(labels[n]));
    const all = new Float32Array(rows.length * outputs.length);
    for (const [c, column] of outputs.entries())
      for (let i = 0; i < rows.length; i++) all[i * outputs.length + c] = column[rows[i]];
    return { outputs: all, labels: labels.filter((label) => !Number.isNaN(label)) };
  });
}

/** Removes the files that an earlier sweep kept in `out`, and folders that are empty then. Links are the user's. */
export function removeKeptArrays(out: string): void {
  for (const [folder, ending] of Object.entries(ENDINGS)) removeIn(join(out, folder), ending);
}

function removeIn(folder: string, ending: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeIn(path, ending);
    else if (entry.isFile() && (entry.name.endsWith(ending) || isPartial(entry.name))) rmSync(path);
  }
  removeIfEmpty(folder);
}
