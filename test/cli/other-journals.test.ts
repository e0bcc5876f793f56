import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

const SET = ["runs=2", "correlations=[0.5]", "models=[omoe, mmoe]"];
const TYPED = ["--steps", "100", "--runs", "2", "--corr", "0.5", "--models", "omoe,mmoe"];

/** A results folder of a small sweep, in which lies the journal of another. */
function folderWith(lossOf: LossOf, set: readonly string[]): { folder: string; foreign: string } {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  writeResults(folder, () => 0.5, SET);
  writeResults(other, lossOf, [...SET, ...set]);
  const foreign = join(folder, "journal/another.jsonl");
  copyFileSync(join(other, "journal/made.jsonl"), foreign);
  return { folder, foreign };
}

const READERS: readonly (readonly [string, (folder: string) => string[]])[] = [
  ["status", (folder) => ["status", folder]],
  ["summary", (folder) => ["summary", folder]],
  ["compare", (folder) => ["compare", folder, folder]],
  ["claims", (folder) => ["claims", folder]],
  ["figures", (folder) => ["figures", folder]],
  ["report", (folder) => ["report", folder]],
  ["verify", (folder) => ["verify", folder]],
  ["merge", (folder) => ["merge", folder]],
  ["merge -o", (folder) => ["merge", folder, "-o", `${folder}-out`]],
  ["sweep", (folder) => ["sweep", "fixed-rows", ...TYPED, "--out", folder]],
  ["sweep --dry-run", (folder) => ["sweep", "fixed-rows", ...TYPED, "--dry-run", "--out", folder]],
];

describe.each(READERS)("mmoe %s", (_, argvOf) => {
  test("refuses a folder with a journal of another seed, by the journal's name", async () => {
    const { folder, foreign } = folderWith(() => 0.5, ["seed=7"]);
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await runMain(argvOf(folder));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mmoe: \S+: the journal of another sweep \(.*\); move the file away\n$/);
    expect(stderr).toContain(`mmoe: ${foreign}: `);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("refuses a run with two different results, by the names of run and journals", async () => {
    const { folder, foreign } = folderWith((run) => (run.index === 1 && run.model.name === "mmoe" ? 0.25 : 0.5), []);
    const { code, stdout, stderr } = await runMain(argvOf(folder));
    const journals = `${foreign}, ${join(folder, "journal/made.jsonl")}`;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`mmoe: 1 run came out differently: mmoe/p=0.50/001 (${journals}); leave one of each out\n`);
    expect(existsSync(join(folder, "runs.csv"))).toBe(false);
  });
});
