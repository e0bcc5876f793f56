// NumPy's file format, of records: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

/** A field of a record: float32 numbers of this shape, row-major. */
interface NpyField {
  readonly name: string;
  readonly shape: readonly number[];
}

const MAGIC = "\x93NUMPY";
/** Bytes that a header is a multiple of. */
const ALIGNED = 64;
/** The longest header text of version 1. */
const LONGEST = 65_535;

/** What comes before the bytes of an array [...shape] of records, one after the other. */
export function npyHeader(fields: readonly NpyField[], shape: readonly number[]): Uint8Array {
  const types = fields.map(({ name, shape }) => `('${name}', '<f4', ${tuple(shape)})`);
  const text = `{'descr': [${types.join(", ")}], 'fortran_order': False, 'shape': ${tuple(shape)}, }`;
  const isShort = padded(text, 10).length <= LONGEST;
  const before = isShort ? 10 : 12;
  const line = padded(text, before);
  const header = Buffer.alloc(before + line.length);
  header.write(MAGIC, "latin1");
  header[6] = isShort ? 1 : 2;
  if (isShort) header.writeUInt16LE(line.length, 8);
  else header.writeUInt32LE(line.length, 8);
  header.write(line, before, "latin1");
  return header;
}

function padded(text: string, before: number): string {
  const length = Math.ceil((before + text.length + 1) / ALIGNED) * ALIGNED - before;
  return `${text.padEnd(length - 1)}\n`;
}

/** As Python writes a tuple. */
function tuple(values: readonly number[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(", ")})`;
}
