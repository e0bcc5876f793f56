import type { AnyRun, Engine } from "../../engines/engine.ts";
import { isCode } from "../../models/code.ts";
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
  if (kept !== "") lines.push(kept);
  if (trainedBefore.length > 0) lines.push(`${out}: what is there was trained on ${trainedBefore.join(", ")}`);
  return lines;
}

/** `cpu (avx512)`; with models in JavaScript that train beside it, `cpu (avx512); mine on tfjs (wasm)`. */
export function enginesText(
  { name, device, beside }: Pick<Engine, "name" | "device" | "beside">,
  runs: readonly AnyRun[],
): string {
  const codes = [...new Set(runs.filter(({ model }) => isCode(model)).map(({ model }) => model.name))];
  const others = beside === undefined ? "" : `; ${codes.join(", ")} on ${beside.name} (${beside.device})`;
  return `${name} (${device})${others}`;
}
