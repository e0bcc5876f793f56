import { describe, expect, test } from "vitest";
import { heldoutCount, type TableValues } from "../../src/data/table.ts";
import { cellsOf } from "../../src/data/table-cells.ts";
import { TableSet, tableSetOf } from "../../src/data/table-set.ts";
import { GOLDEN } from "../random/golden/golden.ts";
import { range } from "../support/reference.ts";
import { setNumber, someRows, tableOf } from "../support/tables.ts";

const [N, D, K] = [40, 3, 2];
const COUNTS = { trainRows: 30, heldoutRows: 10 };
const RAW = { standardise: false, rawLabels: true };
const identity = (run: number, seed = 0) => ({ seed, run });
const float = (values: readonly number[]) => [...Float32Array.from(values)];

/** A set's rows as they are in the table, [x, y] in float32. */
function rowsIn(set: TableSet, part: "train" | "heldout"): number[][] {
  const { x, y } = set.rows(part);
  return range(y.length / K).map((n) => [...x.subarray(n * D, (n + 1) * D), ...y.subarray(n * K, (n + 1) * K)]);
}

const inOrder = (rows: readonly number[][]) => rows.map((row) => row.join()).sort();

describe("a table without parts", () => {
  const set = (run: number, counts = COUNTS, seed = 0) => new TableSet(tableOf(N, RAW), identity(run, seed), counts);

  test("is split into all of its rows, none twice, by the run's index and the seed", () => {
    const both = [...rowsIn(set(0), "train"), ...rowsIn(set(0), "heldout")];
    expect(inOrder(both)).toEqual(inOrder(someRows(N).map(float)));
    for (const [name, places] of Object.entries(GOLDEN.heldout)) {
      const [seed, run] = (name.match(/\d+/g) as string[]).map(Number) as [number, number];
      const expected = places.map((place) => float(someRows(N)[place]));
      expect(rowsIn(set(run, COUNTS, seed), "heldout"), name).toEqual(expected); // an independent program's shuffle
    }
  });

  test("gives a run of fewer rows some of those of a run of more, and has no more than it has", () => {
    const few = set(2, { trainRows: 11, heldoutRows: 10 });
    expect(rowsIn(few, "train")).toEqual(rowsIn(set(2), "train").slice(0, 11));
    expect(rowsIn(few, "heldout")).toEqual(rowsIn(set(2), "heldout"));
    expect(() => set(0, { trainRows: 31, heldoutRows: 10 })).toThrow(
      "TableSet: /some.csv: expected at least 31 train rows, got 30",
    );
    expect(() => set(0, { trainRows: 30, heldoutRows: 11 })).toThrow("at least 11 heldout rows, got 10");
  });
});

test("a table with parts has the same split in each run, in another order", () => {
  const marks = range(N).map((n) => (n % 3 === 0 ? 1 : 0));
  const counts = { trainRows: 26, heldoutRows: 14 };
  const [one, other] = [0, 1].map((run) => new TableSet(tableOf(N, RAW, marks), identity(run), counts));
  const marked = someRows(N).filter((_, n) => marks[n] === 1);
  expect(inOrder(rowsIn(one, "heldout"))).toEqual(inOrder(marked.map(float)));
  expect(inOrder(rowsIn(other, "heldout"))).toEqual(inOrder(marked.map(float)));
  expect(rowsIn(one, "train")).not.toEqual(rowsIn(other, "train"));
});

