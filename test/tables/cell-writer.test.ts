import fc from "fast-check";
import { expect, test } from "vitest";
import { CellReader } from "../../src/data/table-cells.ts";
import { CellWriter } from "../../src/tables/cell-writer.ts";

/** A column's cells, and how they come: in pages of so many rows, or row by row at 0. */
const someColumn = (cell: fc.Arbitrary<number>, rows: number, pages: readonly number[]) =>
  fc.record({
    cells: fc.array(cell, { minLength: rows, maxLength: rows, size: "max" }),
    pages: fc.constantFrom(...pages),
    isFloat32: fc.boolean(),
  });

const GAP = fc.constant(Number.NaN);
const float = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), GAP);
const double = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true }), GAP);
/** Places of texts, and those that take their place. */
const PLACES = Int32Array.of(3, -1, 16_777_217, 0);
const place = fc.oneof(fc.nat(PLACES.length - 1), GAP);

const SIZES = fc.constantFrom(1, 2, 255, 256, 257, 700);
const PAGES = fc.constantFrom([0, 1, 7], [0, 1, 7, 300, 1000]); // memory grows while some of a column is written, or at once
const someTable = fc.tuple(SIZES, PAGES).chain(([rows, pages]) =>
  fc.record({
    rows: fc.constant(rows),
    said: fc.constantFrom(0, rows, rows + 3), // by the file
    texts: fc.array(someColumn(place, rows, pages), { maxLength: 2 }),
    numbers: fc.array(fc.oneof(someColumn(float, rows, pages), someColumn(double, rows, pages)), {
      minLength: 1,
      maxLength: 4,
    }),
    order: fc.constantFrom("by column", "backwards", "by row"),
  }),
);

test("cells are read as they were written, whatever the order; float64 where a column's numbers need it", () => {
  fc.assert(
    fc.property(someTable, ({ rows, said, texts, numbers, order }) => {
      const columns = [...texts, ...numbers];
      const writer = new CellWriter(said, columns.length);
      const areWide = columns.map(({ cells }) => cells.some((cell) => !Object.is(Math.fround(cell), cell)));
      const writes = columns.flatMap(({ cells, pages, isFloat32 }, column) => {
        const Numbers = isFloat32 && !areWide[column] ? Float32Array : Float64Array;
        return Array.from({ length: Math.ceil(rows / (pages || 1)) }, (_, i) => {
          const first = i * (pages || 1);
          const set = () => writer.set(first, column, cells[first] as number);
          const setAll = () => writer.setAll(first, column, Numbers.from(cells.slice(first, first + pages)));
          return { first, write: pages === 0 ? set : setAll };
        });
      });
      if (order === "backwards") writes.reverse();
      if (order === "by row") writes.sort((a, b) => a.first - b.first);
      for (const { write } of writes) write();
      writer.flush();
      for (const [column, { cells }] of columns.entries())
        expect(cells.map((_, row) => writer.readerOf(column)(row))).toEqual(cells);

      writer.renumber(rows, new Map(texts.map((_, column) => [column, PLACES])));
      const read = writer.cells(
        rows,
        columns.map((_, column) => ({ isText: column < texts.length, wide: writer.wide(column) })),
      );
      const reader = new CellReader(read, read.words);
      const expected = columns.map(({ cells }, column) =>
        column < texts.length ? cells.map((cell) => PLACES[cell] ?? cell) : cells,
      );
      expect(columns.map(({ cells }, column) => cells.map((_, row) => reader.number(row, column)))).toEqual(expected);
      const words = columns.length + areWide.filter((isWide) => isWide).length;
      const isWide = areWide.includes(true);
      expect([read.rows, read.width]).toEqual([rows, isWide ? words + (words % 2) : words]);
      expect(read.columns.map(({ kind }) => kind === "float64")).toEqual(areWide);
    }),
    { numRuns: 60, interruptAfterTimeLimit: 5000 },
  );
});
