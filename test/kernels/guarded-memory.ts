// Puts gaps between the buffers of every plan, and forbids them to native kernels that were compiled with AddressSanitizer:
// a plan's memory is one block, in which it could not see a step from one buffer into the next.
import { createRequire } from "node:module";
import { Arena } from "../../src/engines/rows/arena.ts";

/** Forbids `bytes` bytes of linear memory, or allows them again (src/engines/cpu/kernels/binding.c). */
type Poison = (memory: ArrayBuffer, address: number, bytes: number, forbid: 0 | 1) => void;

const GAP_BYTES = 256;

/** Guards all plans from now on by the sanitized binary `file`. */
export function guardMemory(file: string): void {
  const { poison } = createRequire(import.meta.url)(file) as { poison: Poison };
  const gaps = new WeakMap<Arena, { from: number; bytes: number }[]>();
  const { take, writeTo } = Arena.prototype;
  Arena.prototype.take = function (bytes) {
    const at = take.call(this, bytes + GAP_BYTES);
    const own = gaps.get(this) ?? [];
    own.push({ from: at + bytes, bytes: this.bytes - at - bytes });
    gaps.set(this, own);
    return at;
  };
  Arena.prototype.writeTo = function (memory) {
    poison(memory.buffer, 0, memory.buffer.byteLength, 0); // what another plan forbade
    writeTo.call(this, memory);
    for (const { from, bytes } of gaps.get(this) ?? []) poison(memory.buffer, from, bytes, 1);
  };
}
