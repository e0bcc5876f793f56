import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const SMALL = "smoke --models shared-bottom --corr 0.5 --runs 2 --steps 12 --batch 8 --jobs 1".split(" ");

describe("mmoe sweep --method", () => {
  const out = join(temporaryFolder(), "results");
  const swept = runMain(["sweep", ...SMALL, "--method", "sum,mgda", "--out", out]);

  test("trains a list of methods, each with runs of its own", async () => {
    const { code, stdout } = await swept;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^shared-bottom +0\.50 +mgda +2 +0 /m);
    const rows = csvFile(out, "runs.csv");
    expect(rows.map(({ id, method }) => [id, method]).sort()).toEqual([
      ["shared-bottom/p=0.50/method=mgda/000", "mgda"],
      ["shared-bottom/p=0.50/method=mgda/001", "mgda"],
      ["shared-bottom/p=0.50/method=sum/000", "sum"],
      ["shared-bottom/p=0.50/method=sum/001", "sum"],
    ]);
    expect(new Set(rows.map(({ finalTrainLossMean }) => finalTrainLossMean)).size).toBe(4);
  });

  test("trains by the sum what a sweep without the setting trains", async () => {
    await swept;
    const alone = join(temporaryFolder(), "alone");
    await runMain(["sweep", ...SMALL, "--out", alone]);
    const losses = (folder: string, wanted: string) => {
      const rows = csvFile(folder, "runs.csv");
      return rows.filter(({ id }) => id?.includes(wanted)).map(({ finalHeldoutLossMean }) => finalHeldoutLossMean);
    };
    expect(losses(out, "method=sum")).toEqual(losses(alone, "shared-bottom"));
  });

  test.each([
    [["summary", out], /^p = 0\.50 +mgda +2 /m],
    [["compare", out, out, "--at", "method=mgda"], /shared-bottom +0\.50 +2 +2 /],
    [["figures", out, "--only", "grid"], /Final loss against method/],
    [["verify", out, "--runs", "1"], /same$/m],
  ])("is read by mmoe %j", async (words, text) => {
    await swept;
    const { code, stdout } = await runMain(words);
    expect(stdout).toMatch(text);
    expect(code).toBe(0);
  });
});

test("a method for a model in JavaScript is refused by the model's name", async () => {
  const { file } = codeModel(LINEAR);
  const { code, stderr } = await runMain(["sweep", ...SMALL, "--model", file, "--method", "famo", "--engine", "tfjs"]);
  const says = "a model in JavaScript trains by it only if its field `method` says so";
  expect([code, stderr]).toEqual([2, `mmoe: model mine: ${file}: method famo: ${says}\n`]);
});

test("a method that there is not is refused with the nearest one", async () => {
  const { code, stderr } = await runMain(["sweep", ...SMALL, "--method", "pcgrd"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^mmoe: --method: expected one of sum, .*, got "pcgrd"; did you mean 'pcgrad'\?\n$/);
});

test("the method is 'sum' in every config from before there was the setting", () => {
  expect(loadConfig("paper").method).toBe("sum");
  expect(loadConfig("results/paper/config.yaml").method).toBe("sum");
  expect(loadConfig("paper", [setOverride("method=famo")]).method).toBe("famo");
});
