import { kindsText } from "../../config/task-kinds.ts";
import { trains, trainsRun } from "../../engines/abilities.ts";
import type { AnyRun, Engine } from "../../engines/engine.ts";
import { keptOf } from "../../records/checkpoints.ts";
import type { SweepStart } from "../../sweep/run-sweep.ts";
import type { SweepShare } from "../../sweep/share.ts";
import { shardText } from "../cluster/shard-option.ts";
import { keptText } from "./kept-text.ts";

/** Where results go, and how many runs will be trained: `results/paper: reused 412, to do 188 runs`. */
export function whatIsToDo({ out, shard, runs, todo }: SweepShare): string {
  const part = shard === null ? "" : `shard ${shardText(shard)}: `;
  const reused = runs.length - todo.length;
  return `${out}: ${part}${reused > 0 ? `reused ${reused}, to do ` : ""}${todo.length} runs`;
}

/** The first lines of a sweep; they tell of runs in flight, and name the engines that trained the runs that are there. */
export function startLines(start: SweepStart): string[] {
  const { out, engine, device, beside, todo, trainedBefore } = start;
  const kept = keptText(keptOf(todo, start.kept), `${out}: `);
  const lines = [`${whatIsToDo(start)} on ${enginesText({ name: engine, device, ...(beside && { beside }) }, todo)}`];
  const { taskKinds } = start.config;
  if (taskKinds.length > 0) lines.push(`${start.out}: labels: ${kindsText(taskKinds)} (--task changes them)`);
  if (kept !== "") lines.push(kept);
  if (trainedBefore.length > 0) lines.push(`${out}: what is there was trained on ${trainedBefore.join(", ")}`);
  return lines;
}

/**
 * `cpu (avx512)`; with runs that only another engine trains, `cpu (avx512); dselect-k, method pcgrad on tfjs (wasm)`.
 */
export function enginesText(
  { name, device, beside }: Pick<Engine, "name" | "device" | "beside">,
  runs: readonly AnyRun[],
): string {
  const main = `${name} (${device})`;
  const others = beside === undefined ? [] : runs.filter((run) => !trainsRun("cpu", run));
  if (beside === undefined || others.length === 0) return main;
  const other = `${beside.name} (${beside.device})`;
  return others.length === runs.length ? other : `${main}; ${reasons(others).join(", ")} on ${other}`;
}

/** What cpu lacks for these runs: models and, for those that it has, methods. */
function reasons(runs: readonly AnyRun[]): string[] {
  const whats = runs.map(({ model, training }) => (trains("cpu", model) ? `method ${training.method}` : model.name));
  return [...new Set(whats)];
}
