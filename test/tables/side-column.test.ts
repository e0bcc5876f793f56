// Tables that a column splits: which rows are in which part, from the definition of each way.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import type { PartsBy, TableValues } from "../../src/data/table.ts";
import { csvTable, readTable } from "../../src/tables/read-table.ts";
import { complaint } from "../support/complaint.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { columnsFile } from "../support/tables.ts";

const [TRAINING, TEST, VALIDATION] = [0, 1, 2];
const HOW = { heldout: 0.25, seed: 0 };

/** The part of each row, of a table whose column `key` has these values. */
function partsOf(by: PartsBy["by"], keys: readonly unknown[], seed = 0): number[] {
  const lines = keys.map((key, n) => `${(n * 7) % 11},${key},${n % 5},${n % 3}`);
  const csv = Buffer.from(`x_1,key,y_1,y_2\n${lines.join("\n")}\n`);
  const { values, heldout, validation } = csvTable(csv, "t.csv", undefined, {
    parts: { by, column: "key", ...HOW, seed },
  });
  const marks = [...new Uint8Array(values.heldout as SharedArrayBuffer)];
  expect([heldout, validation]).toEqual([TEST, VALIDATION].map((part) => marks.filter((mark) => mark === part).length));
  return marks;
}

const valuesIn = <T>(keys: readonly T[], marks: readonly number[], part: number) =>
  keys.filter((_, n) => marks[n] === part);

describe("a table that a column splits", () => {
  test("by groups has each in one part, whatever the order of rows, and about the shares that are asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 60, maxLength: 200 }), fc.nat(9), (groups, seed) => {
        fc.pre(new Set(groups).size > 10);
        const marks = partsOf("group", groups, seed);
        const partOf = new Map(groups.map((group, n) => [group, marks[n]]));
        for (const [n, group] of groups.entries()) expect(marks[n]).toBe(partOf.get(group));
        const largest = Math.max(...[...partOf.keys()].map((one) => groups.filter((group) => group === one).length));
        const tested = valuesIn(groups, marks, TEST).length;
        expect(Math.abs(tested - 0.25 * groups.length)).toBeLessThanOrEqual(largest + 0.5);
        const reversed = groups.toReversed();
        expect(partsOf("group", reversed, seed)).toEqual(marks.toReversed());
      }),
      { numRuns: 30 },
    );
    const groups = Array.from({ length: 80 }, (_, n) => n % 20);
    expect(partsOf("group", groups, 0)).not.toEqual(partsOf("group", groups, 1));
  });

  test("by groups has those of earlier versions, with which sweeps were recorded", () => {
    const groups = Array.from({ length: 12 }, (_, n) => `g${(n * 7) % 12}`);
    expect(partsOf("group", groups, 3).join("")).toBe("011002012000");
  });

  test("by time has the last rows for the test, those before for validation, and equal moments together", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 40, maxLength: 120 }), (times) => {
        fc.pre(new Set(times).size > 12);
        const marks = partsOf("time", times);
        const [train, test, validation] = [TRAINING, TEST, VALIDATION].map((part) => valuesIn(times, marks, part));
        expect(Math.max(...(train as number[]))).toBeLessThan(Math.min(...(validation as number[])));
        expect(Math.max(...(validation as number[]))).toBeLessThan(Math.min(...(test as number[])));
      }),
      { numRuns: 30 },
    );
    const days = Array.from({ length: 20 }, (_, n) => `2026-05-${String(((n * 7) % 20) + 1).padStart(2, "0")}`);
    const marks = partsOf("time", days);
    expect(valuesIn(days, marks, TEST).sort()).toEqual([16, 17, 18, 19, 20].map((day) => `2026-05-${day}`));
    expect(valuesIn(days, marks, VALIDATION).sort()).toEqual([13, 14, 15].map((day) => `2026-05-${day}`));
  });

  test("by time takes dates as programs and people write them, and those of Parquet, for what they are", () => {
    const dates = Array.from({ length: 40 }, (_, n) => new Date(Date.UTC(2026, 2, 20 + ((n * 7) % 40))));
    const forms = [
      (date: Date) => date.toISOString(),
      (date: Date) => `+00${date.toISOString()}`,
      (date: Date) => `"${date.toUTCString()}"`, // Fri, 01 May 2026 00:00:00 GMT
      (date: Date) => `${date.toLocaleString("en", { month: "long", timeZone: "UTC" })} ${date.getUTCDate()} 2026 UTC`,
    ];
    const expected = partsOf("time", dates.map(Number));
    const written = dates.map((date, n) => (forms[n % 4] as (date: Date) => string)(date));
    expect(partsOf("time", written)).toEqual(expected);
    const columns = {
      x_1: dates.map((_, n) => n % 3),
      y_1: dates.map((_, n) => n % 5),
      y_2: dates.map((_, n) => n % 7),
    };
    const columnData = [
      ...Object.entries(columns).map(([name, data]) => ({ name, data })),
      { name: "key", data: dates },
    ];
    const file = join(temporaryFolder(), "t.parquet");
    writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData })));
    const { values } = readTable(file, undefined, { parts: { by: "time", column: "key", ...HOW } });
    expect([...new Uint8Array(values.heldout as SharedArrayBuffer)]).toEqual(expected);
  });

  test("by strata has the shares of each value in each part, but for rounding", () => {
    const kinds = Array.from({ length: 100 }, (_, n) => (n % 10 === 0 ? "" : n % 2 ? "a" : "b")); // a gap is a value, too
    const marks = partsOf("stratify", kinds);
    for (const [kind, rows] of [
      ["", 10],
      ["a", 50],
      ["b", 40],
    ] as const) {
      const counts = [TEST, VALIDATION].map(
        (part) => valuesIn(kinds, marks, part).filter((one) => one === kind).length,
      );
      const tested = Math.round(0.25 * rows);
      expect(counts).toEqual([tested, Math.round(0.2 * (rows - tested))]);
    }
  });

  test("is one line for a gap, for words in place of moments, and for too few values", () => {
    const of = (by: PartsBy["by"], keys: readonly unknown[]) => complaint(() => partsOf(by, keys));
    expect(of("group", ["a", "", "b", "c"])).toBe("t.csv:3: key: group needs a value, got ''");
    expect(of("group", ["a", " a", "a ", "a"])).toContain("key' has too few different values");
    expect(of("time", [1, "soon", 3, 4])).toBe("t.csv:3: key: time needs a number, got 'soon'");
    expect(of("time", ["item 3", 1, 2, 3])).toBe(
      "t.csv:2: key: time needs a number, or a date such as 2026-05-01, got 'item 3'",
    );
    expect(of("time", [1, "9".repeat(30) + "x".repeat(30)])).toContain(`got '${"9".repeat(30)}${"x".repeat(10)}'`);
    expect(of("time", [1, 2, "2026-05-01", 3])).toBe("t.csv:4: key: time needs a number, got '2026-05-01'");
    expect(of("time", ["May 1 2026", 5, "2026-05-03"])).toBe(
      "t.csv:3: key: time needs a date such as 2026-05-01, got '5'",
    );
    expect(of("group", [1, 2, 1, 2])).toBe(
      "t.csv: group: column 'key' has too few different values to split by: a part would have no rows",
    );
  });
});

