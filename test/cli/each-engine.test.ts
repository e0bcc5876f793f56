import { join } from "node:path";
import { expect, test } from "vitest";
import { METHODS } from "../../src/engines/methods.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";
import { readResults } from "../../src/records/read-results.ts";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";

const SMALL = ["sweep", "smoke", "--corr", "0.5", "--steps", "6", "--batch", "8", "--runs", "1"];

const rowsOf = (out: string) => csvFile(out, "runs.csv");

test("the default engine trains every model, and by every method, and trains them to the same numbers again", async () => {
  for (const [models, methods] of [
    [MODEL_NAMES, ["sum"]],
    [["mmoe", "ple"], METHODS],
  ] as const) {
    const [out, count] = [join(temporaryFolder(), "all"), models.length * methods.length];
    const argv = [...SMALL, "--kernels", "wasm", "--models", models.join(), "--method", methods.join(), "--out", out];
    const { code, stderr } = await runMain(argv);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${out}: ${count} runs on cpu (wasm)\n`)]); // then progress
    const trainers = rowsOf(out).map(({ engine, device, status }) => `${engine} ${device} ${status}`);
    expect(trainers).toEqual(new Array(count).fill("cpu wasm done"));
    const verified = await runMain(["verify", out, "--runs", String(count)]);
    expect([verified.code, verified.stdout.match(/ same$/gm)]).toEqual([0, new Array(count).fill(" same")]);
  }
});

test("a sweep that another engine began goes on by default, and says so", async () => {
  const out = join(temporaryFolder(), "other");
  const few = ["--models", "dselect-k", "--method", "mgda", "--out", out];
  await runMain([...SMALL, ...few, "--engine", "tfjs"]);
  expect(await runMain([...SMALL, ...few, "--runs", "2", "--kernels", "wasm"])).toMatchObject({
    code: 0,
    stderr: `${out}: reused 1, to do 1 run on cpu (wasm)\n${out}: what is there was trained on tfjs (wasm)\n`,
  });
  expect(rowsOf(out).map(({ engine }) => engine)).toEqual(["tfjs", "cpu"]);
  const { provenances } = await readResults(out, () => {});
  for (const provenance of provenances) expect(provenance).not.toHaveProperty("beside");
});
