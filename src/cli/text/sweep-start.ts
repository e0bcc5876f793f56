import { inputsText } from "../../config/table-inputs.ts";
import { fewNumbersText, kindsText, straysText } from "../../config/task-kinds.ts";
import type { AnyRun, Engine } from "../../engines/engine.ts";
import { isCode, languageOf } from "../../models/code.ts";
import { type Kept, keptOf } from "../../records/checkpoints.ts";
import { ENGINE_OF } from "../../sweep/engines.ts";
import type { SweepStart } from "../../sweep/run-sweep.ts";
import type { SweepShare } from "../../sweep/share.ts";
import { numberOf } from "../../units.ts";
import { shardText } from "../cluster/shard-option.ts";

/** Where results go, and how many runs will be trained: `results/paper: reused 412, to do 188 runs`. */
export function whatIsToDo({ out, shard, runs, todo }: SweepShare): string {
  const part = shard === null ? "" : `shard ${shardText(shard)}: `;
  const reused = runs.length - todo.length;
  return `${out}: ${part}${reused > 0 ? `reused ${reused}, to do ` : ""}${numberOf(todo.length, "run")}`;
}

/** The first lines of a sweep; they tell of runs in flight, and name the engines that trained the runs that are there. */
export function startLines(start: SweepStart): string[] {
  const { out, engine, device, beside, todo, trainedBefore } = start;
  const kept = keptText(keptOf(todo, start.kept), `${out}: `);
  const lines = [`${whatIsToDo(start)} on ${enginesText({ name: engine, device, ...(beside && { beside }) }, todo)}`];
  const { rows, taskKinds } = start.config;
  const inputs = rows === null ? "" : inputsText(rows);
  if (inputs !== "") lines.push(`${start.out}: ${inputs}`);
  if (taskKinds.length > 0) lines.push(`${start.out}: labels: ${kindsText(taskKinds)} (--task changes them)`);
  const told = [fewNumbersText(start.config), straysText(start.config)].filter((line) => line !== "");
  lines.push(...told.map((line) => `${out}: ${line}`));
  if (kept !== "") lines.push(kept);
  if (trainedBefore.length > 0) lines.push(`${out}: what is there was trained on ${trainedBefore.join(", ")}`);
  return lines;
}

/**
 * `cpu (avx512)`; with models in code, which have engines of their own, `cpu (avx512); mine on python (Python 3.12)`.
 */
export function enginesText(
  { name, device, beside = [] }: Pick<Engine, "name" | "device" | "beside">,
  runs: readonly AnyRun[],
): string {
  const parts = beside.flatMap((other) => {
    const theirs = runs.filter(({ model }) => isCode(model) && other.name === ENGINE_OF[languageOf(model)]);
    return theirs.length === 0 ? [] : [{ count: theirs.length, theirs, text: `${other.name} (${other.device})` }];
  });
  const own = runs.length - parts.reduce((sum, { count }) => sum + count, 0);
  const main = runs.length > 0 && own === 0 ? [] : [`${name} (${device})`];
  if (main.length === 0 && parts.length === 1) return parts[0].text;
  const modelsOf = (some: readonly AnyRun[]) => [...new Set(some.map(({ model }) => model.name))].join(", ");
  return [...main, ...parts.map(({ theirs, text }) => `${modelsOf(theirs)} on ${text}`)].join("; ");
}

/** `, 3 of them kept at 38 %`, rounded down, after a number of runs; empty for none. `before` is another beginning. */
export function keptText({ runs, share }: Kept, before = ", "): string {
  return runs === 0 ? "" : `${before}${runs} of them kept at ${Math.floor(100 * share)} %`;
}
