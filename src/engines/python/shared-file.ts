import { closeSync, ftruncateSync, readSync, writeSync } from "node:fs";

/** Bytes of a number. */
const FLOAT = 4;

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

  /** So many numbers from a byte on. */
  read(at: number, count: number): Float32Array {
    const bytes = new Uint8Array(FLOAT * count);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.#file, bytes, done, bytes.length - done, at + done);
      if (read === 0) throw new RangeError(`shared file: expected ${count} numbers at ${at}, got ${done / FLOAT}`);
      done += read;
    }
    return new Float32Array(bytes.buffer);
  }

  close(): void {
    closeSync(this.#file);
  }
}
