import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Checkpoints, checkpointPath, keptIn, keptOf, removeCheckpoints } from "../../src/records/checkpoints.ts";
import { temporaryFolder } from "../support/effects.ts";
import { makeRun } from "../support/runs.ts";
import { stateOf } from "../support/states.ts";

const OF = { trained: "0a1b2c3d", arithmeticOf: () => "cpu" };
const RUNS = [0, 1, 2].map((index) => makeRun({ id: `mmoe/p=0.50/lr=0.01/00${index}`, index }, { steps: 40 }));
const [A, B, C] = RUNS as [(typeof RUNS)[0], (typeof RUNS)[0], (typeof RUNS)[0]];

let out = "";
let notes: string[] = [];
beforeEach(() => {
  out = temporaryFolder();
  notes = [];
});
const made = () => new Checkpoints(out, OF, (line) => notes.push(line));
const files = () => (existsSync(join(out, "checkpoints")) ? readdirSync(join(out, "checkpoints")).sort() : undefined);

describe("Checkpoints", () => {
  test("keep a state in a file by the run's name, for a later process", () => {
    const checkpoints = made();
    checkpoints.keep(A, stateOf(A, 7));
    checkpoints.keep(C, stateOf(C, 13));
    checkpoints.keep(A, stateOf(A, 9));
    expect(files()).toEqual(["mmoe_p=0.50_lr=0.01_000.json", "mmoe_p=0.50_lr=0.01_002.json"]);
    expect(checkpoints.steps).toEqual(
      new Map([
        [A.id, 9],
        [C.id, 13],
      ]),
    );
    const later = made();
    expect(later.states([B, C])).toEqual(new Map([[C.id, stateOf(C, 13)]]));
    expect([later.steps, notes]).toEqual([new Map([[C.id, 13]]), []]);
  });

  test("are removed with their folder when their runs have ended", () => {
    const checkpoints = made();
    for (const run of [A, B]) checkpoints.keep(run, stateOf(run, 7));
    checkpoints.remove([A, C]);
    checkpoints.close();
    expect([files(), [...checkpoints.steps.keys()]]).toEqual([["mmoe_p=0.50_lr=0.01_001.json"], [B.id]]);
    checkpoints.remove([B]);
    checkpoints.close();
    expect(files()).toBeUndefined();
  });

  test("that can't be read are named, each in a line, and left out", () => {
    for (const run of RUNS) made().keep(run, stateOf(run, 7));
    const [a, b] = [A, B].map(({ id }) => checkpointPath(out, id)) as [string, string];
    writeFileSync(a, readFileSync(a, "utf8").slice(0, 3000));
    rmSync(b);
    mkdirSync(b);
    expect([...made().states(RUNS).keys()]).toEqual([C.id]);
    expect(notes).toEqual([
      `${a}: left out, since it is damaged; ${A.id} begins again`,
      `${b}: left out, since it can't be read: it is a folder, not a file; ${B.id} begins again`,
    ]);
  });

  test("that can't be written are told once, and the file before stays", () => {
    const checkpoints = made();
    checkpoints.keep(A, stateOf(A, 7));
    const path = checkpointPath(out, B.id);
    mkdirSync(path);
    for (const step of [8, 9]) checkpoints.keep(B, stateOf(B, step));
    checkpoints.keep(A, stateOf(A, 8));
    expect(notes).toEqual([
      `${join(out, "checkpoints")}: can't be written: illegal operation on a directory; training goes on, but a stop loses runs in flight`,
    ]);
    expect(checkpoints.steps).toEqual(new Map([[A.id, 8]]));
  });

  test("do not make a results folder again that was moved away", () => {
    const checkpoints = made();
    renameSync(out, `${out}-moved`);
    checkpoints.keep(A, stateOf(A, 7));
    checkpoints.remove([A]);
    checkpoints.close();
    expect([existsSync(out), notes]).toEqual([false, [expect.stringContaining("no such file or directory")]]);
  });
});

test("removeCheckpoints(out) removes ours and unfinished ones, and leaves another file with its folder", () => {
  for (const run of RUNS) made().keep(run, stateOf(run, 7));
  for (const name of ["notes.txt", "x.json.host-12-0123abcd.partial"])
    writeFileSync(join(out, "checkpoints", name), "");
  removeCheckpoints(out);
  expect(files()).toEqual(["notes.txt"]);
  rmSync(join(out, "checkpoints", "notes.txt"));
  removeCheckpoints(out);
  expect(files()).toBeUndefined();
});

test("keptOf(runs, steps) counts the runs that have steps, and their share of the steps", () => {
  const steps = new Map([
    [A.id, 10],
    [C.id, 25],
    ["another", 3],
  ]);
  expect(keptOf(RUNS, steps)).toEqual({ runs: 2, share: 35 / 80 });
  expect(keptOf([B], steps)).toEqual({ runs: 0, share: 0 });
});

test("keptIn(out, runs) counts runs that any engine has trained", () => {
  const tfjs = { trained: OF.trained, arithmeticOf: () => "tfjs (wasm)" };
  new Checkpoints(out, tfjs, () => {}).keep(B, stateOf(B, 30));
  expect(keptIn(out, RUNS, { trained: OF.trained, warn: () => {} })).toEqual({ runs: 1, share: 0.75 });
});
