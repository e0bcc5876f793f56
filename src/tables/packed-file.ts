// A file of a packed table: cells, numbers of its rows such as marks if it has any, then a footer of JSON. Each part has a checksum.
import { crc32 } from "node:zlib";
import type { TableValues } from "../data/table.ts";
import type { TableCells } from "../data/table-cells.ts";
import { defined } from "../defined.ts";
import type { ByteSource } from "./byte-source.ts";
import { expectMemory, nextTableId, type TableRows } from "./table-builder.ts";

/** Ends a file. Another number for whatever changes its bytes, or how a table is packed: older files are then not taken. */
const MARK = Buffer.from("mmoe table 2\n");
/** Length and checksum of the footer, before the mark. */
const LENGTHS = 8;
/** Bytes that are read and written at once. */
const PIECE = 2 ** 22;

interface Part {
  readonly bytes: number;
  readonly crc: number;
}

interface Footer {
  /** What the table was packed from, and how. */
  readonly key: string;
  readonly parts: readonly Part[];
  /** What the parts after the cells are. */
  readonly ofRows: readonly (keyof OfRows)[];
  readonly cells: Omit<TableCells, "words">;
  /** `firstGap` without the table's name: the same bytes may have another. */
  readonly table: Omit<TableRows, "values">;
}

/** What there is of each row beside its cells, and the lists that cells number. */
type OfRows = Pick<TableValues, "heldout" | "places" | "groups" | "weights" | "lists">;

/** The bytes of a table's file. `source` is its name in `firstGap`. */
export function* packedPieces(
  { values: { id: _, cells, ...values }, firstGap, ...table }: TableRows,
  key: string,
  source: string,
): Generator<Uint8Array> {
  const { words, ...others } = cells;
  const parts: Part[] = [];
  const ofRows = defined(values);
  for (const part of [words, ...Object.values(ofRows)]) {
    const bytes = new Uint8Array(part);
    let crc = 0;
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      crc = crc32(piece, crc);
      yield piece;
    }
    parts.push({ bytes: bytes.length, crc });
  }
  const about = { key, parts, ofRows: Object.keys(ofRows) as (keyof OfRows)[], cells: others };
  const footer: Footer = { ...about, table: { ...table, firstGap: firstGap?.slice(source.length) } };
  const json = Buffer.from(JSON.stringify(footer));
  yield Buffer.concat([json, Buffer.from(Uint32Array.of(json.length, crc32(json)).buffer), MARK]);
}

/**
 * The table in a file that `packedPieces` made of the same `key`. Throws an error for any other bytes, and UsageError, by the
 * name `source`, for a table that memory does not hold.
 */
export function unpacked(file: ByteSource, key: string, source: string): TableRows {
  const { key: own, parts, ofRows, cells, table } = footerOf(file);
  if (own !== key) throw new Error("it is of another table");
  expectMemory(source, cells.rows, cells.width);
  const [words, ...others] = partsIn(file, parts) as [SharedArrayBuffer, ...SharedArrayBuffer[]];
  const firstGap = table.firstGap === undefined ? undefined : source + table.firstGap;
  const values: TableValues = {
    id: nextTableId(),
    cells: { ...cells, words },
    ...Object.fromEntries(ofRows.map((name, i) => [name, others[i]])),
  };
  return { ...table, firstGap, values };
}

function footerOf(file: ByteSource): Footer {
  const last = LENGTHS + MARK.length;
  const end = file.length < last ? undefined : Buffer.from(file.read(file.length - last, last));
  if (end === undefined || !end.subarray(LENGTHS).equals(MARK)) throw new Error("it is cut short, or of another mmoe");
  const length = end.readUInt32LE(0);
  const json = Buffer.from(file.read(file.length - last - length, length));
  if (crc32(json) !== end.readUInt32LE(4)) throw new Error(DAMAGED);
  const footer = JSON.parse(json.toString()) as Footer;
  const bytes = footer.parts.reduce((sum, part) => sum + part.bytes, length + last);
  if (bytes !== file.length) throw new Error(DAMAGED);
  return footer;
}

const DAMAGED = "it is damaged: its checksum differs";

/** The parts at a file's beginning, one after the other. */
function partsIn(file: ByteSource, parts: readonly Part[]): SharedArrayBuffer[] {
  let from = 0;
  return parts.map(({ bytes, crc: expected }) => {
    const all = new Uint8Array(new SharedArrayBuffer(bytes));
    let crc = 0;
    for (let at = 0; at < bytes; at += PIECE) {
      const piece = all.subarray(at, at + PIECE);
      file.readInto(piece, from + at);
      crc = crc32(piece, crc);
    }
    if (crc !== expected) throw new Error(DAMAGED);
    from += bytes;
    return all.buffer;
  });
}
