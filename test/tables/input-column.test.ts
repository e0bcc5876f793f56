import fc from "fast-check";
import { expect, test } from "vitest";
import { HELD_OUT, TRAINING, VALIDATION } from "../../src/data/split.ts";
import { NO_TEXT } from "../../src/data/table-cells.ts";
import {
  InputColumn,
  isNothing,
  listIn,
  naHint,
  unfitHint,
  valuesIn,
  wordBeforeNumbers,
} from "../../src/tables/input-column.ts";
import { complaint } from "../support/complaint.ts";
import { range } from "../support/reference.ts";

const ASKED = { source: "t.csv", isCategory: false, areLists: false, marks: new Uint8Array(), minCount: 1 };
type Asked = ConstructorParameters<typeof InputColumn>[1];

/** A column of such cells, one of each, with `rows` rows of it. */
function columnOf(name: string, cells: readonly (string | number)[], asked: Partial<Asked> = {}, rows = 1) {
  const column = new InputColumn(name, { ...ASKED, hash: undefined, ...asked });
  const numbers = cells.map((cell) => column.numberOf(cell, typeof cell === "number" ? cell : undefined) as number);
  for (let row = 0; row < rows; row++) column.take(row * cells.length, Float64Array.from(numbers));
  return column;
}

/** Rows of a column, in blocks: each row's cell and part. */
interface Given {
  readonly blocks: readonly (readonly (readonly [cell: unknown, part: number])[])[];
  readonly areMarked: boolean;
  readonly minCount: number;
}

const rowsWith = (...cells: readonly unknown[]): fc.Arbitrary<Given> =>
  fc.record({
    blocks: fc.array(
      fc.array(fc.tuple(fc.constantFrom(...cells), fc.constantFrom(TRAINING, TRAINING, VALIDATION, HELD_OUT)), {
        maxLength: 6,
      }),
    ),
    areMarked: fc.boolean(),
    minCount: fc.integer({ min: 1, max: 3 }),
  });

/** What a column says of such rows, beside the first empty row of each block as it was taken. */
function taken({ blocks, areMarked, minCount }: Given, isCategory: boolean) {
  const marks = Uint8Array.from(areMarked ? blocks.flatMap((rows) => rows.map(([, mark]) => mark)) : []);
  const column = new InputColumn("x", { ...ASKED, hash: undefined, isCategory, marks, minCount });
  const starts = blocks.map((_, i) => blocks.slice(0, i).flat().length);
  const empty = blocks.map((rows, i) => {
    const numbers = rows.map(([cell]) => column.numberOf(cell, typeof cell === "number" ? cell : undefined) as number);
    return column.take(starts[i], Float64Array.from(numbers));
  });
  const text = ([cell]: readonly unknown[]) => String(cell ?? "").trim();
  const trained = blocks.flat().filter(([, mark]) => !areMarked || mark === TRAINING);
  const emptyByHand = blocks.map((rows, i) => {
    const at = rows.findIndex((row) => text(row) === "");
    return at < 0 ? undefined : starts[i] + at;
  });
  return { column, empty, emptyByHand, trained: trained.map(text), all: blocks.flat().map(text) };
}

test("a category has the texts of enough training rows, in order, and says which rows are empty", () => {
  const rows = rowsWith("b", "a", "c ", " a", "d", 1, true, "", "  ", null, undefined);
  fc.assert(
    fc.property(rows, (given) => {
      const { column, empty, emptyByHand, trained, all } = taken(given, true);
      expect(empty).toEqual(emptyByHand);
      const texts = [...new Set(all)].filter((text) => text !== "");
      const values = texts.filter((text) => trained.filter((one) => one === text).length >= given.minCount).sort();
      const isEmpty = trained.every((text) => text === "");
      const refusal = isEmpty
        ? "t.csv: column 'x' is empty in every training row; leave it out"
        : `t.csv: column 'x': no value is in ${given.minCount} training rows; leave it out, or give a lower --min-count`;
      if (isEmpty || values.length === 0) expect(complaint(() => column.contents())).toBe(refusal);
      else {
        expect(column.contents()).toEqual({ values, gaps: trained.includes("") });
        expect([...(column.places ?? [])]).toEqual(texts.map((text) => values.indexOf(text)));
      }
    }),
  );
});

