import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Checkpoints } from "../../src/records/checkpoints.ts";
import { checkJournals, copyCheckpoints } from "../../src/records/merge-folders.ts";
import { temporaryFolder } from "../support/effects.ts";
import { madeResults, writeResults } from "../support/made-results.ts";
import { makeRun } from "../support/runs.ts";
import { stateOf } from "../support/states.ts";

const runs = [0, 1].map((index) => makeRun({ id: `mmoe/p=0.50/00${index}`, index }, { steps: 40 }));
const of = { trained: "0a1b2c3d", arithmeticOf: () => "cpu", warn: () => {} };
const checkpointsIn = (folder: string) => new Checkpoints(folder, of, () => {});
const folderAt = (...steps: number[]) => {
  const folder = temporaryFolder();
  for (const [i, step] of steps.entries()) checkpointsIn(folder).keep(runs[i], stateOf(runs[i], step));
  return folder;
};

test.each([
  [[7], [13, 5], [9, 21]],
  [[9], [13, 21], [7, 5]],
  [[13], [9], [7, 21]],
  [[], [7, 21], [13]],
])(
  "copyCheckpoints(folders, out, runs) keeps of each run the one that is furthest: of %j there, %j and %j",
  (there, first, second) => {
    const out = folderAt(...there);
    copyCheckpoints([folderAt(...first), folderAt(...second)], out, runs, of);
    const expected = runs.map((run, i) => [run.id, stateOf(run, [13, 21][i])] as const);
    expect(checkpointsIn(out).states(runs)).toEqual(new Map(expected));
  },
);

test("checkJournals(folders) counts runs that were done again, and none of a journal's copy", () => {
  const set = ["runs=2", "models=mmoe", "correlations=1"];
  const [folder, copy, again] = [0, 1, 2].map(() => temporaryFolder());
  for (const one of [folder, copy, again]) writeResults(one, () => 0.1, set);
  const journal = join(again, "journal", "made.jsonl");
  appendFileSync(journal, `${readFileSync(journal, "utf8").trimEnd().split("\n").at(-1)}\n`);
  const count = (...folders: string[]) => checkJournals(folders, madeResults(() => 0.1, set).config, () => {});
  expect([count(folder, copy, folder), count(folder, again), count(again, again)]).toEqual([0, 3, 1]);
});
