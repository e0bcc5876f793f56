import { expect, test } from "vitest";
import { groupOf } from "../../../../src/engines/tfjs/groups.ts";
import { type FeedArrays, Room } from "../../../../src/engines/tfjs/trainer/feed-arrays.ts";
import { StepFeed } from "../../../../src/engines/tfjs/trainer/group-feeds.ts";
import { range } from "../../../support/reference.ts";
import { tinyRun } from "../runs.ts";

const rooms = () => [new Room(), new Room()] as const;

/** A pool that writes each step's number into its row numbers. */
function fakePool() {
  const asked: [from: number, count: number][] = [];
  const steps = async ({ numbers }: FeedArrays, from: number, count: number) => {
    asked.push([from, count]);
    numbers?.forEach((_, at) => {
      numbers[at] = from + Math.floor((at * count) / numbers.length);
    });
  };
  return { asked, steps };
}

const group = groupOf([[tinyRun({}, { batch: 1, steps: 20 })]]);

/** The steps that are in what was taken. */
const taken = async (feed: StepFeed, from: number, to: number, ahead: number) => {
  const { count, arrays } = await feed.take(from, to, ahead);
  expect(arrays.numbers).toHaveLength(count);
  return Array.from(arrays.numbers ?? []);
};

test("take(from, to, ahead) gives each step once, as far as they are made, and begins those after them", async () => {
  const pool = fakePool();
  const feed = new StepFeed(pool, rooms(), group);
  expect(await taken(feed, 1, 20, 2)).toEqual([1, 2]);
  expect(pool.asked).toEqual([
    [1, 2],
    [3, 2],
  ]);
  expect(await taken(feed, 3, 3, 5)).toEqual([3]); // up to an evaluation
  expect(pool.asked.at(-1)).toEqual([5, 5]);
  expect(await taken(feed, 4, 20, 5)).toEqual([4]);
  expect(await taken(feed, 5, 20, 30)).toEqual([5, 6, 7, 8, 9]);
  expect(pool.asked.at(-1)).toEqual([10, 11]); // no more than there are
  expect(await taken(feed, 10, 20, 30)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
});

test("what was taken stays while the steps after it are made", async () => {
  const pool = fakePool();
  const feed = new StepFeed(pool, rooms(), group);
  for (let step = 1; step <= 20; ) {
    const { count, arrays } = await feed.take(step, 20, 3);
    await new Promise(setImmediate); // the next ones are made meanwhile
    expect(Array.from(arrays.numbers ?? [])).toEqual(range(count).map((i) => step + i));
    step += count;
  }
});

test("take waits until its steps are made, and throws if they can't be", async () => {
  const feed = new StepFeed({ steps: () => Promise.reject(new Error("the thread ended")) }, rooms(), group);
  await expect(feed.take(1, 20, 2)).rejects.toThrow("the thread ended");
});