test("a column of numbers has no values, and says which rows are empty", () => {
  fc.assert(
    fc.property(rowsWith(0.5, -1, 2, "", null), (given) => {
      const { column, empty, emptyByHand, trained } = taken(given, false);
      expect(empty).toEqual(emptyByHand);
      expect(column.places).toBeUndefined();
      if (trained.every((text) => text === ""))
        expect(complaint(() => column.contents())).toContain("is empty in every");
      else expect(column.contents()).toMatchObject({ values: [], gaps: trained.includes("") });
    }),
  );
});

test("a text after a number is unfit, also after numbers that were read elsewhere; before the first it makes a category", () => {
  const read = (cells: readonly unknown[], numbers: readonly number[] = []) => {
    const column = new InputColumn("x", { ...ASKED, hash: undefined });
    column.take(0, Float64Array.from(numbers));
    return cells.map((cell) => column.numberOf(cell, typeof cell === "number" ? cell : undefined));
  };
  expect(read([2, "a", "", 3])).toEqual([2, undefined, Number.NaN, 3]);
  expect(read(["a"], [Number.NaN, 2])).toEqual([undefined]);
  expect(read(["a"], [Number.NaN])).toEqual([0]);
  expect(read(["", "a", 3, true, "a "])).toEqual([Number.NaN, 0, undefined, 1, 0]);
  expect(read(["1e39", 4])).toEqual([undefined, 4]); // too large, and no text
  expect(read([true])).toEqual([0]);
  expect(read([{}, "a"])).toEqual([undefined, 0]);
});

test("up to 20 texts may each be in a single row; up to 1,000 are told, and more counted", () => {
  const texts = (count: number, tail = "") => range(count).map((n) => `t${String(n).padStart(4, "0")}${tail}`);
  expect(columnOf("x", texts(20)).contents()).toEqual({ values: texts(20), gaps: false });
  expect(complaint(() => columnOf("x", texts(21, "!".repeat(50))).contents())).toBe(
    "t.csv: column 'x': expected numbers, or at most 1,000,000 different texts and two rows for each, got 21 in 21 training rows " +
      `(the first is 't0000${"!".repeat(35)}'); leave the column out, or group its values, or give --min-count 5`,
  );
  expect(complaint(() => columnOf("x", ["b", ...texts(20), "t0003;b"]).contents())).toMatch(
    /--min-count 5; if 't0003;b' is a list, give --lists x$/,
  );
  expect(columnOf("x", texts(1000), {}, 2).contents().values).toEqual(texts(1000));
  expect(columnOf("x", texts(1001), {}, 2).contents().values).toBe(1001);
  expect(columnOf("x", texts(1001), { hash: 1001 }, 2).contents()).toEqual({ values: 1001, gaps: false });
  const hashed = columnOf("x", texts(1002), { hash: 1001 }, 2);
  expect(hashed.contents()).toEqual({ values: 1001, gaps: false, hashed: true });
  expect(hashed.places?.every((bucket) => bucket >= 0 && bucket < 1001)).toBe(true);
});

test.each([undefined, null, "", " \t"])("isNothing(%j)", (value) => {
  expect(isNothing(value)).toBe(true);
});

test.each([0, false, "0", " a", Number.NaN])("isNothing(%j) is false", (value) => {
  expect(isNothing(value)).toBe(false);
});

test.each(["na", "N/A", "NaN", "null", "None", "nil", "?", "-", "."])("%s may stand for an empty cell", (word) => {
  expect(naHint(` ${word}`)).toBe(`; if it stands for an empty cell, give --na '${word}'`);
});

test("a column has up to 1,000,000 texts; there may be more that are hashed, or in fewer rows than a value needs", () => {
  const users = ["NA ", ...range(1_000_000).map((n) => `u${n} `)]; // hints go by the first of such words
  const refusal = (got: string) =>
    "t.csv: column 'x_user': expected numbers, or at most 1,000,000 different texts and two rows for each, " +
    `got ${got} (the first is 'NA'); leave the column out, or group its values, or give --min-count 5 or --hash 100000; ` +
    "if it stands for an empty cell, give --na 'NA'";
  expect(complaint(() => columnOf("x_user", users))).toBe(refusal("more than 1,000,000"));
  const often = columnOf("x_user", users, { minCount: 2 }, 2);
  expect(complaint(() => often.contents())).toBe(refusal("1,000,001"));
  expect(columnOf("x_user", users, { hash: 5000 }).contents()).toEqual({ values: 5000, gaps: false, hashed: true });
});

