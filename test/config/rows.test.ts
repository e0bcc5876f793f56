import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { configAt, folderHash, modelOf, tableOf, trainedHash } from "../../src/config/config.ts";
import type { Override } from "../../src/config/file-version.ts";
import { loadConfig, override, setOverride } from "../../src/config/load.ts";
import { lossUnitOf } from "../../src/config/loss-unit-of.ts";
import { meanText } from "../../src/config/losses.ts";
import { rowsOverride, tableName } from "../../src/config/rows.ts";
import type { RowsSetting } from "../../src/config/rows-schema.ts";
import { configDifferences } from "../../src/config/same-sweep.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { configYaml } from "../../src/config/write.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { withTables } from "../../src/sweep/share.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";
import { tableFile } from "../support/tables.ts";

const file = tableFile(60);
const withParts = tableFile(60, { parts: true, name: "parts.csv" });
const smoke = (table: string, ...more: Override[]) => loadConfig("smoke", [rowsOverride(table), ...more]);
const set = (text: string, table = file) => smoke(table, setOverride(text));

/** A config file beside a table, with `rows` as YAML and no setting of the generator. */
function written(rows: string, more = ""): string {
  const path = join(temporaryFolder(), "mine.yaml");
  copyFileSync(file, join(dirname(path), "some.csv"));
  copyFileSync(withParts, join(dirname(path), "parts.csv"));
  const rest = "initializer: glorot-uniform\ninitializerStd: 0.1\ndropout: 0\nevalEvery: 10\nmarks: {}\n";
  const trained = "sampling: epochs\nbatch: 8\nsteps: 20\noptimizer: adam\nlr: 0.01\n";
  writeFileSync(
    path,
    `name: mine\nabout: a table\nseed: 0\nmodels: [omoe, mmoe]\nruns: 3\n${trained}${rest}rows: ${rows}\n${more}`,
  );
  return path;
}

describe("a file with rows, without the generator's settings", () => {
  const config = loadConfig(written("./some.csv"));

  test("has tasks, inputs and as many rows as the table, and a run of each model for each index", () => {
    expect(config).toMatchObject({ data: null, correlations: null, tasks: 2, trainRows: 48, heldoutRows: 12 });
    expect(modelOf(configAt(config, {}), "mmoe")).toMatchObject({ inputs: 3, tasks: 2 });
    expect(tableOf(config)).toMatchObject({ inputs: 3, tasks: 2, heldout: 0.2, standardise: true, rawLabels: false });
    const ids = planRuns(config).map(({ id }) => id);
    expect(ids).toEqual(["omoe/000", "mmoe/000", "omoe/001", "mmoe/001", "omoe/002", "mmoe/002"]);
  });

  test("takes what it says of the rows", () => {
    const other = loadConfig(
      written(
        "{file: some.csv, heldout: 0.4, standardise: false}",
        "trainRows: 20\nlabels: raw\nloss: squared\nhuberDelta: 1\ntuned: null\n",
      ),
    );
    expect(tableOf(other)).toMatchObject({ heldout: 0.4, standardise: false, rawLabels: true });
    expect([other.trainRows, other.heldoutRows]).toEqual([20, 24]);
  });

  test("has the parts of the table, if that says them", () => {
    const { rows, trainRows, heldoutRows } = loadConfig(written("parts.csv"));
    expect([rows?.heldout, trainRows, heldoutRows]).toEqual([null, 45, 15]);
  });

  const NOT_MADE = "the rows are those of some.csv, not the generator's; leave it out";
  test.each([
    ["some.csv", "data: paper", `data: ${NOT_MADE}`],
    ["some.csv", "correlations: [1]", `correlations: ${NOT_MADE}`],
    ["some.csv", "tasks: 3", "tasks: some.csv has 2 labels, one a task, got 3"],
    ["some.csv", "trainRows: fresh", "trainRows: some.csv has no fresh rows; give up to 48"],
    ["some.csv", "trainRows: [10, 49]", "trainRows: expected at most 48, the rows that some.csv has for it, got 49"],
    ["some.csv", "heldoutRows: 13", "heldoutRows: expected at most 12, the rows that some.csv has for it, got 13"],
    ["{file: parts.csv, heldout: 0.1}", "", "rows.heldout: parts.csv has a column 'part', which says it; leave it out"],
    ["{file: some.csv, heldout: 1}", "", /rows\.heldout: expected the share .*, a number above 0 and below 1, got 1$/],
    ["{file: some.csv, share: 1}", "", "rows: unknown key 'share'"],
    [
      "17",
      "",
      "rows: expected the path of a CSV or Parquet file, relative to this file's folder, or {file, labels, inputs, ignore, heldout, standardise, impute, categorical, lists, na, split, folds, group, time, stratify, metricsBy, ndcgAt, weight, oneHot, embedding, minCount, hash, funnel}, or null, got 17",
    ],
  ])("is refused with %s %j", (rows, more, message) => {
    const path = written(rows, `${more}\n`);
    const expected = typeof message === "string" ? `${path}: ${message}` : expect.stringMatching(message);
    expect(complaint(() => loadConfig(path))).toEqual(expected);
  });
});

