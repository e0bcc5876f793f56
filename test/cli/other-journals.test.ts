import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { type LossOf, writeResults } from "../support/made-results.ts";

const SET = ["runs=2", "correlations=[0.5]", "models=[omoe, mmoe]"];
const TYPED = "--steps 100 --runs 2 --corr 0.5 --models omoe,mmoe";

/** A results folder of a small sweep, in which lies the journal of another. */
function folderWith(lossOf: LossOf, set: readonly string[]): { folder: string; foreign: string } {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  writeResults(folder, () => 0.5, SET);
  writeResults(other, lossOf, [...SET, ...set]);
  const foreign = join(folder, "journal/another.jsonl");
  copyFileSync(join(other, "journal/made.jsonl"), foreign);
  return { folder, foreign };
}

const READERS = [
  ...["status", "summary", "claims", "figures", "report", "verify", "merge"].map((name) => `${name} DIR`),
  "compare DIR DIR",
  "merge DIR -o DIR-out",
  `sweep fixed-rows ${TYPED} --out DIR`,
  `sweep fixed-rows ${TYPED} --dry-run --out DIR`,
];

describe.each(READERS)("mmoe %s", (words) => {
  const refused = async (folder: string) => refusal(await runMain(words.replaceAll("DIR", folder).split(" ")));

  test("refuses a folder with a journal of another seed, by the journal's name", async () => {
    const { folder, foreign } = folderWith(() => 0.5, ["seed=7"]);
    const before = readdirSync(folder);
    const says = await refused(folder);
    expect(says).toMatch(/^\S+: the journal of another sweep \(.*\); move the file away$/);
    expect(says).toContain(`${foreign}: `);
    expect(readdirSync(folder)).toEqual(before);
  });

  test("refuses a run with two different results, by the names of run and journals", async () => {
    const { folder, foreign } = folderWith((run) => (run.index === 1 && run.model.name === "mmoe" ? 0.25 : 0.5), []);
    const journals = `${foreign}, ${join(folder, "journal/made.jsonl")}`;
    expect(await refused(folder)).toBe(
      `1 run came out differently: mmoe/p=0.50/001 (${journals}); leave one of each out`,
    );
    expect(existsSync(join(folder, "runs.csv"))).toBe(false);
  });
});
