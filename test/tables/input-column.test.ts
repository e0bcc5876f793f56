import { expect, test } from "vitest";
import { InputColumn, listIn, unfitHint, valuesIn, wordBeforeNumbers } from "../../src/tables/input-column.ts";
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
])("wordBeforeNumbers() of the texts %s is %s", (texts, word) => {
  expect(wordBeforeNumbers(texts.split(" "))).toBe(word);
});

test.each([
  [new Date(0), "; write dates as numbers, such as days, or leave the column out"],
  [" [39 , 12;7] ", "; if it is a list, give --lists x_tags"],
  ["a39,12", ""],
  ["39,12a", ""],
  [" Nil", "; if it stands for an empty cell, give --na 'Nil'"],
])("unfitHint(%j) is %j", (value, hint) => {
  expect(unfitHint(value, "x_tags")).toBe(hint);
});
