import { constants } from "node:buffer";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { bytesInMemory } from "../../src/tables/byte-source.ts";
import { parquetFile } from "../../src/tables/parquet.ts";
import { parquetTable } from "../../src/tables/parquet-table.ts";
import { csvTable, readTable } from "../../src/tables/read-table.ts";
import { expectMemory } from "../../src/tables/table-builder.ts";
import { complaint } from "../support/complaint.ts";
import { range } from "../support/reference.ts";
import { columnOf } from "../support/tables.ts";

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
const _compressors = { GZIP: (input: Uint8Array) => new Uint8Array(gzipSync(input)) };

const tableIn = (file: Buffer) => parquetTable([parquetFile(bytesInMemory(file), "t.parquet")], "t.parquet");

/** A table without its number in this process. */
const unnumbered = ({ values: { id: _, ...values }, ...table }: ReturnType<typeof csvTable>) => ({ ...table, values });

/** What a call says if it refuses its input. */
function heard(call: () => unknown): string {
  try {
    call();
    return "";
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

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
  expect(tableIn(written(columns))).toMatchObject({
    ...expected,
    firstGap: expect.stringMatching(/^t\.parquet: row 4: x_city: /),
  });
});

test("the Parquet files of a folder are one table, in the order of their names", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-test-"));
  const part = (from: number, to: number) =>
    written(COLUMNS.map((one) => ({ ...one, data: one.data.slice(from, to) })));
  writeFileSync(join(folder, "b.parquet"), part(11, 23));
  writeFileSync(join(folder, "a.parquet"), part(0, 11));
  for (const name of ["notes.txt", ".a.parquet", "_a.parquet"]) writeFileSync(join(folder, name), "not a table");
  const named = readTable(folder, { labels: ["y_whole", "y_long"], onlyIfNeeded: true }); // as tasks name them
  const { sha256, ...table } = readTable(folder, undefined, { split: 0 });
  expect(table.values).toBe(named.values); // in memory once
  expect(unnumbered(table)).toEqual(unnumbered(tableIn(written(COLUMNS))));
  writeFileSync(join(folder, "b.parquet"), part(12, 23));
  expect([readTable(folder).rows, readTable(folder).sha256 === sha256]).toEqual([22, false]);
  writeFileSync(join(folder, "b.parquet"), part(12, 23).subarray(0, -9));
  expect(complaint(() => readTable(folder))).toMatch(/b\.parquet: not readable as Parquet: /);
  writeFileSync(join(folder, "b.parquet"), written(COLUMNS.slice(0, -1)));
  const missing = /b\.parquet: no column 'y_long', which the first file of the folder has$/;
  expect(complaint(() => readTable(folder))).toMatch(missing);
  writeFileSync(join(folder, "a.parquet"), written(COLUMNS.filter(({ name }) => name !== "part")));
  writeFileSync(join(folder, "b.parquet"), part(12, 23));
  const further = /b\.parquet: column 'part', which the first file of the folder lacks; write both alike$/;
  expect(complaint(() => readTable(folder))).toMatch(further);
  writeFileSync(join(folder, "b.parquet"), written([...COLUMNS, COLUMNS[0]]));
  expect(complaint(() => readTable(folder))).toMatch(/b\.parquet: column 'x_double' occurs twice; rename one$/);
  writeFileSync(join(folder, "a.parquet"), part(0, 11));
  writeFileSync(join(folder, "b.parquet"), part(12, 23));
  mkdirSync(join(folder, "plots"));
  symlinkSync("nowhere", join(folder, "year=2020"));
  expect(readTable(folder).rows).toBe(22);
  for (const name of ["year=2021", "more"]) {
    mkdirSync(join(folder, name));
    if (name === "more") writeFileSync(join(folder, name, "c.parquet"), part(1, 2));
    expect(complaint(() => readTable(folder))).toMatch(new RegExp(`: folders such as ${name} are not read; `));
    rmSync(join(folder, name), { recursive: true });
  }
});

