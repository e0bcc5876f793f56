import { describe, expect, test } from "vitest";
import type { Hooks, Run } from "../../../src/engines/engine.ts";
import { grouped, trainInGroups } from "../../../src/engines/tfjs/groups.ts";
import { UsageError } from "../../../src/errors.ts";
import { range } from "../../support/reference.ts";
import { PAIR_OMOE, tinyRun } from "./runs.ts";

const OOM = new Error("Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[200,64,100]");

test("grouped(runs, () => 2) puts runs of one model and one setting together, in the order given", () => {
  const runs = [
    tinyRun(),
    tinyRun({ model: PAIR_OMOE }),
    tinyRun({ index: 1 }),
    tinyRun({}, { lr: 0.001 }),
    tinyRun({ index: 2 }),
  ];
  const groups = grouped(runs, () => 2);
  expect(groups.map((group) => group.map((run) => runs.indexOf(run)))).toEqual([[0, 2], [1], [3], [4]]);
});

test("grouped(runs, sizeOf) asks for the size of each kind of run", () => {
  const runs = range(6).map((index) => tinyRun(index < 3 ? { index } : { index, model: PAIR_OMOE }));
  const groups = grouped(runs, ({ model }) => (model === PAIR_OMOE ? 1 : 5));
  expect(groups.map(({ length }) => length)).toEqual([3, 1, 1, 1]);
});

test("grouped(runs, () => 4) makes equal groups of a kind rather than one of few runs", () => {
  const runs = [...range(9).map((index) => tinyRun({ index })), tinyRun({ model: PAIR_OMOE })];
  expect(grouped(runs, () => 4).map(({ length }) => length)).toEqual([3, 3, 3, 1]);
});

describe("trainInGroups(runs)", () => {
  /** The indices of the groups that were trained where memory holds `fitting` runs, and what was said. */
  async function trained(runs: readonly Run[], size: number, fitting: number, hooks: Partial<Hooks> = {}) {
    const [groups, notes]: [number[][], string[]] = [[], []];
    const train = async (group: readonly Run[]) => {
      if (group.length > fitting) throw OOM;
      groups.push(group.map(({ index }) => index));
    };
    const note = (line: string) => notes.push(line);
    await trainInGroups(runs, { onResult: () => {}, ...hooks }, { sizeOf: () => size, train, note });
    return { groups, notes };
  }

  test("halves a group until memory holds it, does every run once, and stays with that size", async () => {
    const runs = range(13).map((index) => tinyRun({ index }));
    const { groups, notes } = await trained(runs, 7, 2);
    expect(groups).toEqual([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11], [12]]);
    expect(notes).toEqual([
      "out of memory with 7 runs at a time; going on with 4",
      "out of memory with 4 runs at a time; going on with 2",
    ]);
  });

  test("refuses, by its name, a run that memory does not hold alone", async () => {
    const failed = trained([tinyRun()], 3, 0);
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow("run mmoe/p=0.5/0 alone does not fit in memory; give fewer rows a batch");
  });

  test("passes on any other error", async () => {
    const train = async () => {
      throw new Error("Invalid TF_Status: 3");
    };
    const done = trainInGroups([tinyRun()], { onResult: () => {} }, { sizeOf: () => 2, train, note: () => {} });
    await expect(done).rejects.toThrow("Invalid TF_Status: 3");
  });

  test("begins nothing once stopped", async () => {
    expect((await trained([tinyRun()], 2, 2, { noMore: AbortSignal.abort() })).groups).toEqual([]);
    expect((await trained([tinyRun()], 2, 2, { signal: AbortSignal.abort() })).groups).toEqual([]);
  });
});
