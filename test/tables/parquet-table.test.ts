import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableReading } from "../../src/data/table.ts";
import { bytesInMemory, withFile } from "../../src/tables/byte-source.ts";
import { type ParquetFile, parquetFile } from "../../src/tables/parquet.ts";
import { parquetTable, readOnThreads } from "../../src/tables/parquet-table.ts";
import type { TableRows } from "../../src/tables/table-builder.ts";
import { complaint } from "../support/complaint.ts";
import { range } from "../support/reference.ts";
import { columnOf } from "../support/tables.ts";

beforeAll(() => readOnThreads(3));
afterAll(() => readOnThreads(availableParallelism()));

type Columns = Parameters<typeof parquetWriteBuffer>[0]["columnData"];
type Encoding = NonNullable<Columns[number]["encoding"]>;

const compressors = {
  GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)),
  BROTLI: (input: Uint8Array) => new Uint8Array(brotliCompressSync(input)),
};

/** On this thread. */
const alone = (files: readonly Buffer[], how?: TableReading) =>
  parquetTable(
    files.map((bytes, i) => parquetFile(bytesInMemory(bytes), `${i}.parquet`)),
    "t",
    undefined,
    how,
  );

/** On as many threads as there may be. */
function together(files: readonly Buffer[], how?: TableReading): TableRows {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-test-"));
  const opened = (paths: readonly string[], before: readonly ParquetFile[]): TableRows => {
    const [path, ...others] = paths;
    if (path === undefined) return parquetTable(before, "t", undefined, how, { leastCells: 1, meanwhile: () => {} });
    const source = `${before.length}.parquet`;
    return withFile(path, source, (bytes) => opened(others, [...before, parquetFile(bytes, source)]));
  };
  const paths = files.map((bytes, i) => {
    const path = join(folder, `${i}.parquet`);
    writeFileSync(path, bytes);
    return path;
  });
  return opened(paths, []);
}

const unnumbered = ({ values: { id: _, ...values }, ...table }: TableRows) => ({ ...table, values });

const ROWS = 230;
/** Texts that are trimmed, longer than eight bytes, of any sign, and sorted by UTF-16. */
const WORDS = [
  "Rome",
  " Rome",
  "Bern ",
  "wörd",
  "\u{1f600}",
  "\uffee",
  "7",
  "a word of 17 bytes",
  "a word of 17 lines",
];
const hole = (n: number, every: number) => n % every === 3;

/** Columns of all kinds. Numbers and texts are encoded in some way; every group has other texts first. */
function columns(rows: readonly number[], number?: Encoding, text?: Encoding): Columns {
  const numbers = number && { encoding: number };
  const texts = text && { encoding: text };
  const word = (n: number) => WORDS[(n * n + (n >> 5)) % WORDS.length];
  return [
    { name: "x_float", data: rows.map((n) => (n % 40) / 8), type: "FLOAT", nullable: false, ...numbers },
    { name: "x_double", data: rows.map((n) => (hole(n, 7) ? null : (n * n) / 3)), type: "DOUBLE", ...numbers },
    { name: "x_late", data: rows.map((n) => (n < 200 ? 0.5 : 0.1)), type: "DOUBLE", ...numbers },
    { name: "x_word", data: rows.map((n) => (hole(n, 11) ? null : word(n))), type: "STRING", ...texts },
    { name: "x_name", data: rows.map((n) => `name ${(n * 7) % 40}`), type: "STRING", nullable: false, ...texts },
    { name: "x_tall", data: rows.map((n) => n % 3 === 0), type: "BOOLEAN" },
    {
      name: "part",
      data: rows.map((n) => ["train", "train", "val", "test"][((n * 3) % 7) % 4]),
      type: "STRING",
      ...texts,
    },
    { name: "y_long", data: rows.map((n) => (hole(n, 13) ? null : BigInt(n * n - 50))), type: "INT64" },
    { name: "y_class", data: rows.map((n) => ["no", "yes", "maybe"][n % 3]), type: "STRING", ...texts },
  ];
}

/** Two files of several groups and pages. */
function filesOf(codec: "SNAPPY" | "UNCOMPRESSED" | "GZIP" | "BROTLI", number?: Encoding, text?: Encoding): Buffer[] {
  return [range(ROWS).slice(0, 170), range(ROWS).slice(170)].map((rows) => {
    const options = { codec, compressors, rowGroupSize: [90, 30], pageSize: 100 };
    return Buffer.from(parquetWriteBuffer({ columnData: columns(rows, number, text), ...options }));
  });
}

/** What the cells stand for: numbers, and texts by their values in order. */
function shown({ inputs, labels, contents, labelClasses, values }: TableRows): Record<string, unknown[]> {
  const cell = (i: number, number: number) => {
    if (Number.isNaN(number)) return null;
    if (values.cells.columns[i]?.kind !== "text") return number;
    return [contents[i]?.values ?? labelClasses[i - inputs.length]].flat()[number] ?? "unseen";
  };
  const names = [...inputs, ...labels].entries();
  return Object.fromEntries(
    Array.from(names, ([i, name]) => [name, columnOf(values, i).map((number) => cell(i, number))]),
  );
}

