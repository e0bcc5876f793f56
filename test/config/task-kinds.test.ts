import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { configAt, modelOf, tableOf, trainedHash, trainingOf } from "../../src/config/config.ts";
import type { Override } from "../../src/config/file-version.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { lossUnitOf } from "../../src/config/loss-unit-of.ts";
import { meanText, unitText } from "../../src/config/losses.ts";
import { modelFileOverrides } from "../../src/config/model-set.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { taskOverride } from "../../src/config/task-kinds.ts";
import { complaint } from "../support/complaint.ts";
import { fileOf, stored } from "../support/configs.ts";
import { pythonModel } from "../support/python.ts";
import { tableFile } from "../support/tables.ts";

const ROWS = "0.5,no,0,31.5,north,1 -1,yes,1,40,south,2 2,no,1,22,east,5 0,no,0,57,north,2 1,yes,0,33,south,1";
const file = fileOf(`x,y_income,y_single,y_age,y_region,y_stars\n${ROWS.replaceAll(" ", "\n")}\n`, "people.csv");

const config = (...tasks: string[]) => loadConfig("smoke", [rowsOverride(file), ...tasks.map(taskOverride)]);
const kinds = (...tasks: string[]) => config(...tasks).taskKinds.map(({ kind, weight }) => `${kind} ${weight}`);
const DEFAULTS = ["binary 1", "binary 1", "regression 1", "categorical 1", "regression 1"];

describe("the kinds of a table's labels", () => {
  test("are found: two texts, or 0 and 1, are binary, other texts categorical, numbers regressions", () => {
    expect(kinds()).toEqual(DEFAULTS);
    expect(config().taskKinds.map(({ classes }) => classes)).toEqual([
      ["no", "yes"],
      [0, 1],
      [],
      ["east", "north", "south"],
      [],
    ]);
  });

  test("are regressions of two numbers that are not 0 and 1, and changed by --task, by the column's name with or without y_", () => {
    const other = "x,y_two,y_half,y_minus,y_one\n1,0,0,-1,1\n2,2,0.5,1,0\n3,0,0,1,1\n4,2,0.5,-1,0\n";
    const { taskKinds } = loadConfig("smoke", [rowsOverride(fileOf(other, "other.csv"))]);
    expect(taskKinds.map(({ kind }) => kind)).toEqual(["regression", "regression", "regression", "binary"]);
    expect(kinds("single=regression", "y_stars=categorical", "age.weight=2.5")).toEqual(
      DEFAULTS.with(1, "regression 1").with(4, "categorical 1").with(2, "regression 2.5"),
    );
  });

  const SYNTAX =
    "--task: expected LABEL=KIND (regression, binary, categorical), LABEL.weight=NUMBER, or LABEL.classWeight=balanced or A:B, got";
  test.each([
    ["income=regression", "y_income has texts: expected binary or categorical, got regression"],
    ["region=binary", "--task region=binary: y_region has 3 different values: expected 2 for kind binary"],
    ["incme=binary", "--task incme=binary: no label 'incme'; labels: y_income, y_single, y_age, y_region, y_stars"],
    ["income=bool", `${SYNTAX} 'income=bool'`],
    ["income.weight=0", `${SYNTAX} 'income.weight=0'`],
  ])("are not changed by --task %s", (task, message) => {
    expect(complaint(() => config(task))).toContain(message);
  });

  test("are in `tasks` of a file, beside its rows", () => {
    const path = fileOf("", "mine.yaml");
    const write = (tasks: string) =>
      writeFileSync(path, `extends: smoke\nrows: ${file}\ndata: null\ncorrelations: null\ntasks: ${tasks}\n`);
    write("[{column: stars, kind: categorical}, {column: y_age, weight: 3}]");
    const { tasks, taskKinds } = loadConfig(path);
    expect([tasks, taskKinds.map(({ kind, weight }) => `${kind} ${weight}`)]).toEqual([
      5,
      DEFAULTS.with(4, "categorical 1").with(2, "regression 3"),
    ]);
    write("[{column: y_age, kind: real}]");
    expect(complaint(() => loadConfig(path))).toBe(
      `${path}: tasks[0].kind: expected one of regression, binary, categorical, got "real"`,
    );
    write("[{column: y_name, kind: binary}]");
    expect(complaint(() => loadConfig(path))).toMatch(/mine.yaml: tasks\[0\]: no label 'y_name'; did you mean/);
  });

  test("are no part of a table's identity if all are regressions of weight 1, as before they had kinds", () => {
    const numbers = loadConfig("smoke", [rowsOverride(tableFile())]);
    expect(numbers.taskKinds).toEqual([]);
    expect(trainingOf(configAt(numbers, {}) as never).taskKinds).toBeUndefined();
    const weighed = loadConfig("smoke", [rowsOverride(numbers.rows?.file as string), taskOverride("y_1.weight=2")]);
    expect(trainedHash(weighed)).not.toBe(trainedHash(numbers));
  });

  test("are kept in a stored config, which needs no table, and said on one line", () => {
    const given = config("stars=categorical", "age.weight=2");
    const away = stored(given, (text) => text.replace("people.csv", "gone.csv"));
    expect([away.taskKinds, trainedHash(away)]).toEqual([given.taskKinds, trainedHash(given)]);
    expect(settingRows(away).find(({ name }) => name === "taskKinds")?.value).toBe(
      "y_income binary (no, yes), y_single binary (0, 1), y_age regression with weight 2, " +
        "y_region categorical (east, north, south), y_stars categorical (1, 2, 5)",
    );
  });
});

