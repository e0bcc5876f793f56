// A thread that makes the data that groups are fed.
import { parentPort } from "node:worker_threads";
import type { Group } from "../groups.ts";
import type { FeedArrays } from "./feed-arrays.ts";
import { FeedMaker, type Share } from "./feed-maker.ts";

/**
 * This thread's shares of the group that is made from now on, which has no answer; the sets of a source; `count` steps
 * from step `from` on. `first`: the first source of one of its shares.
 */
export type FeedTask =
  | { readonly group: Group; readonly shares: readonly Share[] }
  | { readonly first: number; readonly sets: FeedArrays; readonly source: number }
  | { readonly first: number; readonly steps: FeedArrays; readonly from: number; readonly count: number };

/** For sets, the measured label correlations, one for each pair of tasks. */
export type FeedAnswer = readonly number[] | undefined;

/** By the first source of its share. */
let makers = new Map<number, FeedMaker>();

parentPort?.on("message", (task: FeedTask) => {
  if ("group" in task) makers = new Map(task.shares.map((share) => [share.first, new FeedMaker(task.group, share)]));
  else parentPort?.postMessage(answerTo(task));
});

function answerTo(task: Exclude<FeedTask, { group: Group }>): FeedAnswer {
  const maker = makers.get(task.first) as FeedMaker;
  if ("sets" in task) return maker.sets(task.sets, task.source);
  maker.steps(task.steps, task.from, task.count);
  return undefined;
}
