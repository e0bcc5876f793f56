import { type Estimate, estimateText } from "../../stats/estimate.ts";
import { type CellSeesaw, type Seesaw, SHARE_NOTHING } from "../../summary/seesaw.ts";
import type { Block } from "./blocks.ts";
import { cellTables } from "./cell-tables.ts";
import { fewNote } from "./few-runs.ts";

/** A table for each correlation and grid point with a row for each model, and what its columns mean. */
export function gainsOf({ against, tasks, cells }: Seesaw): Block[] {
  const tables = cellTables(cells, (title, group) => [headOf(title, tasks), ...group.map(rowOf)], LEAN);
  return [...tables, { before: notes(against, cells) }];
}

/** What a narrow terminal lacks. */
const LEAN = ["all -", "all +", "runs"];

function headOf(title: string, tasks: readonly string[]): string[] {
  return [title, "runs", ...tasks, "delta-m [95 %]", "seesaw [95 %]", "all +", "all -"];
}

function rowOf({ model, pairs, gains, deltaM, seesaw, allGain, allLose }: CellSeesaw): string[] {
  return [
    model,
    String(pairs),
    ...gains.map(({ value }) => percent(value, 1)),
    estimateText(inPercent(deltaM), 1, pairs),
    estimateText(inPercent(seesaw), 0, pairs),
    percent(allGain.value, 0),
    percent(allLose.value, 0),
  ];
}

function percent(share: number, digits: number): string {
  return (100 * share).toFixed(digits);
}

function inPercent({ value, low, high }: Estimate): Estimate {
  return { value: 100 * value, low: 100 * low, high: 100 * high };
}

function notes(against: string, cells: readonly CellSeesaw[]): string {
  const lines = [
    `task: mean gain over ${against} in percent of its loss, paired by run; above 0 the model is better. delta-m: the mean of all tasks' gains.`,
    "seesaw, all +, all -: percent of runs in which one task gains and another loses, all tasks gain, all lose.",
    ...fewNote(cells.map(({ pairs }) => pairs)),
    "--format csv has the intervals of each task, and medians.",
  ];
  const control = SHARE_NOTHING.find((model) => model !== against && cells.some((cell) => cell.model === model));
  if (control !== undefined && SHARE_NOTHING.some((model) => model === against)) {
    lines.push(`${control} shares nothing either: its seesaws are what size and chance make.`);
  }
  return lines.join("\n");
}