/** pyarrow's schema of a table of `x_a`, a double, and `x_t`, a duration in seconds: `pq.read_metadata(file).metadata`. */
const ARROW_SCHEMA =
  "/////6AAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAIAAABAAAAABAAAANj///8AAAESEAAAABQAAAAEAAAAAAAAAAMAAAB4X3QAxv///wAAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQMQAAAAHAAAAAQAAAAAAAAAAwAAAHhfYQAAAAYACAAGAAYAAAAAAAIA";

test("times of day and durations are refused as dates are, which are numbers of no unit that the file says", () => {
  const columns = [{ ...COLUMNS[3], name: "x_t" }, ...COLUMNS];
  const kvMetadata = [{ key: "ARROW:schema", value: ARROW_SCHEMA }];
  const said = (file: Buffer) => complaint(() => tableIn(file));
  const is = (kind: string) => `t.parquet: column 'x_t' has ${kind}; write it as numbers, or leave it out`;
  expect(said(written(columns, { kvMetadata }))).toBe(is("durations"));
  const timed = (of: Pick<SchemaElement, "logical_type" | "converted_type">) => {
    const schema = columns.map(({ name, type }, i) => {
      const kind = type === "STRING" ? ({ type: "BYTE_ARRAY", converted_type: "UTF8" } as const) : { type };
      return { name, ...kind, repetition_type: "REQUIRED" as const, ...(i === 0 && of) };
    });
    const untyped = columns.map(({ name, data }) => ({ name, data }));
    return written(untyped, { schema: [{ name: "root", num_children: columns.length }, ...schema] });
  };
  expect(said(timed({ logical_type: { type: "TIME", isAdjustedToUTC: true, unit: "NANOS" } }))).toBe(
    is("times of day"),
  );
  expect(said(timed({ converted_type: "INTERVAL" }))).toBe(is("durations")); // duckdb's
  const ignoring = { labels: ["y_whole", "y_long"], ignore: ["x_t"] };
  const file = parquetFile(bytesInMemory(written(columns, { kvMetadata })), "t.parquet");
  expect(parquetTable([file], "t.parquet", ignoring).rows).toBe(ROWS.length);
  for (const value of ["", "AAAA", ARROW_SCHEMA.slice(0, 90)])
    expect(tableIn(written(columns, { kvMetadata: [{ key: "ARROW:schema", value }] })).rows).toBe(ROWS.length);
});

test("dates, lists and columns with parts are refused with a way out", () => {
  const days = ROWS.map((n) => new Date(86_400_000 * n));
  expect(complaint(() => tableIn(written([{ name: "x_day", data: days, type: "TIMESTAMP" }, ...COLUMNS])))).toMatch(
    /^t\.parquet: row 1: x_day: expected a number up to .*; write dates as numbers, such as days, or leave the column out$/,
  );
  for (const [nested, message] of [
    [LISTS, "has lists; write them as texts such as 39,12 and give --lists, or leave it out"],
    [PARTED, "has parts; give each a column, or leave it out"],
  ] as const)
    expect(complaint(() => tableIn(nested))).toBe(`t.parquet: column 'x_in' ${message}`);
});

const LEAF = { repetition_type: "OPTIONAL", type: "INT32" } as const;

/** A file of rows whose first column has lists or parts. */
function nestedFile(data: unknown[], [first, ...others]: SchemaElement[]): Buffer {
  const columns = [
    { name: "x_in", data },
    { name: "x_a", data: ROWS.map((n) => n * n) },
    { name: "y_a", data: ROWS.map((n) => n + 1) },
    { name: "y_b", data: ROWS.map((n) => n - 1) },
  ];
  const whole = columns.slice(1).map(({ name }): SchemaElement => ({ ...LEAF, name, repetition_type: "REQUIRED" }));
  const of = { name: "x_in", repetition_type: "OPTIONAL" as const, num_children: 1 };
  return written(columns, { schema: [{ name: "root", num_children: 4 }, { ...of, ...first }, ...others, ...whole] });
}

