import { isCode } from "../../models/code.ts";
import type { SweepStart } from "../../sweep/run-sweep.ts";
import type { SweepShare } from "../../sweep/share.ts";
import { shardText } from "../cluster/shard-option.ts";

/** Where results go, and how many runs will be trained: `results/paper: reused 412, to do 188 runs`. */
export function whatIsToDo({ out, shard, runs, todo }: SweepShare): string {
  const part = shard === null ? "" : `shard ${shardText(shard)}: `;
  const reused = runs.length - todo.length;
  return `${out}: ${part}${reused > 0 ? `reused ${reused}, to do ` : ""}${todo.length} runs`;
}

/** The first lines of a sweep; they name the engines that trained the runs that are there. */
export function startLines(start: SweepStart): string[] {
  const { out, engine, device, beside, todo, trainedBefore } = start;
  const codes = [...new Set(todo.filter(({ model }) => isCode(model)).map(({ model }) => model.name))];
  const others = beside === undefined ? "" : `; ${codes.join(", ")} on ${beside.name} (${beside.device})`;
  const lines = [`${whatIsToDo(start)} on ${engine} (${device})${others}`];
  if (trainedBefore.length > 0) lines.push(`${out}: what is there was trained on ${trainedBefore.join(", ")}`);
  return lines;
}
