import { describe, expect, test } from "vitest";
import { configAt, modelOf, tableOf, trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { TableSet } from "../../src/data/table-set.ts";
import { withValues } from "../../src/tables/read-table.ts";
import { complaint } from "../support/complaint.ts";
import { fileOf, stored } from "../support/configs.ts";
import { range } from "../support/reference.ts";
import { tableFile } from "../support/tables.ts";

const TRAIN = ["Rome,10,1,1,2", "Bern,,3,2,4", "Rome,30,5,3,1", ",20,7,4,3"];
const HELDOUT = ["Oslo,,9,5,2", "Bern,40,11,6,5"];
const HEADER = "x_city,x_age,x_n,y_a,y_b";

const tableOfLines = (lines: readonly string[]) => fileOf(`${lines.join("\n")}\n`, "people.csv");
const withParts = (train: readonly string[], heldout: readonly string[]) =>
  tableOfLines([`${HEADER},part`, ...train.map((row) => `${row},train`), ...heldout.map((row) => `${row},heldout`)]);
const file = withParts(TRAIN, HELDOUT);

const configOf = (table: string, impute = "mean", ...more: string[]) =>
  loadConfig("smoke", [rowsOverride(table, { impute }), setOverride("labels=raw"), ...more.map(setOverride)]);

/** The inputs of a run's rows by their first label. */
function inputsIn(config: ReturnType<typeof configOf>, part: "train" | "heldout", run = 0): Map<number, number[]> {
  const { trainRows, heldoutRows } = config as { trainRows: number; heldoutRows: number };
  const table = withValues(tableOf(config) as NonNullable<ReturnType<typeof tableOf>>);
  const { x, y } = new TableSet(table, { seed: 0, run }, { trainRows, heldoutRows }).rows(part);
  const D = (x.length * table.tasks) / y.length;
  return new Map(range(y.length / 2).map((n) => [y[2 * n], [...x.subarray(n * D, (n + 1) * D)]]));
}

function expectRows(actual: Map<number, number[]>, expected: Readonly<Record<number, readonly number[]>>): void {
  expect([...actual.keys()].sort()).toEqual(Object.keys(expected).map(Number));
  for (const [label, row] of Object.entries(expected)) {
    const inputs = actual.get(Number(label)) as number[];
    expect(inputs).toHaveLength(row.length);
    for (const [d, value] of row.entries()) expect(inputs[d], `${label}: ${d}`).toBeCloseTo(value, 5);
  }
}

describe("inputs are those computed by hand: Bern, Rome, no city; age, no age; n", () => {
  const config = configOf(file);
  const [ageStd, nStd] = [Math.sqrt(200 / 3), Math.sqrt(5)]; // ages 10, 30, 20 have mean 20; n 1, 3, 5, 7 have mean 4

  test("of training rows, and of held-out rows, where a city that no training row has is 0 everywhere", () => {
    expectRows(inputsIn(config, "train"), {
      1: [0, 1, 0, -10 / ageStd, 0, -3 / nStd],
      2: [1, 0, 0, 0, 1, -1 / nStd],
      3: [0, 1, 0, 10 / ageStd, 0, 1 / nStd],
      4: [0, 0, 1, 0, 0, 3 / nStd],
    });
    expectRows(inputsIn(config, "heldout"), {
      5: [0, 0, 0, 0, 1, 5 / nStd],
      6: [1, 0, 0, 20 / ageStd, 0, 7 / nStd],
    });
  });

  test("as they are, gaps being the mean", () => {
    const raw = loadConfig("smoke", [
      { source: "t", values: { rows: { file, impute: "mean", standardise: false }, labels: "raw" } },
    ]);
    expectRows(inputsIn(raw, "heldout"), { 5: [0, 0, 0, 20, 1, 9], 6: [1, 0, 0, 40, 0, 11] });
    expectRows(inputsIn(raw, "train"), {
      1: [0, 1, 0, 10, 0, 1],
      2: [1, 0, 0, 20, 1, 3],
      3: [0, 1, 0, 30, 0, 5],
      4: [0, 0, 1, 20, 0, 7],
    });
  });

  test("and so many a model has", () => {
    expect(modelOf(configAt(config, {}), "mmoe")).toMatchObject({ inputs: 6, tasks: 2 });
  });
});

test("what held-out rows lack or alone have changes no other row, and makes no input of its own", () => {
  const other = configOf(withParts(TRAIN, [",41,9,5,2", HELDOUT[1]]));
  expect(inputsIn(other, "train")).toEqual(inputsIn(configOf(file), "train"));
  expect(inputsIn(other, "heldout").get(6)).toEqual(inputsIn(configOf(file), "heldout").get(6));
  const config = configOf(withParts(["Rome,10,1,1,2", "Bern,30,3,2,4"], [",,5,3,1"]));
  expectRows(inputsIn(config, "heldout"), { 3: [0, 0, 0, 3] }); // Bern, Rome; age of mean 20; n of mean 2 and std 1
});

describe("where each run splits the table, what only its held-out rows have is 0 in that run", () => {
  const rows = range(10).map((n) => [n === 3 ? "Oslo" : ["Rome", "Bern"][n % 2], n === 5 ? "" : n, n * n, n, 9 - n]);
  const file = tableOfLines([HEADER, ...rows.map((row) => row.join())]);
  const config = loadConfig("smoke", [
    rowsOverride(file, { impute: "mean", resplit: true }),
    setOverride("labels=raw"),
  ]);
  const runs = range(24).map((run) => ({
    heldout: inputsIn(config, "heldout", run),
    train: inputsIn(config, "train", run),
  }));

  test.each([
    ["a value", 3, 1],
    ["a gap", 5, 4],
  ])("%s", (_, label, input) => {
    const [out, within] = [
      runs.filter(({ heldout }) => heldout.has(label)),
      runs.filter(({ train }) => train.has(label)),
    ];
    expect([out.length + within.length, Math.min(out.length, within.length) > 0]).toEqual([24, true]);
    for (const { heldout } of out) expect(heldout.get(label)?.[input]).toBe(0);
    for (const { train } of within) {
      expect(train.get(label)?.[input]).toBe(1);
      expect([...train].filter(([one, row]) => one !== label && row[input] !== 0)).toEqual([]);
    }
  });
});

describe("impute", () => {
  test("refuses empty cells unless it is mean, which is then part of a sweep's identity", () => {
    expect(complaint(() => configOf(file, "refuse"))).toMatch(
      /people\.csv:3: x_age: .*, got nothing; fill it in, .*mean; columns with empty cells: x_city, x_age$/,
    );
    expect(complaint(() => configOf(file, "median"))).toMatch(
      /^--rows: impute: expected one of refuse, mean, got "med/,
    );
    const plain = tableFile(60);
    const [bare, refuse, mean] = [undefined, "refuse", "mean"].map((impute) =>
      trainedHash(loadConfig("smoke", [rowsOverride(plain, { impute })])),
    );
    expect(refuse).toBe(bare);
    expect(mean).not.toBe(bare);
  });
});

test("a stored config has the columns, says what becomes of them, and is read without the table", () => {
  const config = configOf(file);
  const away = stored(config, (text) => text.replace(/file: \S*people.csv/, "file: gone.csv"));
  expect(away.rows?.encoded).toEqual(config.rows?.encoded);
  expect(tableOf(away)).toMatchObject({ inputs: 6, columns: [{}, {}, {}] });
  expect(trainedHash(away)).toBe(trainedHash(config));
  expect(settingRows(config).find(({ name }) => name === "rows")?.value).toMatch(
    /impute=mean; 1 column is a category: x_city \(2 values\); 2 columns have gaps: x_city \(a value\), x_age \(the mean\); 6 inputs$/,
  );
});
