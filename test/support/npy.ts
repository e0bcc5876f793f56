import { readFileSync } from "node:fs";

/** A file of NumPy's, read back: the description in its header, and its numbers. */
export function readNpy(file: string): { readonly header: string; readonly values: Float32Array } {
  const bytes = readFileSync(file);
  const version = bytes[6];
  const [before, length] = version === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)];
  const numbers = bytes.subarray(before + length);
  return {
    header: bytes.toString("latin1", before, before + length).trimEnd(),
    values: new Float32Array(numbers.buffer.slice(numbers.byteOffset, numbers.byteOffset + numbers.length)),
  };
}
