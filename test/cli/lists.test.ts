// Columns of lists, from a table's cells to predictions of lists that no row has.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { NO_TEXT } from "../../src/data/table-cells.ts";
import { listsOf } from "../../src/data/table-lists.ts";
import { readTable } from "../../src/tables/read-table.ts";
import { csvRows } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";
import { columnOf, columnsFile } from "../support/tables.ts";

const N = 240;
const folder = temporaryFolder();
const TAGS = ["39", "7", "war", "b c", "", "x"];
/** Up to three tags of a row, one of which it may have twice; `x` is in one row, the last. */
const tagsOf = (n: number) => (n === N - 1 ? ["x", "7"] : range(n % 4).map((i) => TAGS[(n * n + i * (n % 3)) % 4]));
/** The same list as different programs write it. */
const cellOf = (n: number) => {
  const tags = tagsOf(n);
  return [tags.join(), tags.join(" ; "), `[${tags.join("|")}]`, `[${tags.map((tag) => `'${tag}'`).join(", ")}]`][n % 4];
};
const effect = (n: number) => tagsOf(n).reduce((sum, tag) => sum + TAGS.indexOf(tag) - 1.5, 0);
const lines = range(N).map((n) =>
  [`"${cellOf(n)}"`, Math.sin(n), effect(n) + Math.sin(3 * n) > 0 ? "yes" : "no", effect(n) + Math.cos(n)].join(),
);
const table = join(folder, "videos.csv");
writeFileSync(table, `x_tags,x_a,y_like,y_time\n${lines.join("\n")}\n`);
const out = join(folder, "results");
const SWEEP = ["sweep", "smoke", "--rows", table, "--lists", "x_tags", "--runs", "1", "--quiet"];

/** The lists of a table's first column, as texts. */
function listsIn(file: string, how: Parameters<typeof readTable>[2] = {}) {
  const { values, contents } = readTable(file, undefined, { lists: ["x_tags"], ...how });
  const { slots = 0, values: texts } = contents[0];
  const [lists = new Int32Array()] = listsOf([{ values: texts as number, gaps: false, slots }], values.lists);
  const of = (list: number) =>
    [...lists.subarray(slots * list, slots * (list + 1))].filter((place) => place !== NO_TEXT);
  const textOf = (place: number) => (texts as readonly string[])[place] ?? "?";
  return {
    contents: contents[0],
    lists: columnOf(values, 0).map((list) => (Number.isNaN(list) ? [] : of(list).map(textOf))),
  };
}

test("lists have the values of their texts, however they are written, in CSV and Parquet", () => {
  const { contents, lists } = listsIn(table);
  expect(contents).toEqual({ values: ["39", "7", "b c", "war", "x"], gaps: false, slots: 3 });
  expect(lists).toEqual(range(N).map((n) => tagsOf(n)));
  const columns = { x_tags: range(N).map(cellOf), y_a: range(N), y_b: range(N).map((n) => n % 5) };
  expect(listsIn(columnsFile(columns, join(folder, "videos.parquet")))).toEqual({ contents, lists });
});

test("a value needs enough training rows, and is counted once in a row", () => {
  const cells = ["a,b", "a,a", "b", "", "a", "c,c", "c;a", "b", "d", "d"];
  const part = (n: number) => (n === 9 ? "train" : n >= 8 || n === 6 ? "heldout" : "train");
  const rows = cells.map((cell, n) => [`"${cell}"`, n, n * n, part(n)].join());
  const file = join(folder, "few.csv");
  writeFileSync(file, `x_tags,y_a,y_b,part\n${rows.join("\n")}\n`);
  const apart = (cell: string, known: readonly string[]) =>
    cell
      .split(/[,;]/)
      .filter((tag) => tag !== "")
      .map((tag) => (known.includes(tag) ? tag : "?"));
  for (const [minCount, known] of [
    [1, ["a", "b", "c", "d"]],
    [2, ["a", "b"]],
    [3, ["a", "b"]],
  ] as const)
    expect(listsIn(file, { minCount }), `${minCount}`).toEqual({
      contents: { values: known, gaps: false, slots: 2 },
      lists: cells.map((cell) => apart(cell, known)),
    });
});

test("a linear model's logit of a list is the mean of those of its values; predictions of kept rows are those of their lists", async () => {
  const how = [
    "--models",
    "logistic-regression,mmoe",
    "--steps",
    "60",
    "--batch",
    "32",
    "--keep-weights",
    "--keep-predictions",
  ];
  printed(await runMain([...SWEEP, ...how, "--min-count", "2", "--set", "embeddingStd=0.3", "--out", out]));
  const predict = async (file: string, model: string) =>
    csvRows((await runMain(["predict", out, file, "--model", model])).stdout).map((row) =>
      Number(row["output/y_like"]),
    );
  const file = join(folder, "new.csv");
  const cells = ["39", "war", "39,war", "war | 39", "39,39,war", "", "x", "never", "39,never"];
  writeFileSync(file, `x_tags,x_a\n${cells.map((cell) => `"${cell}",0.5`).join("\n")}\n`);
  const [a, b, ab, ba, aab, none, rare, never, aNever] = await predict(file, "logistic-regression");
  expect(Math.abs(a - b)).toBeGreaterThan(0.01);
  expect([ab, ba, aab, aNever]).toEqual(
    [(a + b) / 2, (a + b) / 2, (2 * a + b) / 3, (a + never) / 2].map((logit) => expect.closeTo(logit, 6)),
  );
  expect(never).toBe(rare);
  expect(none).not.toBeCloseTo(never, 6);
  for (const model of ["logistic-regression", "mmoe"]) {
    const { buffer, byteOffset, length } = readFileSync(join(out, "predictions", model, "000.parquet"));
    const kept = (await parquetReadObjects({
      file: buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer,
    })) as Record<string, number>[];
    const predicted = await predict(table, model);
    for (const row of kept) expect(predicted[row.row - 1]).toBeCloseTo(row["output/y_like"], 5);
  }
});

test("says what lists have; refuses longer ones, columns that are not there, and models in code", async () => {
  expect(printed(await runMain([...SWEEP, "--dry-run"]))).toMatch(
    /x_tags \(lists of up to 3 of 5 values, 9\s+numbers\s+each\)/,
  );
  const file = join(folder, "long.csv");
  writeFileSync(file, 'x_tags,x_a\n"7,7,7,7",1\n');
  expect(refusal(await runMain(["predict", out, file, "--model", "mmoe"]))).toBe(
    `${file}:2: x_tags: expected a list of at most 3 values, as in training, got 4; cut it`,
  );
  const many = range(257).join(";");
  writeFileSync(
    file,
    `x_tags,y_a,y_b\n${range(600)
      .map((n) => [n % 3 === 1 ? many : "1;2", n, n * n].join())
      .join("\n")}\n`,
  );
  expect(refusal(await runMain(["sweep", "smoke", "--rows", file, "--lists", "x_tags"]))).toMatch(
    /long.csv: column 'x_tags': expected lists of at most 256 values, .* got 257 in '0;1;2.*cut long lists$/,
  );
  expect(refusal(await runMain([...SWEEP, "--lists", "x_tag"]))).toMatch(/lists: no input 'x_tag'.*x_tags/);
  expect(refusal(await runMain([...SWEEP, "--model", "examples/my-mmoe.mjs", "--models", "my-mmoe"]))).toMatch(
    /my-mmoe is code, which reads no lists; leave it out, or x_tags$/,
  );
});
