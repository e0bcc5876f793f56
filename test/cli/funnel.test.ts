// A funnel of labels, from a table's rows to predictions: a row that lacks a label has none of the later ones, and a probability is a product.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, test } from "vitest";
import { readTable } from "../../src/tables/read-table.ts";
import { csvFile, csvRows } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { numbersOf } from "../support/tables.ts";

const N = 200;
const folder = temporaryFolder();
const [table, out] = [join(folder, "log.csv"), join(folder, "results")];
const wave = (n: number, k: number) => Math.sin(k * n * n + n);

/** Rows of an input, a click, a like (some without a click, some unknown), a share as a text, and minutes. */
const rows = Array.from({ length: N }, (_, n) => {
  const x = wave(n, 1);
  const click = Number(x + wave(n, 2) > 0);
  const like = n % 10 === 3 ? "" : Number(wave(n, 3) > 0.3);
  return { x, click, like, share: wave(n, 5) > -0.4 ? "yes" : "no", minutes: wave(n, 7) };
});

/** Labels as a funnel has them; NaN for unknown. */
const labelsOf = ({ click, like, share }: (typeof rows)[number]) => {
  const liked = click === 0 ? 0 : like === "" ? Number.NaN : like;
  return [click, liked, liked === 0 ? 0 : Number(share === "yes")];
};

const SWEEP = ["sweep", "smoke", "--rows", table, "--label", "click,like,share,minutes"];
const FUNNEL = ["--funnel", "click,like,share"];
const SHORT = ["--models", "mmoe,single-task", "--runs", "1", "--steps", "40", "--batch", "32", "--set", "refit=true"];

beforeAll(async () => {
  const lines = rows.map(({ x, click, like, share, minutes }) => [x, click, like, share, minutes].join());
  writeFileSync(table, `x_a,click,like,share,minutes\n${lines.join("\n")}\n`);
  const keep = ["--keep-weights", "--keep-predictions"];
  printed(await runMain([...SWEEP, ...FUNNEL, ...SHORT, ...keep, "--out", out, "--quiet"]));
});

test("labels of the table are products, and say how many they were not", async () => {
  const labels = ["click", "like", "share", "minutes"];
  const { values, labelGaps, labelStrays, labelVariances } = readTable(
    table,
    { labels },
    { funnel: ["click", "like", "share"] },
  );
  const all = numbersOf(values);
  const read = rows.map((_, n) => all.slice(5 * n + 1, 5 * n + 4));
  expect(read).toEqual(rows.map(labelsOf));
  const known = rows.map((row) => labelsOf(row)[1]).filter((like) => !Number.isNaN(like));
  const rate = known.reduce<number>((sum, like) => sum + (like as number), 0) / known.length;
  expect(labelGaps.slice(0, 3)).toEqual([0, N - known.length, 0]);
  expect(labelVariances[1]).toBeCloseTo(rate * (1 - rate), 12);
  const strays = [
    rows.filter(({ click, like }) => click === 0 && like === 1).length,
    rows.filter((row) => labelsOf(row)[1] === 0 && row.share === "yes").length,
  ];
  expect(labelStrays).toEqual([0, ...strays, 0]);
  const dry = await runMain([...SWEEP, ...FUNNEL, "--dry-run"]);
  expect(dry.stdout).toContain(`like of ${strays[0]} rows, share of ${strays[1]} rows: left out, since the rows have`);
});

describe.each(["mmoe", "single-task"])("of %s", (model) => {
  const kept = async () => {
    const { buffer, byteOffset, length } = readFileSync(join(out, "predictions", model, "000.parquet"));
    const file = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
    return (await parquetReadObjects({ file })) as Record<string, number>[];
  };

  test("probabilities fall along the funnel, mmoe predict gives them, and AUC is of them and the products", async () => {
    const recorded = await kept();
    const said = csvRows(printed(await runMain(["predict", out, table, "--model", model])));
    const names = ["probability/click/1", "probability/like/1", "probability/share/yes"];
    for (const row of recorded) {
      const own = names.map((name) => row[name]);
      expect(own).toEqual(own.toSorted((a, b) => b - a));
      const predicted = said[row.row - 1];
      for (const [k, name] of names.entries()) expect(Number(predicted?.[name])).toBeCloseTo(own[k], 6);
    }
    const [run] = csvFile(out, "runs.csv").filter((one) => one.model === model);
    for (const [k, name] of names.entries()) {
      const pairs = recorded.map((row) => [row[name], labelsOf(rows[row.row - 1])[k]] as const);
      const [ones, zeros] = [1, 0].map((label) => pairs.filter(([, own]) => own === label).map(([p]) => p));
      const wins = ones.flatMap((a) => zeros.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
      const auc = wins.reduce<number>((sum, one) => sum + one, 0) / wins.length;
      expect(Number(run?.[`auc${k + 1}`])).toBeCloseTo(auc, 4);
    }
  });
});

test.each([
  [["--funnel", "click,likes"], /log\.csv: funnel: no label 'likes'; did you mean 'like'\?$/],
  [["--funnel", "click"], /^--funnel: expected a list of two labels or more without duplicates, .*, got \["click"\]$/],
  [["--funnel", "click,minutes"], /log\.csv: funnel: minutes: expected 2 different values, got many$/],
  [[...FUNNEL, "--task", "like=regression"], /funnel: like is not binary; give --task like=binary, or leave it out$/],
  [
    [...FUNNEL, "--model", "examples/my-mmoe.mjs"],
    /is code, which predicts labels apart; leave it out, or the funnel$/,
  ],
])("%j is refused", async (words, expected) => {
  expect(await refusal(await runMain([...SWEEP, ...words]))).toMatch(expected);
});

test("--funnel without --rows is refused", async () => {
  expect(await refusal(await runMain(["sweep", "smoke", ...FUNNEL]))).toBe(
    "--funnel: is for --rows FILE; in a config, write rows: {file, funnel}",
  );
});
