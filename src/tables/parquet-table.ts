// Parquet files as a table. Threads share its columns: each reads its own from the files, into memory that all of them have.
import { availableParallelism } from "node:os";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { TableReading } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { LongWork } from "../long-work.ts";
import { startWorker } from "../start-worker.ts";
import { MachineError, machineError } from "../system-errors.ts";
import type { NamedColumns } from "./columns.ts";
import type { ParquetFile } from "./parquet.ts";
import {
  type Answer,
  chunksOf,
  DONE,
  NO_GROUP,
  READ,
  readShare,
  type Share,
  type State,
  WRONG,
} from "./parquet-share.ts";
import { TableBuilder, type TableRows } from "./table-builder.ts";

const LEAST_CELLS = 4_000_000;
const MOST_THREADS = 8;

let most = Math.min(availableParallelism(), MOST_THREADS);

/** From now on, at most so many threads read a table. */
export function readOnThreads(jobs: number): void {
  most = Math.min(jobs, MOST_THREADS);
}

interface ReadingOptions {
  /** So many cells are worth the start of another thread. */
  readonly leastCells?: number;
  /** Takes the hash of the files, which this thread does while others have begun to read. */
  readonly meanwhile?: (() => void) | undefined;
}

/**
 * The rows of Parquet files of the same columns, one after the other, group by group. Throws UsageError, by the name of a file
 * or by `source`, with row and column: of the first group with an error, the first column.
 */
export function parquetTable(
  files: readonly ParquetFile[],
  source: string,
  chosen?: NamedColumns,
  how?: TableReading,
  { leastCells = LEAST_CELLS, meanwhile }: ReadingOptions = {},
): TableRows {
  const names = files[0]?.names ?? [];
  for (const file of files.slice(1)) expectSameColumns(file, files[0]);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const builder = new TableBuilder(names, source, rows, chosen, how);
  const before = meanwhile ? HASH_NS * (files[0]?.bytes.length ?? 0) : 0;
  const shares = sharesOf(files, builder, leastCells, before);
  const state: State = new Int32Array(new SharedArrayBuffer(4 * (DONE + shares.length)));
  state[WRONG] = NO_GROUP;
  const { didYouMean: _, ...columns } = chosen ?? { labels: [] }; // a function can't be sent
  const table: Share["table"] = [names, source, rows, chosen && columns, how, builder.memory];
  const others = shares.slice(1).map((own, i) => startReader(files, { table, own, state, place: DONE + i }));
  const [work, steps] = [new LongWork(`reading ${source}`), chunksOf(files).length * names.length];
  const tell = () => work.reach(Math.min(1, state[READ] / steps));
  const read = (own: readonly number[] = []) => readShare(files, builder, own, state, tell);
  meanwhile?.();
  const answers = [read(shares[0]), ...others.map((answerOf, i) => answerOf?.(tell) ?? read(shares[i + 1]))];
  return finished(builder, answers);
}

/**
 * In any order. A column that the first file lacks, such as `part`, would be ignored in silence; truth values and numbers would be
 * different classes.
 */
function expectSameColumns({ names, places, schema, source }: ParquetFile, first: ParquetFile): void {
  const missing = first.names.find((name) => !places.has(name));
  if (missing !== undefined)
    throw new UsageError(`${source}: no column '${missing}', which the first file of the folder has`);
  const further = names.find((name) => !first.places.has(name));
  if (further !== undefined)
    throw new UsageError(`${source}: column '${further}', which the first file of the folder lacks; write both alike`);
  const isTruth = (of: ParquetFile["schema"], place = -1) => of.children[place]?.element.type === "BOOLEAN";
  const mixed = names.find(
    (name) => isTruth(schema, places.get(name)) !== isTruth(first.schema, first.places.get(name)),
  );
  if (mixed !== undefined)
    throw new UsageError(
      `${source}: column '${mixed}' is true or false in some files of the folder only; write all alike`,
    );
}