/** The same of the values that were written. */
function written(): Record<string, unknown[]> {
  const all = columns(range(ROWS)).map(({ name, data }) => [name, [...data]] as const);
  const parts = all.find(([name]) => name === "part")?.[1] ?? [];
  const cellsOf = (name: string, data: readonly unknown[]) => {
    const cells = data.map((value) =>
      value === null
        ? null
        : typeof value === "number" || typeof value === "bigint"
          ? Number(value)
          : `${value}`.trim(),
    );
    const training = new Set(cells.filter((_, n) => parts[n] === "train"));
    const isKnown = (cell: unknown) => typeof cell !== "string" || name.startsWith("y") || training.has(cell);
    return cells.map((cell) => (isKnown(cell) ? cell : "unseen"));
  };
  return Object.fromEntries(all.filter(([name]) => name !== "part").map(([name, data]) => [name, cellsOf(name, data)]));
}

describe("a table has the values that were written,", () => {
  test.each([
    ["SNAPPY", undefined, undefined],
    ["UNCOMPRESSED", "PLAIN", "PLAIN"],
    ["SNAPPY", "RLE_DICTIONARY", "RLE_DICTIONARY"],
    ["GZIP", "BYTE_STREAM_SPLIT", "DELTA_LENGTH_BYTE_ARRAY"],
    ["BROTLI", "PLAIN", "DELTA_BYTE_ARRAY"],
  ] as const)("by %s, numbers as %s, texts as %s", (codec, number, text) => {
    const files = filesOf(codec, number, text);
    const table = alone(files);
    expect(shown(table)).toEqual(written());
    expect(table.contents[3]?.values).toEqual([...new Set(written().x_word)].filter(isSeen).sort());
    expect(unnumbered(together(files))).toEqual(unnumbered(table));
  });
});

const isSeen = (cell: unknown) => cell !== null && cell !== "unseen";

test("numbers may be categories, and words nothing, on one thread and on several", () => {
  const how = { categorical: ["x_float"], na: ["Rome", "0.5"], split: "run" } as const;
  const table = alone(filesOf("SNAPPY"), how);
  expect(shown(table).x_float?.[9]).toBe("1.125");
  expect(shown(table).x_late?.slice(199, 201)).toEqual([null, 0.1]);
  expect(table.firstGap).toMatch(/^0\.parquet: row 1: x_late: /);
  expect(unnumbered(together(filesOf("SNAPPY"), how))).toEqual(unnumbered(table));
});

describe("of several errors, all threads together report what one reports:", () => {
  const rows = range(60);
  const numbers = (name: string, bad: number) => ({
    name,
    data: rows.map((n) => (n === bad ? 1e39 : (n * n) % 7)),
    type: "DOUBLE" as const,
  });
  const inFile = (...some: Columns) => [Buffer.from(parquetWriteBuffer({ columnData: some, rowGroupSize: 10 }))];
  test.each([
    ["the first group's", inFile(numbers("x_1", 35), numbers("y_1", 99), numbers("y_2", 24)), "row 25: y_2"],
    ["the first column's", inFile(numbers("x_1", 29), numbers("y_1", 99), numbers("y_2", 21)), "row 30: x_1"],
    [
      "that of the rows' parts",
      inFile(part("tarin"), numbers("x_1", 29), numbers("y_1", 20), numbers("y_2", 99)),
      "row 1: part",
    ],
  ])("%s", (_, files, place) => {
    const message = complaint(() => alone(files));
    expect(message).toMatch(`0.parquet: ${place}: expected `);
    expect(complaint(() => together(files))).toBe(message);
  });

  function part(word: string): Columns[number] {
    return { name: "part", data: rows.map(() => word), type: "STRING" };
  }

  test("a constant column, and one of names", () => {
    const names = { name: "x_1", data: rows.map((n) => `name ${n}`), type: "STRING" as const };
    const same = { name: "x_2", data: rows.map(() => 4), type: "INT32" as const };
    const files = inFile(names, same, numbers("y_1", 99), numbers("y_2", 99));
    expect(complaint(() => together(files))).toMatch(
      /^t: column 'x_1': expected numbers, .*\nt: column 'x_2' is 4 in every row; leave it out$/,
    );
  });

  test("a page that is cut short", () => {
    const [file = Buffer.of()] = inFile(numbers("x_1", 99), numbers("y_1", 99), numbers("y_2", 99));
    file.fill(0xff, 500, 600);
    const message = complaint(() => alone([file]));
    expect(message).toMatch(/^0\.parquet: not readable as Parquet: /);
    expect(complaint(() => together([file]))).toBe(message);
  });
});
