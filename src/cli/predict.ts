import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ColumnSource } from "hyparquet-writer";
import { configAt, modelOf } from "../config/config.ts";
import { unseenText } from "../config/rows.ts";
import { network } from "../diagnostics/network.ts";
import { Tape } from "../diagnostics/tape.ts";
import { UsageError } from "../errors.ts";
import { writeWhole } from "../files.ts";
import { isCode } from "../models/code.ts";
import { parameterCount } from "../models/parameters.ts";
import { firstOutput, type ModelSpec } from "../models/spec.ts";
import { type CsvValue, csvOf } from "../records/csv.ts";
import { encodedRows, readEncoding } from "../records/encoding.ts";
import { WEIGHTS, written } from "../records/find-results.ts";
import { readWeights } from "../records/kept-arrays.ts";
import { outputColumns, parquetOfColumns } from "../records/prediction-columns.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { rawColumns } from "../tables/raw-columns.ts";
import { numberOf } from "../units.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { AT_OPTION, folderText, readEnded } from "./loss-commands.ts";
import { choiceOption, countOption, outputFile, writeOut } from "./options.ts";
import { npyHeader } from "./rows-output.ts";

const HELP = `
The sweep must have kept its runs' weights (--keep-weights). The columns are
those of predictions/RUN.parquet, without labels.
${examples(
  "mmoe sweep --rows people.csv --keep-weights --out results/people",
  "mmoe predict results/people new.csv --model mmoe --run 0 > predicted.csv",
  "mmoe predict results/people new.csv --model mmoe --run 0 -o out.parquet",
)}`;

const withOptions = (command: Command) =>
  command
    .argument("<folder>", "the results folder of a sweep on a table, with weights")
    .argument("<rows>", "a CSV or Parquet file with the table's inputs; labels and other columns are ignored")
    .option("--model <name>", "the model; needed if there are several")
    .option("--run <i>", "the run's index, from 0; needed if there are several")
    .option(...AT_OPTION)
    .option("--encoded", "write the inputs as the model reads them, in NumPy's format")
    .option("-o, --output <file>", "a file that ends in .csv, .parquet or .npy (default: CSV on stdout)")
    .option("--overwrite", "replace the output file")
    .addHelpText("after", HELP);

type PredictOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folder, rows, options) => run((context) => predict(folder, rows, options, context)));

async function predict(folder: string, rows: string, options: PredictOptions, context: Context): Promise<void> {
  const [file, kind] = [outputFile(options), kindOf(options)];
  if (file !== undefined && resolve(file) === resolve(rows))
    throw new UsageError(`--output: ${file} has the rows to predict, which would be gone; give another file`);
  const results = await readEnded(folder, options.at, context, "shown");
  if (results.config.rows === null)
    throw new UsageError(`${folder}: its rows are those of the generator, which no file has; see mmoe data`);
  const record = chosenRun(results, options);
  const { bytes, encoding, spec } = keptBy(results, record);
  const names = encoding.columns.map(({ column }) => column);
  const raw = rawColumns(rows, names);
  if (raw.rows === 0) throw new UsageError(`${rows}: expected rows below the names of columns, got none`);
  const { x, unseen } = encodedRows(encoding, raw);
  const few = unseenText(results.config.rows, ` of ${record.id}`);
  for (const [column, count] of unseen) context.note(`${column}: ${numberOf(count, "row")} with a value that ${few}`);
  if (kind === "npy") return save(file as string, npyOf(x, encoding.inputs));

  if (isCode(spec))
    throw new UsageError(`${record.model} is code in ${spec.file}; give --encoded, and let it predict these inputs`);
  const parameters = new Float32Array(Uint8Array.from(bytes).buffer);
  const outputs = outputsOf(spec, parameters, x);
  const numbers = Int32Array.from({ length: raw.rows }, (_, n) => n + 1);
  const columns = [
    { name: "row", data: numbers, type: "INT32" as const },
    ...outputColumns(encoding.labels, outputs).flat(),
  ];
  if (file !== undefined) await save(file, kind === "parquet" ? [parquetOfColumns(columns)] : csvOfColumns(columns));
  else for (const text of csvOfColumns(columns)) if (!(await writeOut(context.effects.stdout, text))) return;
  if (file !== undefined) context.note(`${file}: ${numberOf(raw.rows, "row")} by ${record.id}`);
}

