// The columns of a table that one of several threads reads.
import type { MessagePort } from "node:worker_threads";
import { UsageError } from "../errors.ts";
import { type ParquetFile, pagesOf, type RowGroup } from "./parquet.ts";
import type { FirstGap, ReadColumn, TableBuilder } from "./table-builder.ts";

/** What threads tell each other: how many columns of groups they have read, the first group with an error, and which of them are done. */
export type State = Int32Array<SharedArrayBuffer>;
export const [READ, WRONG, DONE] = [0, 1, 2];
export const NO_GROUP = 2 ** 31 - 1;
const NO_MORE = -1;

/** What another thread is given. */
export interface Share {
  readonly files: readonly { readonly file: number; readonly source: string }[];
  readonly table: ConstructorParameters<typeof TableBuilder>;
  /** Its columns, by their places among inputs and labels. */
  readonly own: readonly number[];
  readonly state: State;
  /** Its place in `state`. */
  readonly place: number;
  readonly port: MessagePort;
}

/** What a thread's columns hold, or the error that ended it. */
export interface Answer {
  readonly columns: readonly ReadColumn[];
  readonly firstGap?: FirstGap | undefined;
  /** What a UsageError says, and in which group. */
  readonly wrong?: { readonly group: number; readonly message: string };
  readonly failure?: unknown;
}

/** A group of rows of a file. */
interface Chunk {
  readonly file: ParquetFile;
  readonly group: RowGroup;
  /** Its place among all groups. */
  readonly number: number;
  /** Its first row, and that of its file, among all rows. */
  readonly first: number;
  readonly begin: number;
}

export function chunksOf(files: readonly ParquetFile[]): Chunk[] {
  const chunks: Chunk[] = [];
  let first = 0;
  for (const file of files) {
    const begin = first;
    for (const group of file.metadata.row_groups) {
      chunks.push({ file, group, number: chunks.length, first, begin });
      first += Number(group.num_rows);
    }
  }
  return chunks;
}

/** Reads some columns, group by group, as far as no other thread has found an error. */
export function readShare(
  files: readonly ParquetFile[],
  builder: TableBuilder,
  own: readonly number[],
  state: State,
  tell: () => void = () => {},
): Answer {
  let group = 0;
  try {
    for (const chunk of chunksOf(files)) {
      group = chunk.number;
      if (group > state[WRONG]) return { columns: [] };
      for (const at of builder.placesOf(own)) {
        readChunk(builder, chunk, at, files[0]?.names[at]);
        Atomics.add(state, READ, 1);
        tell();
      }
      builder.flush();
    }
    return { columns: builder.read(own), firstGap: builder.firstGap };
  } catch (error) {
    const isWrong = error instanceof UsageError;
    Atomics.store(state, WRONG, isWrong ? group : NO_MORE);
    return { columns: [], ...(isWrong ? { wrong: { group, message: error.message } } : { failure: error }) };
  }
}

/** Reads a group's column at a place of the header. */
function readChunk(builder: TableBuilder, { file, group, first, begin }: Chunk, at: number, name = ""): void {
  let row = first;
  for (const page of pagesOf(file, group, name)) {
    builder.addPage(at, row, page, (row) => `${file.source}: row ${row - begin + 1}`);
    row += page.rows;
  }
}
