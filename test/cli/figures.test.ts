import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { partOf } from "../../src/cli/figures.ts";
import { isFigureFile } from "../../src/figures/files.ts";
import { chosenEngine } from "../support/chosen-engine.ts";
import { csvFile } from "../support/csv.ts";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { sweepResults } from "../support/sweep-results.ts";

const engine = chosenEngine();

const sweep = async (...argv: string[]): Promise<string> => {
  const out = join(temporaryFolder(), "results");
  await runMain(["sweep", "smoke", "--runs", "3", "--out", out, ...argv]);
  return out;
};

const SHORT = "runs of 200 steps are too short to be compared with the paper's, which have 10,000 or more\n";

let out = "";
beforeAll(async () => {
  engine.load = () => fakeEngine();
  out = await sweep();
});

describe("mmoe figures DIR", () => {
  test("writes each figure with its numbers and its caption, and says so", async () => {
    const { code, stdout, stderr } = await runMain(["figures", out]);
    const notes = ["figure3 is not drawn: no run of shared-bottom-16 is done; see mmoe sweep figure3\n", SHORT];
    expect([code, stderr]).toEqual([0, notes.join("")]);
    expect(stdout.split("\n")[0]).toBe(
      `${out}/figures/figure4.{svg,csv,txt}: Loss against training steps for each model and correlation (Figure 4)`,
    );
    const names = "figure4 figure5 final-loss differences distributions runs train-heldout task-losses verdicts".split(
      " ",
    );
    const files = names.flatMap((name) => ["csv", "svg", "txt"].map((ending) => `${name}.${ending}`));
    expect(readdirSync(join(out, "figures"))).toEqual(files.sort());
    const rows = csvFile(out, "figures", "figure4.csv");
    expect(rows[0]).toMatchObject({ model: "shared-bottom", correlation: "0.5", runs: "3", loss: "train" });
  });

  test("says why none is drawn where none can be", async () => {
    const { code, stdout, stderr } = await runMain(["figures", out, "--with", out]);
    const line = `mmoe: ${out}: front is not drawn: no two static task weights have a run in common\n`;
    expect([code, stdout, stderr]).toEqual([2, "", line]);
  });

  test("names files by what is unusual in them", async () => {
    const folder = join(temporaryFolder(), "pictures");
    const options = "--loss heldout --scale log --sum --theme dark --format png,pdf".split(" ");
    const { code } = await runMain(["figures", out, "--only", "4,5", ...options, "-o", folder]);
    const endings = ["csv", "pdf", "png", "txt"];
    const expected = ["figure4-heldout-log-sum-dark", "figure5-heldout-sum-dark"];
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual(expected.flatMap((name) => endings.map((ending) => `${name}.${ending}`)));
  });

  test("--models and --corr draw a part, and name it in the files", async () => {
    const folder = join(temporaryFolder(), "pictures");
    const part = ["--models", "shared-bottom,mmoe", "--corr", "0.50"];
    const { code, stderr } = await runMain(["figures", out, "--only", "4,differences", ...part, "-o", folder]);
    expect([code, stderr]).toEqual([0, ""]);
    const names = ["differences", "figure4"].map((name) => `${name}-without-omoe-at-0.5`);
    expect(readdirSync(folder)).toEqual(
      names.flatMap((name) => ["csv", "svg", "txt"].map((ending) => `${name}.${ending}`)),
    );
    const rows = csvFile(folder, `${names[1]}.csv`);
    expect(new Set(rows.map(({ model, correlation }) => `${model} ${correlation}`))).toEqual(
      new Set(["shared-bottom 0.5", "mmoe 0.5"]),
    );
    await runMain(["figures", out, "--only", "5", "--models", "mmoe", "--corr", "1,0.5", "-o", folder]);
    expect(readdirSync(folder)).toContain("figure5-of-mmoe.svg");
    expect(readdirSync(folder).every(isFigureFile)).toBe(true);
  });

  test("says in one line what a sweep lacks for a figure that was asked for, and writes the others", async () => {
    const folder = join(temporaryFolder(), "pictures");
    const { code, stdout, stderr } = await runMain(["figures", out, "--only", "4,3", "-o", folder]);
    const refused = `mmoe: ${out}: figure3 can't be drawn: no run of shared-bottom-16 is done; see mmoe sweep figure3\n`;
    expect([code, stderr]).toEqual([2, refused]);
    expect(stdout).toMatch(new RegExp(`^${folder}/figure4\\.\\S+: [^\\n]*\\n$`));
    expect(readdirSync(folder)).toEqual(["figure4.csv", "figure4.svg", "figure4.txt"]);
    const alone = join(temporaryFolder(), "pictures");
    expect(await runMain(["figures", out, "--only", "3", "-o", alone])).toEqual({
      code: 2,
      stdout: "",
      stderr: refused,
    });
    expect(existsSync(alone)).toBe(false);
  });

  test("--out is --output", async () => {
    const folder = join(temporaryFolder(), "pictures");
    await runMain(["figures", out, "--only", "4", "--out", folder]);
    expect(readdirSync(folder)).toEqual(["figure4.csv", "figure4.svg", "figure4.txt"]);
  });

  const LENGTH = "expected a length from 150pt to 3000pt, such as 8.5cm, 3.3in or 240pt";
  test.each([
    ["--only 6", "--only: of the paper's figures, 2, 3, 4, 5 can be drawn, got '6'"],
    ["--only figur", "--only: expected one of figure2, figure3, "],
    ["--only figure44", "of the paper's figures, 2, 3, 4, 5 can be drawn, got 'figure44'"],
    ["--format svg,pgn", "--format: expected one of svg, png, pdf, got 'pgn'; did you mean 'png'?"],
    ["--theme page", "--theme: expected one of light, dark, print, got 'page'"],
    ["--models mmoo", "--models: expected one of shared-bottom, omoe, mmoe, got 'mmoo'; did you mean 'mmoe'?"],
    ["--corr 0.7", "--corr: expected one of 0.5, 1, got '0.7'"],
    ["--only 2", "figure2: drawn from a folder of mmoe data --trials 100 -o FOLDER"],
    ["--width 17", `--width: ${LENGTH}, got '17'`],
    ["--width 3cm", `--width: ${LENGTH}, got '3cm'`],
    ["--x-limits 5", "--x-limits: expected two rising numbers, such as 0,0.3, got '5'"],
    ["--y-limits 2,1", "--y-limits: expected two rising numbers, such as 0,0.3, got '2,1'"],
    ["--y-limits 0,1 --scale log", "--y-limits: expected limits above 0 for --scale log, got '0,1'"],
    ["--y-limits 0,1 --only seesaw,5", "--y-limits changes none of these figures: figure5, seesaw; leave it out"],
    ["--font Times --format svg,pdf", "--font Times is for --format svg; pdf files have Fira Sans in them"],
    ["--only 4 -o /dev/null/figures", "/dev/null/figures: can't be written: not a directory; give another -o"],
    ["--only 4 -o -", "--output: expected a folder, got '-'; several files can't go to stdout"],
  ])("refuses %s in one line", async (options, message) => {
    expect(refusal(await runMain(["figures", out, ...options.split(" ")]))).toContain(message);
  });

  test("draws Figure 2 from a folder of label trials, whatever is said of losses", async () => {
    const folder = join(temporaryFolder(), "trials");
    await runMain(["data", "--corr", "0.5,1", "--trials", "3", "--rows", "40", "-o", folder]);
    const stdout = printed(await runMain(["figures", folder, "--loss", "heldout"]));
    expect(stdout).toMatch(/figures\/figure2\.\{svg,csv,txt\}: Correlation of the labels/);
    expect((await runMain(["figures", folder, "--only", "4"])).stderr).toBe(
      `mmoe: ${folder}: figure4: drawn from a results folder of mmoe sweep\n`,
    );
  });
});

test("partOf(...) knows a correlation by its number, a model by its name, and takes no number for zero", () => {
  const models = 'models=[mmoe,{name: "10", like: omoe},{name: "1e1", like: mmoe}]';
  const results = sweepResults({ set: ["runs=1", "correlations=[0,0.5]", models] });
  expect(() => partOf(results, { corr: "0.5," })).toThrow("--corr: expected one of 0, 0.5, got ''");
  expect(partOf(results, { corr: "-0.00" })?.without).toEqual({ models: [], correlations: [0.5] });
  expect(partOf(results, { models: "1e1" })?.without.models).toEqual(["mmoe", "10"]);
});
