import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { METHODS } from "../../src/engines/methods.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";
import { csvFile } from "../support/csv.ts";
import { expectVerified, runMain, temporaryFolder } from "../support/effects.ts";

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
});

const FEW = ["sweep", "smoke", "--corr", "0.5", "--steps", "6", "--batch", "8", "--runs", "1"];

test("the default engine trains every model, and by every method, and trains them to the same numbers again", async () => {
  for (const [models, methods] of [
    [MODEL_NAMES, ["sum"]],
    [["mmoe", "ple"], METHODS],
  ] as const) {
    const [out, count] = [join(temporaryFolder(), "all"), models.length * methods.length];
    const argv = [...FEW, "--kernels", "wasm", "--models", models.join(), "--method", methods.join(), "--out", out];
    const { code, stderr } = await runMain(argv);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${out}: ${count} runs on cpu (wasm)\n`)]); // then progress
    const trainers = csvFile(out, "runs.csv").map(({ engine, device, status }) => `${engine} ${device} ${status}`);
    expect(trainers).toEqual(new Array(count).fill("cpu wasm done"));
    await expectVerified(out, count);
  }
});
