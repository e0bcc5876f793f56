import { describe, expect, test } from "vitest";
import type { Hooks, Run } from "../../../src/engines/engine.ts";
import type { Group } from "../../../src/engines/tfjs/groups.ts";
import { isOutOfMemory, trainInGroups } from "../../../src/engines/tfjs/tfjs-engine.ts";
import { MachineError } from "../../../src/system-errors.ts";
import { range } from "../../support/reference.ts";
import { PAIR_OMOE, tinyRun } from "./runs.ts";

const OOM = new Error("Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[200,64,100]");

test.each([
  OOM.message,
  "Session fail to run with error: OOM when allocating tensor with shape[600,256,16] and type float",
  "Session fail to run with error: failed to allocate memory",
  "Session fail to run with error: SameWorkerRecvDone unable to allocate output tensor. Key: /job:localhost;0:0",
  "Session fail to run with error: Dst tensor is not initialized.",
  "Session fail to run with error: Ran out of GPU memory when allocating 1024 bytes for temporary buffer",
  "Array buffer allocation failed",
])("isOutOfMemory knows '%s'", (message) => {
  expect(isOutOfMemory(new Error(message))).toBe(true);
});

describe("trainInGroups(runs)", () => {
  /** The indices of the groups that were trained where memory holds `fitting` runs, and what was said. */
  async function trained(runs: readonly Run[], size: number, fitting: number, hooks: Partial<Hooks> = {}) {
    const [groups, notes]: [number[][], string[]] = [[], []];
    const train = async ({ runs }: Group) => {
      if (runs.length > fitting) throw OOM;
      groups.push(runs.map(({ index }) => index));
    };
    const note = (line: string) => notes.push(line);
    let freed = 0;
    const free = () => {
      freed++;
    };
    await trainInGroups(
      runs,
      { onResult: () => {}, ...hooks },
      { sizeOf: ({ length }) => Math.floor(size / length), mixed: true, train, free, note },
    );
    return { groups, notes, freed };
  }

  test("halves a group until memory holds it, does every run once, and stays with that size", async () => {
    const runs = range(13).map((index) => tinyRun({ index }));
    const { groups, notes, freed } = await trained(runs, 7, 2);
    expect(freed).toBe(2);
    expect(groups).toEqual([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11], [12]]);
    expect(notes).toEqual([
      "out of memory with 7 runs at a time; going on with 4",
      "out of memory with 4 runs at a time; going on with 2",
    ]);
  });

  test("parts the models of the same rows when memory does not hold them together", async () => {
    const runs = range(2).flatMap((index) => [tinyRun({ index }), tinyRun({ index, model: PAIR_OMOE })]);
    expect((await trained(runs, 4, 1)).groups).toEqual([[0], [0], [1], [1]]);
  });

  test("refuses, by its name, a run that memory does not hold alone", async () => {
    const failed = trained([tinyRun()], 3, 0);
    await expect(failed).rejects.toThrow(MachineError);
    await expect(failed).rejects.toThrow("out of memory (run mmoe/p=0.5/0 alone does not fit in it); free some");
  });

  test.each([
    [
      "halves a group whose rows memory does not hold",
      new MachineError("memory", "the last thread that makes rows"),
      undefined,
    ],
    ["tells the machine's trouble as that", Object.assign(new Error("EMFILE"), { code: "EMFILE" }), MachineError],
    ["passes on any other error", new Error("Invalid TF_Status: 3"), "Invalid TF_Status: 3"],
  ])("%s", async (_, error, expected) => {
    const groups: number[] = [];
    const train = async ({ runs }: Group) => {
      groups.push(runs.length);
      if (runs.length > 1) throw error;
    };
    const runs = range(2).map((index) => tinyRun({ index }));
    const how = { sizeOf: () => 2, mixed: true, train, free: () => {}, note: () => {} };
    const done = trainInGroups(runs, { onResult: () => {} }, how);
    if (expected === undefined) await done;
    else await expect(done).rejects.toThrow(expected);
    expect(groups).toEqual(expected === undefined ? [2, 1, 1] : [2]);
  });

  test("begins nothing once stopped", async () => {
    expect((await trained([tinyRun()], 2, 2, { noMore: AbortSignal.abort() })).groups).toEqual([]);
    expect((await trained([tinyRun()], 2, 2, { signal: AbortSignal.abort() })).groups).toEqual([]);
  });
});
