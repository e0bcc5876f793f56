import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { csvTable } from "../../src/tables/csv.ts";
import { parquetTable } from "../../src/tables/parquet.ts";
import { complaint } from "../support/complaint.ts";
import { range } from "../support/reference.ts";

const ROWS = range(23);
const PARTS = ROWS.map((n) => (n % 5 === 0 ? "heldout" : "train"));
const COLUMNS = [
  { name: "x_double", data: ROWS.map((n) => n / 3), type: "DOUBLE" as const },
  { name: "y_whole", data: ROWS.map((n) => n * n), type: "INT32" as const },
  { name: "part", data: PARTS, type: "STRING" as const },
  { name: "y_long", data: ROWS.map((n) => BigInt(7 * n)), type: "INT64" as const },
];
type Options = Omit<Parameters<typeof parquetWriteBuffer>[0], "columnData">;
const written = (columns: Parameters<typeof parquetWriteBuffer>[0]["columnData"], options: Options = {}) =>
  Buffer.from(parquetWriteBuffer({ columnData: columns, ...options }));
const compressors = { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) };

describe("a Parquet file has the rows of the same CSV file,", () => {
  const csv = ROWS.map((n) => [n / 3, n * n, PARTS[n], 7 * n].join()).join("\n");
  const expected = csvTable(Buffer.from(`x_double,y_whole,part,y_long\n${csv}\n`), "t.csv");
  test.each<[string, Options]>([
    ["compressed by snappy", {}],
    ["as it is, in groups of 10 rows", { codec: "UNCOMPRESSED", rowGroupSize: 10 }],
    ["compressed by gzip", { codec: "GZIP", compressors }],
  ])("%s", (_, options) => {
    expect(parquetTable(written(COLUMNS, options), "t.parquet")).toEqual(expected);
  });
});

describe("a file is refused in one line:", () => {
  const [x, y, , z] = COLUMNS as [(typeof COLUMNS)[0], (typeof COLUMNS)[0], unknown, (typeof COLUMNS)[0]];
  const hole = { name: "x_hole", data: ROWS.map((n) => (n === 8 ? null : n)), type: "DOUBLE" as const };
  const words = { name: "x_word", data: ROWS.map((n) => `w${n}`), type: "STRING" as const };
  test.each([
    ["no Parquet", Buffer.from("x1,y1,y2\n1,2,3\n"), /^t\.parquet: not readable as Parquet: .*$/],
    ["cut short", written(COLUMNS).subarray(0, 200), /^t\.parquet: not readable as Parquet: .*$/],
    ["a missing value", written([x, hole, y, z]), /^t\.parquet: row 9: x_hole: expected a number, got nothing; .*$/],
    ["text", written([x, words, y, z]), /^t\.parquet: row 1: x_word: expected a number up to \S+, got 'w0'$/],
    [
      "another compression",
      written(COLUMNS, { codec: "LZ4_RAW", compressors: { LZ4_RAW: (input: Uint8Array) => input } }),
      /^t\.parquet: not readable as Parquet: it is compressed by LZ4_RAW, and this Node knows .*; write it by one of these$/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(complaint(() => parquetTable(bytes, "t.parquet"))).toMatch(message);
  });
});
