// A thread that makes the data that groups are fed.
import { parentPort } from "node:worker_threads";
import type { Group } from "../groups.ts";
import type { FeedArrays } from "./feed-arrays.ts";
import { FeedMaker, type Share } from "./feed-maker.ts";

/** The group whose data are made from now on, which has no answer; the sets of a source; `count` steps from step `from` on. */
export type FeedTask =
  | { readonly group: Group }
  | { readonly share: Share; readonly sets: FeedArrays; readonly source: number }
  | { readonly share: Share; readonly steps: FeedArrays; readonly from: number; readonly count: number };

/** For sets, the measured label correlations, one for each pair of tasks. */
export type FeedAnswer = readonly number[] | undefined;

let group: Group;
/** By the first source of their share. */
let makers = new Map<number, FeedMaker>();

parentPort?.on("message", (task: FeedTask) => {
  if ("group" in task) [group, makers] = [task.group, new Map()];
  else parentPort?.postMessage(answerTo(task));
});

function answerTo(task: Exclude<FeedTask, { group: Group }>): FeedAnswer {
  const { share } = task;
  const maker = makers.get(share.first) ?? new FeedMaker(group, share);
  makers.set(share.first, maker);
  if ("sets" in task) return maker.sets(task.sets, task.source);
  maker.steps(task.steps, task.from, task.count);
  return undefined;
}