describe("labels that some rows lack", () => {
  const gappy = fileOf("x,y_a,y_b\n1,0.5,no\n2,,yes\n3,0.25,\n4,2,yes\n5,,no\n", "gappy.csv");
  const of = (...more: Override[]) => loadConfig("smoke", [rowsOverride(gappy), ...more]);

  test("are counted, said, stored, and part of what runs are trained with", () => {
    const { taskKinds } = of();
    expect(taskKinds.map(({ kind, gaps }) => `${kind} ${gaps}`)).toEqual(["regression 2", "binary 1"]);
    const row = settingRows(of(taskOverride("a.weight=2"))).find(({ name }) => name === "taskKinds");
    expect(row?.value).toBe("y_a regression with weight 2 and 2 gaps, y_b binary (no, yes) with 1 gap");
    expect(stored(of()).taskKinds).toEqual(taskKinds);
    expect(trainingOf(configAt(of(), {}) as never).taskKinds).toEqual([
      { kind: "regression", weight: 1, gaps: true },
      { kind: "binary", weight: 1, gaps: true },
    ]);
  });

  test("are told to models in code, of each task", () => {
    const inPython = modelFileOverrides([pythonModel("x = 1\n").file]);
    const modelFor = (labels: string) => {
      const file = fileOf(`x,y_a,y_b\n1,0.5,3\n2,2,4\n${labels}\n`, "some.csv");
      return modelOf(configAt(loadConfig("smoke", [rowsOverride(file), ...inPython]), {}), "mine");
    };
    expect(modelFor("3,0.25,")).toMatchObject({ gaps: [false, true] });
    expect(modelFor("3,,7")).toMatchObject({ gaps: [true, false] });
    expect(modelFor("3,0.25,7")).not.toHaveProperty("gaps");
  });
});

test("kinds that are written by hand have as many classes as their kind", () => {
  const written = (kind: string, classes: string) => {
    const label = (column: string) => `{column: ${column}, kind: regression, weight: 1, classes: []}`;
    const kinds = [`{column: y_1, kind: ${kind}, weight: 1, classes: ${classes}}`, label("y_2")];
    return () => loadConfig("smoke", [rowsOverride(tableFile()), setOverride(`taskKinds=[${kinds.join()}]`)]);
  };
  expect(complaint(written("binary", "[1]"))).toBe("--set taskKinds: y_1: binary with 1 classes");
  expect(complaint(written("regression", "[1, 2]"))).toBe("--set taskKinds: y_1: regression with 2 classes");
  expect(written("categorical", "[1, 2, 3]")().taskKinds[0]?.classes).toEqual([1, 2, 3]);
});

test("alignment is refused where labels are classes", () => {
  expect(
    complaint(() => loadConfig("smoke", ["labelKind=real:binary", "diagnostics=[gates, alignment]"].map(setOverride))),
  ).toBe("--set diagnostics: alignment can't be measured where labels are classes; expected gates, units, gradients");
  const all = [rowsOverride(tableFile(60, { signs: true })), setOverride("diagnostics=[gates, units, gradients]")];
  expect(loadConfig("smoke", all).diagnostics).toEqual(["gates", "units", "gradients"]);
});

test("runs have the kinds of their labels, outputs for their classes, and the numbers of these in the table", () => {
  const point = configAt(config("stars=categorical"), {});
  expect(trainingOf(point as never).taskKinds).toEqual([
    { kind: "binary", weight: 1 },
    { kind: "binary", weight: 1 },
    { kind: "regression", weight: 1 },
    { kind: "categorical", weight: 1, classes: 3 },
    { kind: "categorical", weight: 1, classes: 3 },
  ]);
  expect(modelOf(point, "mmoe")).toMatchObject({ tasks: 5, outputs: [1, 1, 1, 3, 3] });
  expect(tableOf(point)?.classes).toEqual([[0, 1], [0, 1], null, [0, 1, 2], [1, 2, 5]]);
});

test("labels of the generator are signs with labelKind binary, and the unit of losses is then the base rate's entropy", () => {
  const binary = loadConfig("smoke", [setOverride("labelKind=binary")]);
  expect(trainingOf(configAt(binary, {}) as never).taskKinds).toEqual([
    { kind: "binary", weight: 1 },
    { kind: "binary", weight: 1 },
  ]);
  const unit = lossUnitOf(binary);
  expect([unitText(unit), meanText(unit)]).toEqual([
    "log loss, in units of the base rate's entropy",
    "predicting the base rate is 1",
  ]);
  const nats = lossUnitOf(loadConfig("smoke", [setOverride("labelKind=binary"), setOverride("labels=raw")]));
  expect(nats).toMatchObject({ measure: "log loss", of: "in nats", ofMean: expect.closeTo(0.62, 2) });
  expect(unitText(lossUnitOf(config()))).toBe(
    "mean squared error or log loss, in units of label variance or of the base rate's entropy",
  );
  expect(complaint(() => loadConfig("smoke", [rowsOverride(file), setOverride("labelKind=binary")]))).toBe(
    "--set labelKind: it is the generator's; give --task LABEL=binary",
  );
});
