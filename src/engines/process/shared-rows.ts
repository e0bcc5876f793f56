// The file that mmoe shares with a process, and what lies where in it: chunks of steps, in turns, then rows that are predicted.
import { closeSync, fstatSync, ftruncateSync, readSync, writeSync } from "node:fs";
import type { CodeModel } from "../../models/code.ts";
import type { Run } from "../engine.ts";
import { outputWidth } from "./protocol.ts";

/** Steps whose rows are sent together: as many as this many bytes of a run hold, so that a slow model shows its progress. */
const CHUNK_BYTES = 1e6;
const MOST_STEPS = 64;
/** Chunks that are sent before the first of them is done; the rows of one more are in the file by then. */
export const AHEAD = 2;
const CHUNKS = AHEAD + 1;
/** Rows of a set that are predicted at a time. */
const EVALUATED_BYTES = 4e6;

/** Bytes of a number. */
export const FLOAT = 4;

/** The file's parts, for R runs. */
export interface FileLayout {
  /** Most steps of a chunk. */
  readonly chunkSteps: number;
  /** Most rows of each run that are predicted at a time. */
  readonly evaluatedRows: number;
  /** The first byte of the chunk of this number: x [steps, R, B, D], y and, of rows with weights, these [steps, R, B, K], losses [steps, R, K]. */
  chunkAt(chunk: number): number;
  /** The first byte of what is predicted: x [R, N, D] and predictions [R, N, O]. */
  readonly evaluatedAt: number;
  readonly bytes: number;
}

export function fileLayout({ model, training }: Run<CodeModel>, R: number): FileLayout {
  const { inputs: D, tasks: K } = model;
  const stepBytes = FLOAT * (training.batch * (D + (model.weighted ? 2 * K : K)) + K);
  const chunkSteps = Math.max(1, Math.min(MOST_STEPS, Math.floor(CHUNK_BYTES / stepBytes)));
  const chunkBytes = R * chunkSteps * stepBytes;
  const rowBytes = R * FLOAT * (D + outputWidth(model));
  const most = Math.max(training.heldoutRows, training.trainRows === "fresh" ? 0 : training.trainRows);
  const evaluatedRows = Math.max(1, Math.min(most, Math.floor(EVALUATED_BYTES / rowBytes)));
  return {
    chunkSteps,
    evaluatedRows,
    chunkAt: (chunk) => (chunk % CHUNKS) * chunkBytes,
    evaluatedAt: CHUNKS * chunkBytes,
    bytes: CHUNKS * chunkBytes + evaluatedRows * rowBytes,
  };
}

/** A file of float32 numbers, which another process reads and writes too. */
export class SharedFile {
  readonly #file: number;
  #size = 0;

  constructor(file: number) {
    this.#file = file;
  }

  /** Makes room for `bytes`, and gives the size, which never shrinks. Throws an error of the system if there is none. */
  reserve(bytes: number): number {
    if (bytes > this.#size) {
      ftruncateSync(this.#file, bytes);
      this.#size = bytes;
    }
    return this.#size;
  }

  /** Writes numbers at a byte; gives the byte behind them. */
  write(at: number, ...parts: readonly Float32Array[]): number {
    let to = at;
    for (const part of parts) {
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file, bytes, done, bytes.length - done, to + done);
      to += bytes.length;
    }
    return to;
  }

  /** So many numbers from a byte on; undefined if the file is shorter, which the other process may have made it. */
  read(at: number, count: number): Float32Array | undefined {
    if (fstatSync(this.#file).size < Math.max(this.#size, at + FLOAT * count)) return undefined;
    const bytes = new Uint8Array(FLOAT * count);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.#file, bytes, done, bytes.length - done, at + done);
      if (read === 0) return undefined;
      done += read;
    }
    return new Float32Array(bytes.buffer);
  }

  close(): void {
    closeSync(this.#file);
  }
}
