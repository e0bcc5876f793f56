import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { generatorOf } from "../../../src/config/generated.ts";
import { loadConfig, setOverride } from "../../../src/config/load.ts";
import { labelCorrelation } from "../../../src/data/moments.ts";
import { UsageError } from "../../../src/errors.ts";
import { temporaryFolder } from "../../../test/support/effects.ts";
import { fitted } from "../../src/fit/command.ts";

const FIGURE2 = new URL("../../../results/published/fig2.csv", import.meta.url).pathname;
const FIT = [FIGURE2, "--starts", "7", "--sines"];

/** A CSV file of this text. */
function csvFile(text: string): string {
  const file = join(temporaryFolder(), "points.csv");
  writeFileSync(file, text);
  return file;
}

describe("npm run research -- fit", () => {
  test("prints sets best first, each with its distance, its ladder and its constants", () => {
    const stdout = fitted([...FIT, "2", "--trials", "100", "--top", "3"]);
    const [found, , header, ...rows] = stdout.split("\n");
    expect(found).toBe("2 sines, 9 points: 0 of 7 starts end within 0.0015 of all points");
    expect(header).toMatch(/^set +fits +largest +rms +chi-square +ladder$/);
    const chiSquares = rows.slice(0, 3).map((row) => Number(row.trim().split(/ +/)[4]));
    expect(chiSquares).toEqual([...chiSquares].sort((a, b) => a - b));
    expect(stdout).toMatch(/^1: data: \{inputs: 100, scale: /m);
    expect(stdout).not.toContain("where the constants"); // no fit is near
  });

  test("gives constants that a config takes, and their distance in a column of the CSV", () => {
    const stdout = fitted([...FIT, "1,3", "--format", "csv", "--trials", "100"]);
    const rows: Record<string, string>[] = parse(stdout, { columns: true });
    expect(new Set(rows.map(({ sines }) => sines))).toEqual(new Set(["1", "3"]));
    expect(Object.keys(rows[0] ?? {}).slice(-5)).toEqual(["rung0", "rung1", "rung2", "rung3", "data"]);
    const points = parse<Record<string, string>>(readFileSync(FIGURE2), { columns: true });
    for (const { sines, data, largestDifference, rung2 } of rows) {
      const settings = generatorOf(loadConfig("fixed-rows", [setOverride(`data=${data}`)]));
      expect(settings.alpha).toHaveLength(Number(sines));
      expect(rung2 === "").toBe(sines === "1");
      const off = points.map((point) =>
        Math.abs(labelCorrelation(settings, Number(point.weight_cosine)) - Number(point.label_pearson_mean)),
      );
      expect(Math.max(...off)).toBe(Number(largestDifference));
    }
  });

  test("with --rows fits the error bars as well, and says how well", () => {
    const words = [...FIT, "1", "--trials", "100", "--rows", "10000"];
    const stdout = fitted([...words, "--top", "2"]);
    expect(stdout.split("\n")[2]).toMatch(/^set +fits +largest +rms +chi-square +of bars +ladder$/);
    const rows: Record<string, string>[] = parse(fitted([...words, "--format", "csv"]), { columns: true });
    expect(rows[0]?.set).toBe("b1");
    const squares = rows.map(({ chiSquare, barChiSquare }) => Number(chiSquare) + Number(barChiSquare));
    expect(squares).toEqual([...squares].sort((a, b) => a - b));
    expect(Number(rows[0]?.barChiSquare)).toBeGreaterThan(0);
    const most = String(squares[0] + 1e-6);
    expect(parse(fitted([...words, "--format", "csv", "--most", most]), { columns: true })).toEqual([rows[0]]);
  });

  test("of points without deviations shows no chi-square, and says where near fits lie", () => {
    const file = csvFile("weight_cosine,label_pearson_mean\n0,0\n0.5,0.4\n1,0.8\n");
    const stdout = fitted([file, "--sines", "0", "--starts", "4"]);
    expect(stdout).toContain("0 sines, 3 points: 4 of 4 starts end within 0.0015 of all points\n");
    expect(stdout).not.toContain("chi-square");
    expect(stdout).toMatch(/\nscale +0\.200 +0\.200 +0\.000\nrung 0 +0\.200 +0\.200 +0\.000\n/);
  });
});

describe("npm run research -- fit refuses", () => {
  const header = "weight_cosine,label_pearson_mean,two_sd";
  test.each([
    [
      "another column",
      "cosine,label_pearson_mean\n0,1\n",
      ": expected the columns weight_cosine, label_pearson_mean, two_sd, got cosine, label_pearson_mean",
    ],
    ["one point", `${header}\n0.5,0.1,0.02\n`, ": expected at least 2 points below the header, got 1"],
    ["an empty file", "", ": expected at least 2 points below the header, got 0"],
    [
      "a word",
      `${header}\n0.5,0.1,0.02\n0.6,high,0.02\n`,
      ":3: label_pearson_mean: expected a number from -1 to 1, got 'high'",
    ],
    [
      "an empty cell",
      `${header}\n0.5,,0.02\n0.6,0.1,0.02\n`,
      ":2: label_pearson_mean: expected a number from -1 to 1, got ''",
    ],
    [
      "a cosine above 1",
      `${header}\n1.5,0.1,0.02\n0.6,0.1,0.02\n`,
      ":2: weight_cosine: expected a number from -1 to 1, got '1.5'",
    ],
    [
      "a deviation of 0",
      `${header}\n0.5,0.1,0.02\n\n0.6,0.1,0\n`,
      ":4: two_sd: expected a number from 1e-9 to 2, got '0'",
    ],
    ["a short row", `${header}\n0.5,0.1\n0.6,0.1,0.02\n`, ": not readable as CSV: Invalid Record Length"],
  ])("%s", (_, text, message) => {
    const file = csvFile(text);
    const refused = () => fitted([file, "--starts", "1"]);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(`${file}${message}`);
  });

  test("--rows without the column of deviations", () => {
    const file = csvFile("weight_cosine,label_pearson_mean\n0.5,0.4\n1,0.8\n");
    const refused = () => fitted([file, "--rows", "50", "--trials", "2"]);
    expect(refused).toThrow(new UsageError(`${file}: --rows: expected the column two_sd`));
  });

  test.each([
    [[FIGURE2, "--sines", "4,x"], "--sines: expected a whole number from 0 to 20, got 'x'"],
    [[FIGURE2, "--starts", "0"], "--starts: expected a whole number from 1 to 1000000, got '0'"],
    [[FIGURE2, "--noise-std", "1001"], "--noise-std: expected a number from 0 to 1000, got '1001'"],
    [[FIGURE2, "--noise-std", "-1"], "--noise-std: expected a number of at least 0, got '-1'"],
    [[FIGURE2, "--format", "parquet"], "--format: expected one of csv, table, got 'parquet'"],
    [["/no/such.csv"], "/no/such.csv: can't be read: no such file or directory"],
    [[FIGURE2, "--rows", "9", "--trials", "1"], "--trials: expected a whole number from 2 to 2147483647, got '1'"],
    [[FIGURE2, "--rows", "0", "--trials", "9"], "--rows: expected a whole number from 1 to 2147483647, got '0'"],
    [[FIGURE2, "--trials", "0"], "--trials: expected a whole number from 1 to 2147483647, got '0'"],
  ])("%j", (argv, message) => {
    expect(() => fitted(argv)).toThrow(new UsageError(message));
  });
});