test("columns beside inputs and labels are the same of CSV and Parquet, also where one serves twice and is an input", () => {
  const folder = temporaryFolder();
  const N = 50;
  const columns = {
    user: Array.from({ length: N }, (_, n) => `u${(n * n) % 17}`),
    x_1: Array.from({ length: N }, (_, n) => (n * 7) % 11),
    w: Array.from({ length: N }, (_, n) => n % 4),
    y_1: Array.from({ length: N }, (_, n) => n % 2),
    y_2: Array.from({ length: N }, (_, n) => n % 3),
  };
  const how = { parts: { by: "group" as const, column: "user", ...HOW }, metricsBy: "user", weight: "w" };
  const chosen = { labels: ["y_1", "y_2"], inputs: ["x_1", "user"] };
  const [one, other] = ["csv", "parquet"].map((ending) => {
    return readTable(columnsFile(columns, join(folder, `t.${ending}`), 20), chosen, how).values;
  }) as [TableValues, TableValues];
  expect([...new Float32Array(one.weights as SharedArrayBuffer)]).toEqual(columns.w);
  const groups = [...new Uint32Array(one.groups as SharedArrayBuffer)];
  const marks = [...new Uint8Array(one.heldout as SharedArrayBuffer)];
  for (const [n, user] of columns.user.entries()) {
    const first = columns.user.indexOf(user);
    expect([groups[n], marks[n]]).toEqual([groups[first], marks[first]]);
  }
  expect(new Set(groups).size).toBe(new Set(columns.user).size);
  const bytesOf = ({ cells, heldout, groups, weights }: TableValues) =>
    [cells.words, heldout, groups, weights].map((part) => [...new Uint8Array(part as SharedArrayBuffer)]);
  expect(bytesOf(other)).toEqual(bytesOf(one));
});

test("mmoe sweep --group trains on a CSV or Parquet file whose users stay together, by its stored config alike", async () => {
  const folder = temporaryFolder();
  const users = Array.from({ length: 60 }, (_, n) => `u${(n * 5) % 12}`);
  const columns = {
    x_1: users.map((_, n) => (n * 7) % 11),
    user: users,
    y_1: users.map((_, n) => n % 5),
    y_2: users.map((_, n) => n % 3),
  };
  const [first, second] = await Promise.all(
    ["csv", "parquet"].map(async (ending) => {
      const file = columnsFile(columns, join(folder, `t.${ending}`), 20);
      const out = join(folder, `out-${ending}`);
      const words = ["--rows", file, ..."--group user --heldout 0.3 --models mmoe --steps 9 --runs 2".split(" ")];
      expect((await runMain(["sweep", "smoke", ...words, "--out", out])).code).toBe(0);
      return (await runMain(["data", join(out, "config.yaml"), "--parts", "--run", "1"])).stdout;
    }),
  );
  expect(first).toBe(second);
  const parts = (first as string)
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[1]);
  const ofUser = new Map(users.map((user, n) => [user, parts[n]]));
  expect(parts).toEqual(users.map((user) => ofUser.get(user)));
  expect(new Set(parts)).toEqual(new Set(["train", "validation", "test"]));
  const csv = join(folder, "t.csv");
  const refused = async (...words: string[]) => refusal(await runMain(["sweep", "--rows", csv, ...words]));
  expect(await refused("--group", "usr")).toBe(`${csv}: no column 'usr'; columns: x_1, user, y_1, y_2`);
  expect(await refused("--group", "user", "--by-time", "x_1")).toBe("--group and --by-time: expected one of them");
});
