/** Addresses below this are the stack and the constants of WebAssembly's kernels (scripts/wasm.js). */
export const FIRST_FREE = 40_960;
/** Bytes of a cache line. */
const ALIGNMENT = 64;

/**
 * A plan of linear memory, made before the memory exists: every buffer gets its address here. So a plan's size is known
 * without running it, and nothing is allocated while training.
 */
export class Arena {
  #end = FIRST_FREE;
  readonly #contents: { at: number; data: Uint8Array }[] = [];

  /** The address of `bytes` bytes, which are 0 at the start. */
  take(bytes: number): number {
    const at = this.#end;
    this.#end = roundUp(at + bytes, ALIGNMENT);
    return at;
  }

  /** The address of a copy of `data`. */
  put(data: ArrayBufferView): number {
    const at = this.take(data.byteLength);
    this.#contents.push({ at, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    return at;
  }

  /** The size of the memory that the plan needs. */
  get bytes(): number {
    return this.#end;
  }

  /** Clears the plan's part of `memory`, and writes the data that was put there. */
  writeTo(memory: WebAssembly.Memory): void {
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0, FIRST_FREE, this.#end);
    for (const { at, data } of this.#contents) bytes.set(data, at);
  }
}

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