function finished(builder: TableBuilder, answers: readonly Answer[]): TableRows {
  for (const { failure } of answers) if (failure !== undefined) throw failure;
  const [wrong] = answers.flatMap((answer) => answer.wrong ?? []).sort((a, b) => a.group - b.group);
  if (wrong) throw new UsageError(wrong.message);
  const [gap] = answers.flatMap(({ firstGap }) => firstGap ?? []).sort((a, b) => a.row - b.row);
  return builder.finish(
    answers.flatMap(({ columns }) => columns),
    gap,
  );
}

/** About how long it takes, in ns of a Zen 4: for a cell, as a label or a text more, and for a byte of texts or of a file that is hashed. */
const [CELL_NS, LABEL_NS, TEXT_NS, BYTE_NS, HASH_NS] = [12, 60, 22, 8, 0.6];

/** The columns of each thread, which takes about as long for them as any other; the first has `first` ns to do besides. */
function sharesOf(files: readonly ParquetFile[], builder: TableBuilder, leastCells: number, first: number): number[][] {
  const { all } = builder;
  const cells = all.length * files.reduce((sum, { rows }) => sum + rows, 0);
  const isOpen = files.every(({ bytes }) => bytes.file !== undefined);
  const threads = isOpen ? Math.min(most, Math.floor(cells / leastCells)) : 1;
  if (threads <= 1) return [all];
  const places = builder.placesOf(all).slice(-all.length);
  const costs = all.map((i) => (builder.isLabel(i) ? LABEL_NS * files[0].rows : 0) + costOf(files[0], places[i]));
  const whole = costs.reduce((sum, cost) => sum + cost, first);
  const shares = Array.from({ length: threads }, (): number[] => []);
  let before = first;
  for (const [i, cost] of costs.entries()) {
    shares[Math.floor((threads * (before + cost / 2)) / whole) || 0].push(i);
    before += cost;
  }
  return [shares[0], ...shares.slice(1).filter((own) => own.length > 0)];
}

/** About how long a column takes in a file, in ns. */
function costOf({ metadata, begins, rows }: ParquetFile, at: number): number {
  const texts = metadata.row_groups.map(({ columns }) => {
    const { type, total_uncompressed_size: bytes } = columns[begins[at]]?.meta_data ?? {};
    return type === "BYTE_ARRAY" ? Math.max(0, Number(bytes)) : undefined;
  });
  const bytes = texts.reduce((sum: number, own) => sum + (own ?? 0), 0);
  return CELL_NS * rows + (texts[0] === undefined ? 0 : TEXT_NS * rows + BYTE_NS * bytes);
}

/** How often a thread that waits tells how far others are; and how long one may take for a column of a group. */
const [TELL_MS, LONGEST_MS] = [1000, 120_000];

/** Starts another thread; what is returned waits for its answer. Undefined if the machine can't: this one then reads its columns. */
function startReader(
  files: readonly ParquetFile[],
  share: Omit<Share, "files" | "port">,
): ((tell: () => void) => Answer) | undefined {
  const { port1, port2 } = new MessageChannel();
  const open = files.map(({ bytes, source }) => ({ file: bytes.file, source }));
  try {
    const thread = startWorker(import.meta.url, "parquet-worker", { ...share, files: open, port: port2 }, [port2]);
    thread.on("error", () => {}); // its answer is then missing
    thread.unref();
  } catch (error) {
    if (machineError(error)) return undefined;
    throw error;
  }
  return (tell) => {
    const { state, place } = share;
    for (let [read, ms] = [0, 0]; state[place] === 0; ms += TELL_MS) {
      Atomics.wait(state, place, 0, TELL_MS);
      if (state[READ] !== read) [read, ms] = [state[READ], 0];
      if (ms > LONGEST_MS) throw new MachineError("worker", "it read columns of a table");
      tell();
    }
    const answer = receiveMessageOnPort(port1)?.message as Answer;
    port1.close();
    return answer;
  };
}
