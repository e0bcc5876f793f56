// Tables whose labels are named by a config or an option, not by the names of their columns.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configAt, tableOf, trainedHash } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { taskNames, taskOverride } from "../../src/config/task-kinds.ts";
import type { TableValues } from "../../src/data/table.ts";
import { withValues } from "../../src/tables/read-table.ts";
import { complaint } from "../support/complaint.ts";
import { stored } from "../support/configs.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { numbersOf } from "../support/tables.ts";

const folder = temporaryFolder();
const file = join(folder, "people.csv");
writeFileSync(file, "id,age,income,years\n1,30,high,5\n2,41,low,6\n3,22,low,9\n4,58,high,2\n5,37,high,4\n");

const named = (...labels: string[]) => loadConfig("smoke", [rowsOverride(file, { labels })]);

/** A config file beside the table, with these rows and tasks. */
function written(rows: string, tasks = ""): ReturnType<typeof loadConfig> {
  const path = join(folder, "mine.yaml");
  writeFileSync(path, `extends: smoke\nrows: ${rows}\ndata: null\ncorrelations: null\n${tasks}`);
  return loadConfig(path);
}

describe("labels that are named", () => {
  test("are tasks in the order given, by their names, and all other columns inputs", () => {
    const config = named("years", "income");
    expect(taskNames(config)).toEqual(["years", "income"]);
    expect(config.rows).toMatchObject({ inputs: ["id", "age"], chosen: true });
    expect(config.taskKinds.map(({ column, kind }) => `${column} ${kind}`)).toEqual([
      "years regression",
      "income binary",
    ]);
    const row = settingRows(config).find(({ name }) => name === "rows");
    expect(row?.value).toMatch(/, labels=\[years, income\], inputs=\[id, age\]$/);
  });

  test("have their columns in memory", () => {
    const config = loadConfig("smoke", [rowsOverride(file, { labels: ["years", "age"], inputs: ["id"] })]);
    const { values } = withValues(tableOf(config) as NonNullable<ReturnType<typeof tableOf>>);
    expect(numbersOf(values as TableValues).slice(0, 6)).toEqual([1, 5, 30, 2, 6, 41]);
  });

  test("are part of the sweep's identity, and kept in a stored config, which needs no table", () => {
    const config = named("years", "income");
    expect(trainedHash(named("income", "years"))).not.toBe(trainedHash(config));
    const away = stored(config, (text) => text.replace("people.csv", "gone.csv"));
    expect([trainedHash(away), tableOf(away)?.chosen]).toEqual([
      trainedHash(config),
      { labels: ["years", "income"], inputs: ["id", "age"] },
    ]);
  });

  test("are `labels` and `inputs` beside `file` in a config", () => {
    const { rows } = written("{file: people.csv, labels: [income, years], inputs: [age]}");
    expect(rows).toMatchObject({ labels: ["income", "years"], inputs: ["age"] });
    expect(written("{file: people.csv, labels: [income, years], ignore: [id]}").rows?.inputs).toEqual(["age"]);
  });

  test.each([
    ["ignore: [id]", /: rows\.ignore: give labels too$/],
    ["inputs: [age]", /: rows\.inputs: give labels too$/],
    ["labels: [incme, years]", /people\.csv: no column 'incme'; did you mean 'income'\?$/],
    ["labels: [weight, years]", /people\.csv: no column 'weight'; columns: id, age, income, years$/],
  ])("are refused with %s", (fields, line) => {
    expect(complaint(() => written(`{file: people.csv, ${fields}}`))).toMatch(line);
  });

  test("are the columns of `tasks`, whose kinds --task changes, where the names of columns do not say which are labels", () => {
    const tasks = "tasks: [{column: years, weight: 2}, {column: income}]\n";
    expect(written("{file: people.csv, ignore: [id]}", tasks).rows?.inputs).toEqual(["age"]);
    const { rows, taskKinds } = written("people.csv", tasks);
    expect(rows).toMatchObject({ labels: ["years", "income"], inputs: ["id", "age"], chosen: true });
    expect(taskKinds.map(({ weight }) => weight)).toEqual([2, 1]);
    const config = loadConfig("smoke", [
      rowsOverride(file, { labels: ["years", "income"] }),
      taskOverride("years=categorical"),
    ]);
    expect(config.taskKinds[0]).toMatchObject({ kind: "categorical", classes: [2, 4, 5, 6, 9] });
    expect(configAt(config, {}).tasks).toBe(2);
  });
});

describe("mmoe sweep --label", () => {
  const sweep = (...argv: string[]) => runMain(["sweep", "smoke", "--dry-run", "--kernels", "wasm", ...argv]);

  test.each([
    [["--label", "years", "--label", "income", "--input", "age,id"], "labels=[years, income], inputs=[age, id]"],
    [["--label", "years,income", "--ignore", "id"], "inputs=[age]"],
  ])("names labels by commas or again, and inputs: %j", async (argv, says) => {
    const { code, stdout } = await sweep("--rows", file, ...argv, "--batch", "2");
    expect([code, stdout.replaceAll(/\s+/g, " ")]).toEqual([0, expect.stringContaining(says)]);
  });

  test.each([
    [["--ignore", "id"], /^--ignore: is for --rows FILE; in a config, write rows: \{file, ignore\}$/],
    [["--label", "income"], /^--label: is for --rows FILE; in a config, write rows: \{file, labels\}$/],
    [
      ["--rows", file],
      /people\.csv: column 'id': .*; rename it, leave it out, or name the labels of the table by --label$/,
    ],
  ])("is refused with %j", async (argv, line) => {
    expect(refusal(await sweep(...argv))).toMatch(line);
  });
});