describe("standardised columns", () => {
  const scaled = new TableSet(tableOf(N), identity(5), COUNTS);
  const raw = new TableSet(tableOf(N, RAW), identity(5), COUNTS);
  const column = (set: TableSet, part: "train" | "heldout", i: number) => rowsIn(set, part).map((row) => row[i]);

  test.each(range(D + K))("%i has mean 0 and variance 1 over the training rows", (i) => {
    const values = column(scaled, "train", i);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(values.reduce((sum, value) => sum + value ** 2, 0) / values.length).toBeCloseTo(1, 5);
  });

  test("are shifted by the moments of the training rows, not scaled where constant there, and inputs or labels alone as asked", () => {
    const values = column(raw, "train", 1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const expected = column(raw, "heldout", 1).map((value) => (value - mean) / std);
    for (const [n, value] of column(scaled, "heldout", 1).entries()) expect(value).toBeCloseTo(expected[n], 4);
    const inputs = new TableSet(tableOf(N, { rawLabels: true }), identity(5), COUNTS);
    const labels = new TableSet(tableOf(N, { standardise: false }), identity(5), COUNTS);
    expect(inputs.rows("train")).toEqual({ x: scaled.rows("train").x, y: raw.rows("train").y });
    expect(labels.rows("train")).toEqual({ x: raw.rows("train").x, y: scaled.rows("train").y });
    const table = tableOf(N);
    for (const row of range(N)) setNumber(table.values as TableValues, row, 0, 0.1);
    const set = new TableSet(table, identity(5), COUNTS);
    expect(new Set(column(set, "train", 0))).toEqual(new Set([0]));
  });
});

test.each([
  [10, 0.2, 2],
  [10, 0.01, 1],
  [2, 0.99, 1],
  [7, 0.5, 4],
])("of %i rows, a share of %d holds out %i", (rows, share, count) => {
  expect(heldoutCount(rows, share)).toBe(count);
});

test("an embedded column is the number of its vector, after all other inputs; others have the last one", () => {
  const nothing = Number.NaN;
  // shop (3 values, gaps), a number, colour (2 values); two labels
  const rows = [
    [0, 5, 1, 1, 2],
    [2, 7, 0, 2, 4],
    [nothing, 9, 1, 3, 1],
    [1, 5, 0, 4, 4],
    [-1, 7, 1, 5, 7],
  ];
  const heldout = new Uint8Array(new SharedArrayBuffer(5));
  heldout.set([0, 0, 0, 1, 1]);
  const columns = [
    { values: 3, gaps: true, embedding: 6 },
    { values: 0, gaps: false },
    { values: 2, gaps: false },
  ];
  const cells = cellsOf(Float64Array.from(rows.flat()), 5, columns);
  const table = tableOf(5, { ...RAW, inputs: 4, columns, heldout: null });
  const values = { cells, heldout: heldout.buffer };
  const set = new TableSet({ ...table, values }, identity(0), { trainRows: 3, heldoutRows: 2 });
  const inputs = (part: "train" | "heldout") => {
    const { x, y } = set.rows(part);
    return Object.fromEntries(range(y.length / 2).map((n) => [y[2 * n], [...x.subarray(4 * n, 4 * n + 4)]]));
  };
  expect(inputs("train")).toEqual({ 1: [5, 0, 1, 0], 2: [7, 1, 0, 2], 3: [9, 0, 1, 3] });
  expect(inputs("heldout")).toEqual({ 4: [5, 1, 0, 4], 5: [7, 0, 1, 4] }); // shop 1 and -1 are in no training row
});

describe("validation rows", () => {
  const three = { trainRows: 22, heldoutRows: 18, validationRows: 8 };

  test("are the last of the run's training rows, behind the test rows among the held-out ones", () => {
    const [set, two] = [three, COUNTS].map((counts) => new TableSet(tableOf(N, RAW), identity(3), counts)) as [
      TableSet,
      TableSet,
    ];
    const [tested, validated] = [rowsIn(set, "heldout").slice(0, 10), rowsIn(set, "heldout").slice(10)];
    expect(tested).toEqual(rowsIn(two, "heldout"));
    expect([...rowsIn(set, "train"), ...validated]).toEqual(rowsIn(two, "train"));
  });

  test("are those that the file marks, in each run", () => {
    const marks = range(N).map((n) => n % 3);
    const counts = { trainRows: 14, heldoutRows: 26, validationRows: 13 };
    for (const run of [0, 1]) {
      const set = new TableSet(tableOf(N, RAW, marks), identity(run), counts);
      const parts = [rowsIn(set, "train"), rowsIn(set, "heldout").slice(0, 13), rowsIn(set, "heldout").slice(13)];
      for (const [mark, rows] of parts.entries())
        expect(inOrder(rows)).toEqual(
          inOrder(
            someRows(N)
              .filter((_, n) => marks[n] === mark)
              .map(float),
          ),
        );
    }
  });

  test("have no part in the moments that standardise", () => {
    const set = new TableSet(tableOf(N), identity(3), three);
    const y = range(22).map((n) => set.rows("train").y[n * K]);
    expect(y.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4);
    expect([...set.labels("heldout")]).toEqual([...set.rows("heldout").y]);
  });
});

describe("tableSetOf(run)", () => {
  const table = tableOf(N, RAW);
  const data = { ...table, reading: { split: 0 }, values: { ...table.values, id: 1 } } as typeof table;
  const run = { seed: 0, index: 0, data, training: COUNTS };

  test("works the rows out once for all runs that have the same", () => {
    const set = tableSetOf(run);
    expect(tableSetOf({ ...run, index: 7, data: structuredClone(data) })).toBe(set); // as in a message to a thread
    expect(rowsIn(set, "train")).toEqual(rowsIn(new TableSet(data, identity(0), COUNTS), "train"));
  });

  test.each([
    ["another table", { data: { ...data, values: { ...data.values, id: 2 } } }],
    ["fewer rows", { training: { ...COUNTS, trainRows: 9 } }],
    ["other columns as they are", { data: { ...data, standardise: true } }],
    ["a split of its own", { data: { ...data, reading: { split: "run" as const } } }],
    ["validation rows", { training: { ...COUNTS, trainRows: 20, validationRows: 5 } }],
  ])("and again for %s", (_, changes) => {
    const other = { ...run, ...changes } as typeof run;
    expect(tableSetOf(other)).not.toBe(tableSetOf(run));
    const expected = new TableSet(other.data, identity(0), other.training);
    expect(rowsIn(tableSetOf(other), "train")).toEqual(rowsIn(expected, "train"));
  });

  test("of runs with splits of their own once for each", () => {
    const own = { ...run, data: { ...data, reading: { split: "run" as const } } };
    expect(tableSetOf({ ...own, index: 1 })).not.toBe(tableSetOf(own));
    expect(tableSetOf({ ...own })).toBe(tableSetOf(own));
  });
});
