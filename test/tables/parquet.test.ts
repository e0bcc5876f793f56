import { gzipSync } from "node:zlib";
import { ByteWriter, ParquetWriter, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { parquetTable } from "../../src/tables/parquet.ts";
import { csvTable } from "../../src/tables/read-table.ts";
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

/** A table without its number in this process. */
const unnumbered = ({ values: { id: _, ...values }, ...table }: ReturnType<typeof csvTable>) => ({ ...table, values });

describe("a Parquet file has the rows of the same CSV file,", () => {
  const csv = ROWS.map((n) => [n / 3, n * n, PARTS[n], 7 * n].join()).join("\n");
  const expected = csvTable(Buffer.from(`x_double,y_whole,part,y_long\n${csv}\n`), "t.csv");
  test.each<[string, Options]>([
    ["compressed by snappy", {}],
    ["as it is, in groups of 10 rows", { codec: "UNCOMPRESSED", rowGroupSize: 10 }],
    ["compressed by gzip", { codec: "GZIP", compressors }],
  ])("%s", (_, options) => {
    expect(unnumbered(parquetTable(written(COLUMNS, options), "t.parquet"))).toEqual(unnumbered(expected));
  });
});

test("a Parquet file has the categories and empty cells of the same CSV file", () => {
  const cities = ROWS.map((n) => (n === 3 ? null : ["Rome", "Bern", "Oslo"][n % 3]));
  const ages = ROWS.map((n) => (n % 7 === 4 ? null : n));
  const columns = [
    { name: "x_city", data: cities, type: "STRING" as const },
    { name: "x_age", data: ages, type: "DOUBLE" as const },
    ...COLUMNS.slice(1),
  ];
  const lines = ROWS.map((n) => [cities[n], ages[n], n * n, PARTS[n], 7 * n].join()).join("\n");
  const csv = csvTable(Buffer.from(`x_city,x_age,y_whole,part,y_long\n${lines}\n`), "t.csv");
  const { firstGap, ...expected } = unnumbered(csv);
  expect(firstGap).toMatch(/^t\.csv:5: x_city: expected a number or a text, got nothing; /);
  expect(parquetTable(written(columns), "t.parquet")).toMatchObject({
    ...expected,
    firstGap: expect.stringMatching(/^t\.parquet: row 4: x_city: /),
  });
});

test("a truth value in a Parquet file is a category, and no other thing than a text is", () => {
  const isTall = { name: "x_tall", data: ROWS.map((n) => n % 2 === 0), type: "BOOLEAN" as const };
  const [, y, part, z] = COLUMNS as [unknown, (typeof COLUMNS)[0], (typeof COLUMNS)[0], (typeof COLUMNS)[0]];
  const { contents } = parquetTable(written([isTall, y, part, z]), "t.parquet");
  expect(contents).toEqual([{ values: ["false", "true"], gaps: false }]);
  const days = { name: "x_day", data: ROWS.map((n) => new Date(86_400_000 * n)), type: "TIMESTAMP" as const };
  expect(complaint(() => parquetTable(written([days, y, part, z]), "t.parquet"))).toMatch(
    /^t\.parquet: row 1: x_day: expected a number up to \S+, got 'Thu Jan 01 1970/,
  );
});

describe("a file is refused in one line:", () => {
  const [x, y, , z] = COLUMNS as [(typeof COLUMNS)[0], (typeof COLUMNS)[0], unknown, (typeof COLUMNS)[0]];
  const hole = { name: "y_hole", data: ROWS.map(() => null), type: "DOUBLE" as const };
  const words = { name: "x_word", data: ROWS.map((n) => `w${n}`), type: "STRING" as const };
  test.each([
    ["no Parquet", Buffer.from("x1,y1,y2\n1,2,3\n"), /^t\.parquet: not readable as Parquet: .*$/],
    ["cut short", written(COLUMNS).subarray(0, 200), /^t\.parquet: not readable as Parquet: .*$/],
    [
      "a label without values",
      written([x, hole, y, z]),
      /^t\.parquet: column 'y_hole' is empty in every row; leave .*$/,
    ],
    [
      "texts that are all different",
      written([x, words, y, z]),
      /^t\.parquet: column 'x_word': expected numbers, or at most 1,000,000 different texts and two rows for each, got 23 in 23 training rows \(the first is 'w0'\); leave .*$/,
    ],
    [
      "another compression",
      written(COLUMNS, { codec: "LZ4_RAW", compressors: { LZ4_RAW: (input: Uint8Array) => input } }),
      /^t\.parquet: not readable as Parquet: it is compressed by LZ4_RAW, and this Node knows .*; write it by one of these$/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(complaint(() => parquetTable(bytes, "t.parquet"))).toMatch(message);
  });
});

describe("a small file that says that it unfolds to more than a table may have is refused before that:", () => {
  const thousand = range(1000);
  const columns = ["x1", "y1", "y2"].map((name, c) => ({ name, data: thousand.map((n) => (n * (c + 3)) % 17) }));

  /** The file of these columns, but it says of its group that it has `rows` rows. */
  function saying(rows: number, codec: "SNAPPY" | "UNCOMPRESSED" = "SNAPPY"): Buffer {
    const writer = new ByteWriter();
    const schema = columns.map(({ name }) => ({ name, type: "DOUBLE", repetition_type: "OPTIONAL" }) as const);
    const parquet = new ParquetWriter({ writer, codec, schema: [{ name: "rows", num_children: 3 }, ...schema] });
    parquet.write({ columnData: columns });
    for (const group of parquet.row_groups) group.num_rows = BigInt(rows);
    parquet.finish();
    return Buffer.from(writer.getBytes());
  }

  test.each([
    [1000, undefined],
    [
      400_000_000,
      "t.parquet: too large: expected at most 50,000,000 numbers, got 400,000,000 rows of 3 columns; leave out rows or columns",
    ],
    [10, "t.parquet: not readable as Parquet: a page of a group of 10 rows says that it has 1000 values"],
    [-1, "t.parquet: not readable as Parquet: it says that a group has -1 rows"],
  ])("%d rows", (rows, message) => {
    const bytes = saying(rows);
    if (message === undefined) expect(parquetTable(bytes, "t.parquet").rows).toBe(rows);
    else expect(complaint(() => parquetTable(bytes, "t.parquet"))).toBe(message);
  });

  test("values that are repeated more often than there are rows", () => {
    const bytes = saying(1000, "UNCOMPRESSED");
    const repeats = Buffer.of(0xd0, 0x0f, 1); // 1000 times the level 1: 1000 << 1 as a varint
    const at = bytes.indexOf(repeats);
    expect(at).toBeGreaterThan(0);
    bytes.set([0xfe, 0x7f], at);
    expect(complaint(() => parquetTable(bytes, "t.parquet"))).toBe(
      "t.parquet: not readable as Parquet: a page of 1000 values says that it repeats one 8191 times",
    );
  });

  test("pages that are longer uncompressed than they say", () => {
    const bomb = { GZIP: () => new Uint8Array(gzipSync(Buffer.alloc(5_000_000))) };
    const bytes = written(COLUMNS, { codec: "GZIP", compressors: bomb });
    expect(bytes.length).toBeLessThan(500_000);
    expect(complaint(() => parquetTable(bytes, "t.parquet"))).toMatch(
      /^t\.parquet: not readable as Parquet: Cannot create a Buffer larger than \d+ bytes$/,
    );
  });
});
