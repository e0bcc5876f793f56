import { pointTitle } from "../../identity/cell.ts";
import { estimateText, LEVEL } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { normalQuantile } from "../../stats/normal.ts";
import type { TaskCell, TaskSummary } from "../../summary/task-summary.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./few-runs.ts";

/** Half of an interval within one split, by its standard error. */
const SPLIT = "split ±";

/** Headings of metrics, in the order of their columns, and whether their interval is shown. */
const COLUMNS: Readonly<Record<string, { readonly head: string; readonly interval: boolean; readonly half?: true }>> = {
  auc: { head: "AUC [95 %]", interval: true },
  aucError: { head: SPLIT, interval: false, half: true },
  rSquared: { head: "R2 [95 %]", interval: true },
  rmse: { head: "RMSE", interval: false },
  mae: { head: "MAE", interval: false },
  accuracy: { head: "accuracy", interval: false },
  f1Macro: { head: "macro F1", interval: false },
  averagePrecision: { head: "avg. precision", interval: false },
  logLoss: { head: "nats", interval: false },
  calibrationError: { head: "ECE", interval: false },
};

const SPLIT_NOTE = `${SPLIT}: half of the AUC's 95 % interval within one split (DeLong), mean over runs; [95 %] is over runs`;

const Z = normalQuantile((1 + LEVEL) / 2);

/** What a narrow terminal lacks. */
const LEAN = ["ECE", "macro F1", "nats", "avg. precision", "accuracy", "MAE", SPLIT, "runs"];

/** For each task, and each correlation and grid point, a table with a row for each model: its loss, and the metrics of its kind. */
export function taskTables(tasks: readonly TaskSummary[]): Block[] {
  const tables = tasks.flatMap(({ name, kind, cells }) => {
    const metrics = Object.keys(COLUMNS).filter((metric) => cells.some((cell) => metric in cell.metrics));
    const heads = ["runs", "loss [95 %]", ...metrics.map((metric) => COLUMNS[metric]?.head ?? metric)];
    return [...groupBy(cells, pointTitle)].map(([title, group]): Block => {
      const at = title.trim() === "" ? "" : `, ${title}`;
      const rows = [["", ...heads], ...group.map((cell) => rowOf(cell, metrics))];
      return { before: `${name} (${kind})${at}`, rows, lean: LEAN };
    });
  });
  const runs = tasks.flatMap(({ cells }) => cells.map((cell) => cell.runs));
  const notes = [
    ...fewNote(runs),
    ...(tasks.some(({ kind }) => kind !== "regression") ? ["metrics are those of held-out rows; nats: log loss"] : []),
    ...(tasks.some(({ cells }) => cells.some(({ metrics }) => "aucError" in metrics)) ? [SPLIT_NOTE] : []),
  ];
  return notes.length > 0 ? [...tables, { before: notes.join("; ") }] : tables;
}

function rowOf({ model, runs, loss, metrics }: TaskCell, columns: readonly string[]): string[] {
  const cells = columns.map((metric) => {
    const estimate = metrics[metric];
    if (estimate === undefined) return "-";
    if (COLUMNS[metric]?.half) return (Z * estimate.value).toFixed(4);
    return COLUMNS[metric]?.interval ? estimateText(estimate, 4, runs) : estimate.value.toFixed(4);
  });
  return [model, String(runs), estimateText(loss, 4, runs), ...cells];
}