test.each([
  ["x_n", 2, undefined],
  ["x_n", 3, 3],
  ["x_n", 20, 20],
  ["x_n", 21, undefined],
  ["user_id", 21, 21],
  ["ID", 21, 21],
  ["shop id", 21, 21],
  ["paid", 21, undefined],
  ["id_card", 21, undefined],
])("whole numbers of column %s that may be categories, of %i different ones: %s", (name, count, wholes) => {
  expect(columnOf(name, range(count), {}, 2).contents().wholes).toBe(wholes);
  expect(columnOf(name, [...range(count), ""], {}, 2).contents().wholes).toBe(wholes);
  expect(columnOf(name, [...range(count), 0.5]).contents().wholes).toBeUndefined();
});

test("values of lists need two rows for each where they are many; of other columns there are no lists", () => {
  const pairs = (last: string) => [...range(20).flatMap((n) => [`a${n},a${(n + 1) % 20}`]), last];
  const read = (last: string) => columnOf("x", pairs(last), { areLists: true, isCategory: true });
  expect(read("b,a0,a0").contents()).toMatchObject({ slots: 3, values: { length: 21 } });
  expect(complaint(() => read("b").contents())).toContain("got 21 in 41 training rows");
  expect(columnOf("x", ["a,b", "b"]).lists).toBeUndefined();
  const lists = columnOf("x", ["b,a", "", "[a]", "c,b,a"], { areLists: true, isCategory: true, minCount: 2 });
  expect(lists.contents()).toEqual({ values: ["a", "b"], gaps: false, slots: 3 });
  expect(lists.lists).toEqual({ lists: Int32Array.of(1, 0, NO_TEXT, 0, NO_TEXT, NO_TEXT, -1, 1, 0), slots: 3 });
});

test("different lists have up to 33,554,432 places together, the longest having up to 256", () => {
  const longest = range(256).join();
  const read = (count: number) =>
    columnOf("x", [...range(count).map((n) => `${n}`), longest], { areLists: true, isCategory: true, minCount: 2 });
  expect(read(300).contents()).toMatchObject({ slots: 256, values: { length: 256 } });
  expect(complaint(() => read(2 ** 25 / 256).contents())).toBe(
    "t.csv: column 'x': expected lists of at most 256 values, and 33,554,432 places in different lists, " +
      `got 256 in '${longest.slice(0, 40)}' and 131,073 lists; cut long lists`,
  );
});

test.each([
  ["[]", []],
  [";", []],
  ["1,,2", ["1", "2"]],
  ["a[1]", ["a[1]"]],
  ["[1]b", ["[1]b"]],
  [`['it''s', "b", c'd', 'e'f]`, ["it''s", "b", "c'd'", "'e'f"]],
])("valuesIn(%j) is %j", (list, values) => {
  expect(valuesIn(list)).toEqual(values);
});

test.each([
  ["39 12 39,12", "39,12"],
  ["a;b b c|b|d", "c|b|d"],
  ["a;b b a c,d", undefined],
])("listIn() of the texts %s is %s", (texts, list) => {
  expect(listIn(texts.split(" "))).toBe(list);
});

test.each([
  ["NA ? 1 2", "expected numbers, got 'NA' before them; if it stands for an empty cell, give --na 'NA'"],
  ["NA ?", undefined],
  ["1 NA", undefined],
  ["NA x 1", undefined],
  ["NA 1 x", undefined],
  ["inf 1", "expected numbers, got 'inf' before them"],
  ["-Inf NA 1", "expected numbers, got '-Inf' before them"],
  ["info 1", undefined],
  ["minf 1", undefined],
])("wordBeforeNumbers() of the texts %s is %s", (texts, word) => {
  expect(wordBeforeNumbers(texts.split(" "))).toBe(word);
});

test.each([
  [new Date(0), "; write dates as numbers, such as days, or leave the column out"],
  [" [39 , 12;7] ", "; if it is a list, give --lists x_tags"],
  ["39|12", "; if it is a list, give --lists x_tags"],
  ["a39,12", ""],
  ["39,12a", ""],
  [" Nil", "; if it stands for an empty cell, give --na 'Nil'"],
])("unfitHint(%j) is %j", (value, hint) => {
  expect(unfitHint(value, "x_tags")).toBe(hint);
});
