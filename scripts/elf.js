// Reads what a Linux library asks of the system that loads it: 64-bit, little-endian ELF, as on x64 and arm64.

const [DYNAMIC, LOAD] = [2, 1]; // types of segments
const [NEEDED, HASH, STRTAB, SYMTAB, VERNEED] = [1, 4, 5, 6, 0x6ffffffe]; // tags of the dynamic section
const SYMBOL_BYTES = 24;

/**
 * The libraries that an ELF file needs, the symbols that others must give it, and whether it asks for versions of them,
 * such as GLIBC_2.14.
 */
export function dependenciesOf(file) {
  const word = (at) => Number(file.readBigUInt64LE(at));
  if (file.readUInt32BE(0) !== 0x7f454c46) throw new Error("not an ELF file");
  const segments = Array.from({ length: file.readUInt16LE(56) }, (_, i) => {
    const at = word(32) + i * file.readUInt16LE(54);
    return { type: file.readUInt32LE(at), offset: word(at + 8), address: word(at + 16), bytes: word(at + 32) };
  });
  const offsetOf = (address) => {
    const loaded = ({ type, address: first, bytes }) => type === LOAD && address >= first && address < first + bytes;
    const segment = segments.find(loaded);
    return address - segment.address + segment.offset;
  };
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  const entries = Array.from({ length: dynamic.bytes / 16 }, (_, i) => {
    return { tag: word(dynamic.offset + 16 * i), value: word(dynamic.offset + 16 * i + 8) };
  });
  const first = (wanted) => entries.find(({ tag }) => tag === wanted)?.value;
  const strings = offsetOf(first(STRTAB));
  const text = (at) => file.toString("latin1", strings + at, file.indexOf(0, strings + at));
  const symbols = offsetOf(first(SYMTAB));
  const count = file.readUInt32LE(offsetOf(first(HASH)) + 4);
  const names = Array.from({ length: count }, (_, i) => symbols + i * SYMBOL_BYTES)
    .filter((at) => file.readUInt16LE(at + 6) === 0) // defined elsewhere
    .map((at) => text(file.readUInt32LE(at)));
  return {
    needed: entries.filter(({ tag }) => tag === NEEDED).map(({ value }) => text(value)),
    undefined: names.filter((name) => name !== ""),
    versioned: first(VERNEED) !== undefined,
  };
}