/** What is written: NumPy's format with --encoded, else what the file's name asks for. Throws UsageError for another name. */
function kindOf({ output, encoded }: PredictOptions): "csv" | "parquet" | "npy" {
  const ending = output === undefined ? "csv" : (/\.(csv|parquet|npy)$/.exec(output)?.[1] ?? "");
  const expected = encoded ? ["npy"] : ["csv", "parquet"];
  if (output !== undefined || !encoded) {
    if (expected.includes(ending)) return ending as ReturnType<typeof kindOf>;
    throw new UsageError(`--output: expected a file that ends in .${expected.join(" or .")}, got '${output}'`);
  }
  throw new UsageError("--encoded: expected a file; give -o FILE.npy");
}

/** The finished run that the options leave. Throws UsageError for none, and for several. */
function chosenRun(results: Results, { model, run }: PredictOptions): RunRecord {
  const { records, config } = results;
  const name = model === undefined ? undefined : choiceOption("--model", model, config.models);
  const index = run === undefined ? undefined : countOption("--run", run, 0);
  const found = records.filter(
    (one) => one.status === "done" && one.model === (name ?? one.model) && one.run === (index ?? one.run),
  );
  const [first, ...others] = found;
  if (first === undefined) throw new UsageError(`${folderText(results)}: no finished run is of that model and number`);
  if (others.length === 0) return first;
  const apart = (of: (one: RunRecord) => string | number) => [...new Set(found.map(of))];
  const [models, runs] = [apart((one) => one.model), apart((one) => one.run)];
  const ways = [
    ...(models.length > 1 ? [`--model ${models.join(" or ")}`] : []),
    ...(runs.length > 1 ? [`--run ${Math.min(...runs.map(Number))} to ${Math.max(...runs.map(Number))}`] : []),
    ...(models.length * runs.length < found.length ? ["--at SETTING=VALUE"] : []),
  ];
  throw new UsageError(`${folderText(results)} has ${found.length} such runs; give ${ways.join(", and ")}`);
}

/** A run's model, the bytes of its tensors, and the encoding of its table. Throws UsageError for what was not kept as it is. */
function keptBy({ path, config }: Results, { id, model, point }: RunRecord) {
  const file = join(path, WEIGHTS, `${id}.safetensors`);
  if (!existsSync(file))
    throw new UsageError(`${path}: no weights of ${id} were kept; train again with --keep-weights and another --out`);
  const { tensors, metadata } = readWeights(file);
  if (metadata.encoding === undefined)
    throw new UsageError(`${file}: an earlier version kept it, without the table's encoding; train again`);
  if (metadata.run !== id)
    throw new UsageError(`${file}: expected the weights of ${id}, got those of ${metadata.run}; bring back its own`);
  const [{ bytes }, spec] = [tensors, modelOf(configAt(config, point), model)];
  const size = isCode(spec) ? bytes.length : Float32Array.BYTES_PER_ELEMENT * parameterCount(spec);
  if (bytes.length !== size)
    throw new UsageError(`${file}: expected ${numberOf(size, "byte")} of weights, got ${bytes.length}; train again`);
  return { bytes, encoding: readEncoding(join(path, WEIGHTS, metadata.encoding)), spec };
}

/** Rows that a model reads at once. */
const CHUNK = 1024;

/** Inputs [N, D] → outputs [N, O], in float64. */
function outputsOf(spec: ModelSpec, parameters: Float32Array, x: Float32Array): Float64Array {
  const [N, O] = [x.length / spec.inputs, firstOutput(spec, spec.tasks)];
  const all = new Float64Array(N * O);
  for (let from = 0; from < N; from += CHUNK) {
    const some = Float64Array.from(x.subarray(from * spec.inputs, (from + CHUNK) * spec.inputs));
    const { outputs } = network(new Tape(parameters, some.length / spec.inputs), spec, some);
    for (const [k, { values: own, width }] of outputs.entries()) {
      const first = firstOutput(spec, k);
      for (let i = 0; i < own.length; i++) all[(from + Math.floor(i / width)) * O + first + (i % width)] = own[i];
    }
  }
  return all;
}

/** Digits that give a float32 number back. */
const DIGITS = 9;

function csvOfColumns(columns: readonly ColumnSource[]): Generator<string> {
  const cell = (value: unknown) => (typeof value === "number" ? Number(value.toPrecision(DIGITS)) : value) as CsvValue;
  const rowOf = (n: number) => Object.fromEntries(columns.map(({ name, data }) => [name, cell(data[n])]));
  return csvOf(columns[0].data.keys(), (n: number) => [rowOf(n)], CHUNK);
}

function* npyOf(x: Float32Array, D: number): Generator<Uint8Array> {
  yield npyHeader([{ name: "x", shape: [D] }], [x.length / D]);
  yield new Uint8Array(x.buffer);
}

async function save(file: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  await written(file, writeWhole(file, chunks), "give another -o");
}
