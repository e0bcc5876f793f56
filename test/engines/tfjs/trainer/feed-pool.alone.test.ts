import type { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test, vi } from "vitest";
import { type Group, groupOf } from "../../../../src/engines/tfjs/groups.ts";
import { type FeedArrays, Room, setArrays, stepArrays } from "../../../../src/engines/tfjs/trainer/feed-arrays.ts";
import { FeedMaker } from "../../../../src/engines/tfjs/trainer/feed-maker.ts";
import { FeedPool } from "../../../../src/engines/tfjs/trainer/feed-pool.ts";
import { MachineError } from "../../../../src/system-errors.ts";
import { inTime } from "../../../support/in-time.ts";
import { range } from "../../../support/reference.ts";
import { nextOptions, started } from "../../../support/threads.ts";
import { tinyRun } from "../runs.ts";

vi.mock("node:worker_threads", async (original) =>
  (await import("../../../support/threads.ts")).watched(await original()),
);

const pool = new FeedPool(3);
afterAll(() => pool.dispose());

const groupOfSources = (F: number, training = {}) => groupOf(range(F).map((index) => [tinyRun({ index }, training)]));

const stepsOf = (group: Group, count: number) => new Room().arrays(stepArrays(group), count);

/** What one maker makes of `count` steps from `first` on. */
function madeByOne(group: Group, first: number, count: number): FeedArrays {
  const arrays = stepsOf(group, count);
  new FeedMaker(group, { first: 0, end: group.sources.length }).steps(arrays, first, count);
  return arrays;
}

test.each([1, 2, 7])("a pool of three makes what one maker makes, of %i sources", async (F) => {
  const group = groupOfSources(F);
  const made = stepsOf(group, 5);
  const [sets, expectedSets] = [new Room().arrays(setArrays(group)), new Room().arrays(setArrays(group))];
  await pool.begin(group);
  const correlations = new Map<number, readonly number[]>();
  for (const i of range(3)) for (const [source, value] of await pool.sets(sets, i)) correlations.set(source, value);
  await pool.steps(made, 9, 5);

  const maker = new FeedMaker(group, { first: 0, end: F });
  const expectedCorrelations = range(F).map((f) => maker.sets(expectedSets, f));
  expect(made).toEqual(madeByOne(group, 9, 5));
  expect(sets).toEqual(expectedSets);
  expect(range(F).map((f) => correlations.get(f))).toEqual(expectedCorrelations);
  expect(await pool.sets(sets, F)).toEqual([]);
});

test("a pool that ends tells those who wait", async () => {
  const ending = new FeedPool(2);
  const group = groupOfSources(2, { trainRows: "fresh" });
  await ending.begin(group);
  const waiting = ending.steps(stepsOf(group, 9), 1, 9);
  const told = expect(waiting).rejects.toThrow("a thread that makes rows ended");
  await ending.dispose();
  await told;
});

test("a pool that ends keeps the process until it has ended, also when an answer comes meanwhile", async () => {
  const ending = new FeedPool(1);
  const group = groupOfSources(1);
  await ending.begin(group);
  const thread = started.at(-1) as Worker;
  await ending.steps(stepsOf(group, 1), 1, 1); // it has started
  const answered = ending.steps(stepsOf(group, 1), 2, 1);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300); // as in a long call of TensorFlow: the answer waits
  const unref = vi.spyOn(thread, "unref");
  await Promise.all([ending.dispose(), answered]);
  expect(unref).not.toHaveBeenCalled();
});

test("a thread that ended while nothing was asked of it is told when it is asked, and replaced for the next group", async () => {
  const pool = new FeedPool(1);
  const group = groupOfSources(2);
  await pool.begin(group);
  const arrays = stepsOf(group, 5);
  await pool.steps(arrays, 1, 5);
  await started.at(-1)?.terminate();
  await expect(pool.steps(arrays, 6, 5)).rejects.toThrow("a thread that makes rows ended");
  await pool.begin(group);
  await pool.steps(arrays, 6, 5);
  expect(arrays).toEqual(madeByOne(group, 6, 5));
  await pool.dispose();
});

describe("a thread that ends while it makes rows", () => {
  const madeWithout = (dead: readonly number[]) => inTime(() => made(dead));

  /** A pool of three whose threads `dead` end while it makes 40 steps of seven sources, and what it made. */
  async function made(dead: readonly number[]) {
    const notes: string[] = [];
    const pool = new FeedPool(3, (line) => notes.push(line));
    const group = groupOfSources(7, { trainRows: "fresh", batch: 64 });
    const arrays = stepsOf(group, 40);
    const before = started.length;
    await pool.begin(group);
    const making = pool.steps(arrays, 9, 40);
    for (const thread of dead) void started[before + thread]?.terminate();
    const error: unknown = await making.then(
      () => undefined,
      (reason) => reason,
    );
    const ends = notes.length + (error === undefined ? 0 : 1);
    if (ends === dead.length) return { pool, notes, group, arrays, error };
    await pool.dispose(); // some had made their rows before
    return undefined;
  }

  test("has the others make the same, and leaves one fewer for the groups to come", async () => {
    const { pool, notes, group, arrays, error } = await madeWithout([1]);
    expect([error, notes]).toEqual([undefined, [expect.stringMatching(/^a worker died .*; going on with 2 to make/)]]);
    expect(arrays).toEqual(madeByOne(group, 9, 40));
    const before = started.length;
    await pool.begin(group);
    await pool.steps(arrays, 9, 40);
    expect(started.length).toBe(before);
    await pool.dispose();
  });

  test("and is the last one, is told as the machine's trouble", async () => {
    const { pool, notes, error } = await madeWithout([0, 1, 2]);
    expect(error).toBeInstanceOf(MachineError);
    expect(error).toMatchObject({ trouble: "worker", message: expect.stringContaining("that makes rows ended") });
    expect(notes).toHaveLength(2);
    await pool.dispose();
  });
});

test("a pool goes on with as many threads as memory holds", async () => {
  const notes: string[] = [];
  const pool = new FeedPool(3, (line) => notes.push(line));
  const group = groupOfSources(4);
  nextOptions.push({}, { resourceLimits: { maxOldGenerationSizeMb: 2, maxYoungGenerationSizeMb: 1 } });
  const made = stepsOf(group, 5);
  await pool.begin(group);
  await pool.steps(made, 9, 5);
  expect(made).toEqual(madeByOne(group, 9, 5));
  expect(notes).toEqual([expect.stringMatching(/^out of memory \(.*\); going on with 2 to make rows$/)]);
  await pool.dispose();
});

test("a group begins when nothing of the one before is being made", async () => {
  const before = groupOfSources(2, { trainRows: "fresh" });
  await pool.begin(before);
  let ended = false;
  void pool.steps(stepsOf(before, 300), 1, 300).then(() => {
    ended = true;
  });
  await pool.begin(groupOfSources(3));
  expect(ended).toBe(true);
});