describe("--rows FILE", () => {
  test("takes the place of a preset's generator, name and numbers of rows, and keeps the rest", () => {
    const config = smoke(file);
    const named = { name: "some", about: "Rows of some.csv", report: "heldout" };
    expect(config).toMatchObject({ ...named, data: null, trainRows: 48, batch: 64 });
    expect(config.origins).toMatchObject({
      rows: "yours",
      tasks: "yours",
      trainRows: "yours",
      lr: loadConfig("smoke").origins.lr,
    });
  });

  test("in the place of a study's table keeps its name, labels, tasks and how they are read", () => {
    const folder = temporaryFolder();
    const [one, two] = ["one.csv", "two.csv"].map((name) => join(folder, name)) as [string, string];
    writeFileSync(one, "age,zone,spend,id\n1,2,3,7\n2,,1,8\n3,1,2,9\n4,2,5,6\n5,1,1,5\n");
    writeFileSync(two, "id,age,zone,spend\n7,1,2,3\n8,2,,1\n9,3,1,2\n6,4,2,5\n4,5,1,7\n3,6,1,8\n");
    const read = { file: one, labels: ["age", "spend"], ignore: ["id"], impute: "mean" };
    const study = {
      source: "study",
      values: { rows: read, name: "mine", about: "My study.", lr: 0.02 },
    };
    const config = loadConfig("smoke", [study, rowsOverride(two)]);
    expect(config).toMatchObject({ name: "mine", about: "My study.", lr: 0.02 });
    expect(config.rows).toMatchObject({ file: two, labels: ["age", "spend"], inputs: ["zone"], impute: "mean" });
    const others = loadConfig("smoke", [study, rowsOverride(two, { labels: ["age", "zone"], ignore: ["id"] })]);
    expect(others.rows).toMatchObject({ labels: ["age", "zone"], inputs: ["spend"] });
    const tasks = [
      { column: "spend", weight: 2 },
      { column: "age", kind: "categorical" },
    ];
    const weighted = loadConfig("smoke", [{ ...study, values: { ...study.values, tasks } }, rowsOverride(two)]);
    expect(weighted.taskKinds).toMatchObject([
      { column: "age", kind: "categorical", weight: 1, classes: [1, 2, 3, 4, 5, 6] },
      { column: "spend", kind: "regression", weight: 2 },
    ]);
  });

  test("comes before other options, wherever it stands", () => {
    const config = loadConfig("smoke", [setOverride("trainRows=9"), rowsOverride(file)]);
    expect(config.trainRows).toBe(9);
  });

  test.each([
    [override("--corr", "correlations", ["0.5"]), "--corr: the rows are those of some.csv, not the generator's; leave"],
    [
      setOverride("diagnostics=[gates, alignment]"),
      "alignment is with the generator's tasks; leave it out with some.csv",
    ],
    [setOverride("trainRows=fresh"), "--set trainRows: some.csv has no fresh rows; give up to 48"],
  ])("is refused with what a table has not: %j", (other, message) => {
    expect(complaint(() => smoke(file, other))).toContain(message);
  });
});

test.each([
  ["data", "data: expected a generator, got nothing; give data or rows"],
  ["correlations", "correlations: expected a list of numbers, got nothing"],
])("a sweep without rows is refused without %s", (key, message) => {
  expect(complaint(() => loadConfig("smoke", [{ source: key, values: { [key]: null } }]))).toBe(message);
});

