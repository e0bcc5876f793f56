import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { Checkpoints } from "../../src/records/checkpoints.ts";
import { Journal } from "../../src/records/journal.ts";
import { checkJournals, copyCheckpoints } from "../../src/records/merge-folders.ts";
import { provenanceOf } from "../../src/records/provenance.ts";
import { type RunRecord, recordOf } from "../../src/records/record.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult, failedResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";
import { stateOf } from "../support/states.ts";

const config = loadConfig("smoke");
const engine = { name: "fake", device: "none" };
const provenance = provenanceOf({ argv: ["sweep"], config, engine, shard: null });

const done = (index: number): RunRecord => recordOf(doneResult(makeRun({ index })), "fake");
const failed = (index: number): RunRecord => recordOf(failedResult(makeRun({ index })), "fake");
const differing = (index: number): RunRecord => ({ ...done(index), labelCorrelations: [0.08] });

/** A results folder with one journal of `records`. */
function folderOf(...records: RunRecord[]): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "journal"));
  const journal = new Journal(join(folder, "journal"), trainedHash(config), provenance);
  for (const record of records) journal.append(record);
  journal.close();
  return folder;
}

const check = (...folders: string[]) => checkJournals(folders, config, () => {});

describe("checkJournals(folders, config)", () => {
  test("counts the runs that were done more than once", () => {
    expect(check(folderOf(done(0), done(1)), folderOf(done(2)))).toBe(0);
    expect(check(folderOf(done(0), done(1)), folderOf(done(1)))).toBe(1);
    expect(check(folderOf(done(0), done(1)), folderOf(done(1), done(0)), folderOf(done(1)))).toBe(3);
  });

  test("refuses even one run that came out differently, and names it with its journals", () => {
    const folders = [folderOf(done(0), done(1)), folderOf(differing(1))];
    expect(() => check(...folders)).toThrow(/^1 run came out differently: mmoe\/p=0.5\/1 \(\S+, \S+\); leave one/);
    expect(() => check(...folders)).toThrow(folders[0]);
    expect(() => check(...folders)).toThrow(folders[1]);
  });

  test("names three of many, and says how many more there are", () => {
    const disagreeing = (count: number) => () => {
      const runs = Array.from({ length: count }, (_, i) => i);
      return check(folderOf(...runs.map(done)), folderOf(...runs.map(differing)));
    };
    expect(disagreeing(3)).toThrow(/^3 runs came out differently: (mmoe\S+ \(\S+, \S+\)(, )?){3}; leave/);
    expect(disagreeing(5)).toThrow(/^5 runs came out differently: (mmoe\S+ \(\S+, \S+\)(, )?){3} and 2 more; leave/);
  });

  test("does not compare a failure with a run that is done", () => {
    expect(check(folderOf(failed(0)), folderOf(done(0)), folderOf(failed(0)))).toBe(0);
    expect(check(folderOf(failed(0), done(1)), folderOf(done(0), done(1)))).toBe(1);
  });
});

describe("copyCheckpoints(folders, out, runs)", () => {
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
  ])("keeps of each run the one that is furthest: of %j there, %j and %j", (there, first, second) => {
    const out = folderAt(...there);
    copyCheckpoints([folderAt(...first), folderAt(...second)], out, runs, of);
    const expected = runs.map((run, i) => [run.id, stateOf(run, [13, 21][i])] as const);
    expect(checkpointsIn(out).states(runs)).toEqual(new Map(expected));
  });
});