const LISTS = nestedFile(
  ROWS.map((n) => [n, 7]),
  [
    { name: "x_in", converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { ...LEAF, name: "element" },
  ],
);
const PARTED = nestedFile(
  ROWS.map((n) => ({ a: n, b: n })),
  [
    { name: "x_in", num_children: 2 },
    { ...LEAF, name: "a" },
    { ...LEAF, name: "b" },
  ],
);

test("columns with lists or parts may be left out, and the others are themselves", () => {
  for (const file of [LISTS, PARTED]) {
    const chosen = { labels: ["y_a", "y_b"], ignore: ["x_in"] };
    const opened = parquetFile(bytesInMemory(file), "t.parquet");
    const { inputs, values } = parquetTable([opened], "t.parquet", chosen);
    expect(inputs).toEqual(["x_a"]);
    const columns = [ROWS.map((n) => n * n), ROWS.map((n) => n + 1), ROWS.map((n) => n - 1)];
    expect(columns.map((_, i) => columnOf(values, i))).toEqual(columns);
  }
});

test("bytes of a fixed length are texts, as those of any length", () => {
  const codes = ROWS.map((n) => `c${n % 3}`);
  const bytes = codes.map((code) => new TextEncoder().encode(code));
  const element = {
    name: "x_code",
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: 2,
    repetition_type: "REQUIRED",
  } as const;
  const rest = COLUMNS.slice(1).map(({ name, type }): SchemaElement => {
    return type === "STRING"
      ? { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" }
      : { name, type, repetition_type: "REQUIRED" };
  });
  const columns = [{ name: "x_code", data: bytes }, ...COLUMNS.slice(1).map(({ name, data }) => ({ name, data }))];
  const fixed = written(columns, { schema: [{ name: "root", num_children: columns.length }, element, ...rest] });
  const text = written([{ name: "x_code", data: codes, type: "STRING" }, ...COLUMNS.slice(1)]);
  expect(unnumbered(tableIn(fixed))).toEqual(unnumbered(tableIn(text)));
});

test("a file without rows is one line", () => {
  const empty = written(COLUMNS.map((column) => ({ ...column, data: [] })) as typeof COLUMNS);
  expect(complaint(() => tableIn(empty))).toBe("t.parquet: expected rows, got none");
});

test("a table of 8,000 columns is read in seconds, whatever each takes", () => {
  const inputs = range(8000).map((i) => ({ ...COLUMNS[0], name: `x_${i}` }));
  const file = written([...inputs, ...COLUMNS.slice(1)]);
  const began = performance.now();
  expect(tableIn(file).rows).toBe(ROWS.length);
  expect(performance.now() - began).toBeLessThan(20_000); // 45 s where each column builds the schema again
});

test("a number that float32 does not hold is kept in float64, others in float32, and texts are int32", () => {
  const { values } = tableIn(written(COLUMNS));
  expect(values.cells.columns.map(({ kind }) => kind)).toEqual(["float64", "float32", "float32"]);
  const city = { name: "x_city", data: ROWS.map((n) => `c${n % 3}`), type: "STRING" as const };
  const cities = tableIn(written([city, ...COLUMNS])).values;
  expect(cities.cells.columns.map(({ kind }) => kind)).toEqual(["text", "float64", "float32", "float32"]);
  expect(columnOf(cities, 0)).toEqual([...ROWS].map((n) => n % 3));
});

describe("texts without gaps are read, from a dictionary or one after the other,", () => {
  const words = { name: "x_word", data: ROWS.map((n) => `wörd ${n % 7}`), type: "STRING" as const, nullable: false };
  test.each(["RLE_DICTIONARY", "PLAIN"] as const)("%s", (encoding) => {
    const file = written([{ ...words, encoding }, ...COLUMNS], { codec: "UNCOMPRESSED" });
    const { contents, values } = tableIn(file);
    expect(contents[0]?.values).toEqual(range(7).map((n) => `wörd ${n}`));
    expect(columnOf(values, 0)).toEqual([...ROWS].map((n) => n % 7));
    file.writeUInt32LE(1e9, file.indexOf("wörd 0") - 4);
    expect(complaint(() => tableIn(file))).toBe("t.parquet: not readable as Parquet: text 1 of a page is cut short");
  });
});

test("a truth value in a Parquet file is a category, and no other thing than a text is", () => {
  const isTall = { name: "x_tall", data: ROWS.map((n) => n % 2 === 0), type: "BOOLEAN" as const };
  const [, y, part, z] = COLUMNS as [unknown, (typeof COLUMNS)[0], (typeof COLUMNS)[0], (typeof COLUMNS)[0]];
  const { contents } = tableIn(written([isTall, y, part, z]));
  expect(contents).toEqual([{ values: ["false", "true"], gaps: false }]);
  const days = { name: "x_day", data: ROWS.map((n) => new Date(86_400_000 * n)), type: "TIMESTAMP" as const };
  expect(complaint(() => tableIn(written([days, y, part, z])))).toMatch(
    /^t\.parquet: row 1: x_day: expected a number up to \S+, got 'Thu Jan 01 1970/,
  );
  expect(complaint(() => tableIn(written([y, { ...days, name: "y_day" }, { ...y, name: "x" }])))).toMatch(
    /^t\.parquet: row 1: y_day: expected a number up to \S+, got 'Thu Jan 01 1970/,
  );
  const holes = { name: "y_hole", data: ROWS.map((n) => (n === 0 ? Number.NaN : n % 3)), type: "DOUBLE" as const };
  expect(complaint(() => tableIn(written([y, holes, { ...y, name: "x" }])))).toMatch(/got 'NaN'; .* give --na 'NaN'$/);
});

test("truth values in some files of a folder only are refused: beside numbers they would be further classes", () => {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-test-"));
  const labelled = (type: "BOOLEAN" | "INT32") => {
    const data = ROWS.map((n) => (type === "BOOLEAN" ? n % 2 === 0 : n % 2));
    return written([...COLUMNS, { name: "y_two", data, type }]);
  };
  for (const [first, second] of [
    ["BOOLEAN", "INT32"],
    ["INT32", "BOOLEAN"],
  ] as const) {
    writeFileSync(join(folder, "a.parquet"), labelled(first));
    writeFileSync(join(folder, "b.parquet"), labelled(second));
    expect(complaint(() => readTable(folder))).toMatch(
      /b\.parquet: column 'y_two' is true or false in some files of the folder only; write all alike$/,
    );
  }
});

test("decimals are the numbers that their digits are, and bytes that are no text are refused", () => {
  const [, y, , z] = COLUMNS as [unknown, (typeof COLUMNS)[0], unknown, (typeof COLUMNS)[0]];
  const table = (data: unknown[], of: Omit<SchemaElement, "name">) => {
    const columns = [{ name: "x", data }, y, z].map(({ name, data }) => ({ name, data }));
    const others = [y, z].map(({ name, type }) => ({ name, type, repetition_type: "REQUIRED" as const }));
    const schema = [
      { name: "root", num_children: 3 },
      { name: "x", repetition_type: "REQUIRED" as const, ...of },
      ...others,
    ];
    return tableIn(written(columns as never, { schema: schema as SchemaElement[] }));
  };
  const numbers = ROWS.map((n) => (n - 11) * 470_001);
  const decimal = { converted_type: "DECIMAL", scale: 4, precision: 18 } as const;
  const expected = numbers.map((n) => Number((n / 1e4).toFixed(4)));
  for (const kind of [{ type: "INT64" }, { type: "FIXED_LEN_BYTE_ARRAY", type_length: 8 }] as const)
    expect(columnOf(table(numbers.map(BigInt), { ...kind, ...decimal }).values, 0)).toEqual(expected);
  const ids = ROWS.map((n) => Uint8Array.of(n % 2 === 0 ? 0xff : 0xfe));
  expect(complaint(() => table(ids, { type: "BYTE_ARRAY" }))).toBe(
    "t.parquet: not readable as Parquet: column 'x' has bytes that are no text in UTF-8; write them as texts, such as in hexadecimal digits",
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
    expect(complaint(() => tableIn(bytes))).toMatch(message);
  });
});

describe("a file whose group has columns that its schema does not say is refused:", () => {
  const schema = ["x1", "y1", "y2"].map((name) => ({ name, type: "DOUBLE", repetition_type: "REQUIRED" }) as const);
  const columnData = schema.map(({ name }, c) => ({ name, data: ROWS.map((n) => (n * (c + 3)) % 17) }));

  test.each<[string, (columns: ParquetWriter["row_groups"][0]["columns"]) => void, string | undefined]>([
    ["none", () => {}, undefined],
    ["in another order", (columns) => columns.reverse(), "column 1 of a group of rows is another one"],
    ["too few", (columns) => columns.pop(), "no column 3 in a group of rows"],
  ])("%s", (_, change, problem) => {
    const writer = new ByteWriter();
    const parquet = new ParquetWriter({ writer, schema: [{ name: "rows", num_children: 3 }, ...schema] });
    parquet.write({ columnData });
    for (const { columns } of parquet.row_groups) change(columns);
    parquet.finish();
    const said = heard(() => tableIn(Buffer.from(writer.getBytes())));
    expect(said).toBe(problem === undefined ? "" : `t.parquet: not readable as Parquet: ${problem}`);
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
      400_000_000_000,
      /^t\.parquet: too large: 400,000,000,000 rows of 3 columns take 9,600,000 MB, and this machine has [\d,]+ MB; leave out rows, or columns by --ignore, or take a machine with more memory$/,
    ],
    [10, /^t\.parquet: not readable as Parquet: a page of a group of 10 rows says that it has 1000 values$/],
    [1001, /^t\.parquet: not readable as Parquet: a column of a group of 1001 rows has 1000 values$/],
    [-1, /^t\.parquet: not readable as Parquet: it says that a group has -1 rows$/],
  ])("%d rows", (rows, message) => {
    const bytes = saying(rows);
    if (message === undefined) expect(tableIn(bytes).rows).toBe(rows);
    else expect(complaint(() => tableIn(bytes))).toMatch(message);
  });

  const fits = constants.MAX_LENGTH > 2 ** 32 || totalmem() < 2 ** 33;
  test.skipIf(fits)("more cells than an array of this Node holds", () => {
    expect(() => expectMemory("t.parquet", 100_000_000, 11)).toThrow(
      /take 5,600 MB, and an array of this Node 4,295 MB; leave out rows, or columns by --ignore, or use Node 22 or later$/,
    );
  });

  test("values that are repeated more often than there are rows", () => {
    const bytes = saying(1000, "UNCOMPRESSED");
    const repeats = Buffer.of(0xd0, 0x0f, 1); // 1000 times the level 1: 1000 << 1 as a varint
    const at = bytes.indexOf(repeats);
    expect(at).toBeGreaterThan(0);
    bytes.set([0xfe, 0x7f], at);
    expect(complaint(() => tableIn(bytes))).toBe(
      "t.parquet: not readable as Parquet: a page of 1000 values says that it repeats one 8191 times",
    );
  });

  test.each([
    [6, "uncompressed"],
    [8, "compressed"],
  ])("a page whose byte %i is wrong, so that it has no %s size", (at) => {
    const bytes = saying(1000);
    expect([...bytes.subarray(4, 7)]).toEqual([0x15, 4, 0x15]); // the header's first two fields are whole numbers
    while (bytes[at] !== 0x15) at++;
    bytes[at] = 0xf5; // the number of a field far behind
    expect(complaint(() => tableIn(bytes))).toBe("t.parquet: not readable as Parquet: a page gives nothing as a size");
  });

  test("any byte of the metadata, which is never told in the words of the program that reads it", () => {
    const whole = saying(1000);
    const first = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
    for (let at = first; at < whole.length; at++)
      for (const byte of [0, 0x15, 0x19, 0xff]) {
        const bytes = Buffer.from(whole);
        bytes[at] = byte;
        expect(
          heard(() => tableIn(bytes)),
          `byte ${at}: ${byte}`,
        ).not.toMatch(/not a function|Cannot read|DataView con/);
      }
  });

  test("pages that are longer uncompressed than they say", () => {
    const bomb = { GZIP: () => new Uint8Array(gzipSync(Buffer.alloc(5_000_000))) };
    const bytes = written(COLUMNS, { codec: "GZIP", compressors: bomb });
    expect(bytes.length).toBeLessThan(500_000);
    expect(complaint(() => tableIn(bytes))).toMatch(
      /^t\.parquet: not readable as Parquet: Cannot create a Buffer larger than \d+ bytes$/,
    );
  });
});
