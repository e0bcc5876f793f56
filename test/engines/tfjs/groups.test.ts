import { describe, expect, test } from "vitest";
import type { Hooks, Run } from "../../../src/engines/engine.ts";
import type { MethodName } from "../../../src/engines/methods.ts";
import { type Group, type Grouping, groupOf, groupsOf } from "../../../src/engines/tfjs/groups.ts";
import { largestGroup, rowBytes, tensorBytes } from "../../../src/engines/tfjs/memory.ts";
import { isOutOfMemory, trainInGroups } from "../../../src/engines/tfjs/tfjs-engine.ts";
import { parameterCount } from "../../../src/models/parameters.ts";
import { MachineError } from "../../../src/system-errors.ts";
import { range } from "../../support/reference.ts";
import { PAIR_DEEP, PAIR_MMOE, PAIR_OMOE, tinyRun } from "./runs.ts";

const RATES = [0.1, 0.02] as const;

/** What is to be trained at each index: MMoE at two rates, OMoE at both too. */
const company = (index: number): Run[] =>
  [PAIR_MMOE, PAIR_OMOE].flatMap((model) => RATES.map((lr) => tinyRun({ index, model }, { lr })));

/** The places in `runs` of each group's runs. */
const placesIn = (runs: readonly Run[], groups: readonly Group[]) =>
  groups.map((group) => group.runs.map((run) => runs.indexOf(run)));
const runsOf = (runs: readonly Run[], grouping: Grouping) => placesIn(runs, groupsOf(runs, grouping));

test("groupOf(companies) has one model's runs after the other's, and each replica's place among the rows", () => {
  const [a, b] = [company(0), company(1)];
  expect(groupOf([a, b])).toEqual({
    models: [PAIR_MMOE, PAIR_OMOE],
    runs: [a[0], a[1], b[0], b[1], a[2], a[3], b[2], b[3]],
    sources: [a[0], b[0]],
    places: [0, 0, 1, 1],
  });
});

describe("groupsOf(runs, { mixed: false })", () => {
  const placesOf = (runs: readonly Run[], sizeOf: Grouping["sizeOf"]) => runsOf(runs, { sizeOf, mixed: false });

  test("puts runs of one model and one setting together, in the order given", () => {
    const runs = [
      tinyRun(),
      tinyRun({ model: PAIR_OMOE }),
      tinyRun({ index: 1 }),
      tinyRun({}, { lr: 0.001 }),
      tinyRun({ index: 2 }),
    ];
    expect(placesOf(runs, () => 2)).toEqual([[0, 2], [1], [3], [4]]);
  });

  test("makes equal groups of a kind rather than one of few runs", () => {
    const runs = [...range(9).map((index) => tinyRun({ index })), tinyRun({ model: PAIR_OMOE })];
    expect(placesOf(runs, () => 4).map(({ length }) => length)).toEqual([3, 3, 3, 1]);
  });
});

describe("groupsOf(runs, { mixed: true })", () => {
  const placesOf = (runs: readonly Run[], sizeOf: Grouping["sizeOf"]) => runsOf(runs, { sizeOf, mixed: true });

  test("puts all models and rates of the same rows into one group, several of them as far as they go", () => {
    const runs = range(3).flatMap(company);
    expect(placesOf(runs, () => 2)).toEqual([
      [0, 1, 4, 5, 2, 3, 6, 7],
      [8, 9, 10, 11],
    ]);
  });

  test("shares no rows between correlations, numbers of tasks, seeds or settings", () => {
    const others = [
      tinyRun({ correlation: 0.9 }),
      tinyRun({ model: { ...PAIR_MMOE, tasks: 3 } }),
      tinyRun({ seed: 1 }),
      tinyRun({}, { steps: 5 }),
      tinyRun({}, { initializer: { name: "he-uniform" } }),
    ];
    for (const other of others) {
      const [group] = groupsOf([tinyRun(), other], { sizeOf: () => 2, mixed: true });
      expect(group?.sources).toHaveLength(group?.runs.length);
    }
  });

  test("keeps apart models that lack each other's rates, as after half of a sweep", () => {
    const runs = company(0).slice(1);
    expect(placesOf(runs, () => 4)).toEqual([[0], [1, 2]]);
  });

  test("puts runs at different rates together that have rows of their own", () => {
    const runs = [tinyRun(), tinyRun({ index: 1 }, { lr: 0.001 })];
    expect(placesOf(runs, () => 4)).toEqual([[0, 1]]);
  });

  test("divides what is too large: by models first, then by rates", () => {
    const runs = range(2).flatMap(company);
    const most = (count: number) => placesOf(runs, ({ length }) => Math.floor(count / length));
    expect(most(2)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    expect(most(1)).toEqual(range(8).map((i) => [i]));
  });

  test("has every run of a resumed sweep in one group, once", () => {
    const runs = [...range(5).flatMap(company), tinyRun({ model: PAIR_DEEP })].filter((_, i) => i % 3 !== 1);
    const groups = placesOf(runs, ({ length }) => Math.floor(7 / length));
    expect(groups.flat().sort((a, b) => a - b)).toEqual(range(runs.length));
  });
});

const run = tinyRun({}, { trainRows: 1000, heldoutRows: 300 });

test("rowBytes(run) is that of its fixed rows, or of held-out rows alone where rows are fresh", () => {
  const numbers = PAIR_MMOE.inputs + 2;
  expect(rowBytes(run)).toBe(4 * 1300 * numbers);
  expect(rowBytes(tinyRun({}, { trainRows: "fresh", heldoutRows: 300 }))).toBe(4 * 300 * numbers);
});

test("tensorBytes(run) counts each task's gradients with a method that combines them, and no more with one that weighs losses", () => {
  const bytes = (method: MethodName) => tensorBytes(tinyRun({}, { method }));
  expect(bytes("pcgrad") - bytes("sum")).toBe(4 * 3 * 2 * parameterCount(PAIR_MMOE));
  expect(bytes("famo")).toBe(bytes("sum"));
});

test("largestGroup(runs) fills half of the host's free memory with tensors of each run and their rows, their table too", () => {
  const together = [run, { ...run, model: PAIR_OMOE }];
  const each = 2 * rowBytes(run) + together.reduce((sum, one) => sum + tensorBytes(one), 0);
  expect(largestGroup(together, { host: 2 * 7 * each + 1 })).toBe(7);
  expect(largestGroup(together, { host: 2 * 7 * each - 1 })).toBe(6);
});

test("largestGroup(runs) holds rows, and those with tensors on the card, to half of what is free there", () => {
  expect(largestGroup([run], { host: 1e12, card: 2 * 9 * (rowBytes(run) + tensorBytes(run)) + 1 })).toBe(9);
  expect(largestGroup([run], { host: 2 * 5 * 2 * rowBytes(run) + 1, card: 1e12 })).toBe(5);
});

test("largestGroup(runs) makes groups of up to 64 runs, on a card 200 of each of the paper's models", () => {
  expect(largestGroup([run], { host: 0 })).toBe(0);
  expect(largestGroup([run, run, run], { host: 1e15 })).toBe(21);
  expect(largestGroup([run, run, run], { host: 1e15, card: 1e15 })).toBe(200);
});

test("largestGroup(runs) keeps the numbers of a set below 2^31", () => {
  const rows = 30_000_000;
  const many = tinyRun({}, { trainRows: rows });
  const most = Math.floor((2 ** 31 - 1) / (rows * PAIR_MMOE.inputs));
  expect(most).toBeGreaterThan(1);
  expect(largestGroup([many], { host: 1e15, card: 1e15 })).toBe(most);
});

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