describe("the hash of a sweep on a table", () => {
  const hash = trainedHash(smoke(file));

  test("is that of the file's bytes, wherever it is and whatever its name", () => {
    const other = join(temporaryFolder(), "other.csv");
    copyFileSync(file, other);
    expect(trainedHash(smoke(other))).toBe(hash);
    expect(folderHash(smoke(other))).toBe(folderHash(smoke(file)));
    writeFileSync(other, `${readFileSync(file, "utf8")}1,2,3,4,5\n`);
    expect(trainedHash(smoke(other, setOverride("trainRows=48"), setOverride("heldoutRows=12")))).not.toBe(hash);
  });

  test("is another with other labels, inputs or parts, and the same with other runs and models", () => {
    const others = ["labels=raw", `rows={file: ${file}, standardise: false}`, `rows={file: ${file}, heldout: 0.25}`];
    expect(new Set([hash, ...others.map((text) => trainedHash(set(text)))]).size).toBe(4);
    expect(trainedHash(smoke(file, setOverride("runs=3"), setOverride("models=[ple]")))).toBe(hash);
  });

  test("differs in a sentence", () => {
    const [raw, rest] = [set("labels=raw"), smoke(file)];
    expect(configDifferences(raw, rest)).toEqual(["labels: raw there, standardised here"]);
    const [one, other] = [smoke(withParts), smoke(file)];
    expect(configDifferences(one, other).join("; ")).toMatch(
      /rows: parts\.csv \(sha256 \w{8}\), standardise=true there, some\.csv \(sha256 \w{8}\), heldout=0\.2, standardise=true here$/,
    );
  });
});

describe("a stored config", () => {
  function stored() {
    const folder = temporaryFolder();
    const table = join(folder, "some.csv");
    copyFileSync(file, table);
    mkdirSync(join(folder, "out"));
    const config = smoke(table);
    const path = join(folder, "out", "config.yaml");
    writeFileSync(path, configYaml(config, dirname(path)));
    return { table, config, path };
  }

  test("comes back as it was, the path of the table from its folder", () => {
    const { config, path } = stored();
    expect(readFileSync(path, "utf8")).toContain("  file: ../some.csv\n");
    expect(loadConfig(path)).toEqual(config);
  });

  test("is read without the table, which runs need, and have in memory once for all of them", () => {
    const { table, config, path } = stored();
    const runs = withTables(planRuns(config));
    expect(new Set(runs.map(({ data }) => ("values" in data ? data.values?.cells : "none"))).size).toBe(1);
    renameSync(table, `${table}.away`);
    expect(loadConfig(path)).toEqual(config);
    expect(complaint(() => withTables(planRuns(config)))).toMatch(/some\.csv: can't be read: no such file/);
  });

  test("refuses a table that changed, before the first step", () => {
    const { table, config } = stored();
    writeFileSync(table, `${readFileSync(table, "utf8")}1,2,3,4,5\n`);
    expect(complaint(() => withTables(planRuns(config)))).toMatch(
      /some\.csv: changed since the sweep began \(SHA-256 \w{8} then, \w{8} now\); put it back, or start another sweep with it$/,
    );
  });
});

test("settings are shown without those of the generator, and the unit of losses is the mean's", () => {
  const names = settingRows(smoke(file)).map(({ name }) => name);
  expect(names).toContain("rows");
  for (const name of ["data", "correlations", "correlationMatrix", "alpha"]) expect(names).not.toContain(name);
  expect(settingRows(loadConfig("smoke")).map(({ name }) => name)).not.toContain("rows");
  expect(meanText(lossUnitOf(set("labels=standardised")))).toBe("predicting the mean is 1");
  expect(meanText(lossUnitOf(set("loss=huber")))).toBe("");
  const raw = set("labels=raw");
  const [a = 0, b = 0] = raw.rows?.labelVariances ?? [];
  expect(lossUnitOf(raw)).toMatchObject({ of: "of raw labels", ofMean: (a + b) / 2 });
});

test.each([
  [" my cars (1).csv", "my-cars-1-"],
  ["ä.csv", "rows"],
])("the name of '%s' becomes %s", (name, expected) => {
  expect(smoke(tableFile(60, { name })).name).toBe(expected);
});

test("tableName(rows, name) is the file's, but of a frame's copy the sweep's", () => {
  const nameOf = (file: string) => tableName({ file } as RowsSetting, "penguins");
  expect(["data/cars.csv", "results/rows_0a1b2c3d.csv", "rows_0a1b2c3d.parquet"].map(nameOf)).toEqual([
    "cars.csv",
    "penguins",
    "rows_0a1b2c3d.parquet",
  ]);
});
