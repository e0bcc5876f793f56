// What many commands refuse in the same words: one line, exit code 2.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { writeResults } from "../support/made-results.ts";

const [made, grid] = ["made", "grid"].map((name) => join(temporaryFolder(), name)) as [string, string];
const SMALL = ["runs=1", "correlations=[0.5]", "models=[single-task, mmoe]"];
writeResults(made, () => 0.1, SMALL);
writeResults(grid, () => 0.1, [...SMALL, "lr=[0.1, 0.01]", "seed=1"]);
const refused = async (...argv: string[]) => refusal(await runMain(argv));

const SUMMARIES = ["summary", "summary --seesaw", "summary --cost"];

test.each(["sweep", "merge", "tune", "claims", "compare", "figures", "report", "verify", ...SUMMARIES.slice(0, 2)])(
  "mmoe %s refuses a loss that there is not",
  async (words) => {
    const [command, ...options] = words.split(" ") as [string, ...string[]];
    const folders = command === "sweep" ? ["smoke"] : command === "compare" ? [grid, grid] : [grid];
    expect(await refused(command, ...folders, ...options, "--loss", "heldot")).toBe(
      "--loss: expected one of train, heldout, running, got 'heldot'; did you mean 'heldout'?",
    );
  },
);

test.each([...SUMMARIES, "compare", "claims"])("mmoe %s refuses a format that there is not", async (words) => {
  const [command, ...options] = words.split(" ") as [string, ...string[]];
  const folders = command === "compare" ? [made, made] : [made];
  expect(await refused(command, ...folders, ...options, "--format", "jsn")).toBe(
    "--format: expected one of table, csv, json, markdown, latex, got 'jsn'; did you mean 'json'?",
  );
});

describe.each(["summary", "status", "merge", "tune", "claims", "figures", "report", "verify", "export"])(
  "mmoe %s refuses",
  (command) => {
    test.each([
      ["an empty folder", temporaryFolder(), "holds no sweep (no config.yaml)"],
      ["a folder that is not there", "nowhere", "no such folder"],
    ])("%s", async (_, folder, says) => {
      const between = says.startsWith("no ") ? ": " : " ";
      expect(await refused(command, folder)).toBe(`${folder}${between}${says}; give a results folder of mmoe sweep`);
    });
  },
);

test.each([...SUMMARIES, "claims", "figures", "report", "export"])(
  "mmoe %s refuses a sweep of which no run has ended, and names the command that trains",
  async (words) => {
    const folder = temporaryFolder();
    copyFileSync(join(made, "config.yaml"), join(folder, "config.yaml"));
    const [command, ...options] = words.split(" ") as [string, ...string[]];
    expect(await refused(command, folder, ...options)).toBe(
      `${folder} holds no run that has ended; train with: mmoe sweep ${folder}/config.yaml --out ${folder}`,
    );
  },
);

test.each(["summary", "status", "merge", "tune", "verify"])(
  "mmoe %s refuses journals that can't be read",
  async (command) => {
    const folder = join(temporaryFolder(), "results");
    mkdirSync(folder);
    copyFileSync(join(grid, "config.yaml"), join(folder, "config.yaml"));
    writeFileSync(join(folder, "journal"), "");
    expect(await refused(command, folder)).toBe(`${folder}/journal: can't be read: not a directory`);
  },
);

test.each([
  ["data --corr 0.5 --rows 2", "rows.csv"],
  ["export", "runs.csv"],
  ["init", "my.yaml"],
  ["tune", "tuned.yaml"],
])("mmoe %s -o FILE replaces no file unless it is told to", async (words, name) => {
  const [command, ...options] = words.split(" ") as [string, ...string[]];
  const file = join(temporaryFolder(), name);
  writeFileSync(file, "mine");
  const argv = [command, ...(options.length > 0 || command === "init" ? options : [grid]), "-o", file];
  expect(await refused(...argv)).toBe(`${file} exists; give another -o, or --overwrite`);
  expect(await refused(...argv.with(-1, "-"))).toMatch(/^--output: expected a file.*, got '-'/);
  expect((await runMain([...argv, "--overwrite"])).code).toBe(0);
});
