import { estimateText } from "../../stats/estimate.ts";
import type { ModelCost } from "../../summary/cost.ts";
import { duration, parametersText, thousands } from "../../units.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./few-runs.ts";

/** A row for each model, kind of device and, in a grid of batches, batch; and what the columns mean. `place` is the folder. */
export function costsOf(place: string, costs: readonly ModelCost[]): Block[] {
  const isGrid = costs.some(({ batch }) => batch !== undefined);
  const several = new Set(costs.map(({ on }) => on)).size > 1;
  const head = ["model", ...(isGrid ? ["batch"] : []), ...(several ? ["on"] : [])];
  const rows = costs.map((cost) => [
    cost.model,
    ...(isGrid ? [String(cost.batch ?? "")] : []),
    ...(several ? [cost.on] : []),
    parametersText(cost.parameters),
    cost.flopPerRow === undefined ? "-" : thousands(cost.flopPerRow),
    String(cost.done),
    timeText(cost),
    cost.isShared ? "-" : duration(cost.totalMs),
  ]);
  return [
    { before: several ? place : `${place}\ntrained on ${costs[0]?.on}` },
    { rows: [[...head, "parameters", "FLOP per row", "runs", "us per row [95 %]", "all runs"], ...rows] },
    { before: notes(costs) },
  ];
}

/** A dash for a time that several models share. */
function timeText({ rowUs, done, isShared }: ModelCost): string {
  return isShared ? "-" : estimateText(rowUs, 3, done);
}

function notes(costs: readonly ModelCost[]): string {
  return [
    "FLOP per row: multiplications and additions of the dense layers in training, forward and backward.",
    "us per row: time of a run / (steps x batch), the median over runs, with evaluations; what runs share, such as making rows, is divided by their number. It is the engine's time on that machine, beside the other runs there.",
    ...fewNote(costs.map(({ done }) => done)),
    ...sharedNote(costs.filter(({ isShared }) => isShared)),
  ].join("\n");
}

function sharedNote(costs: readonly ModelCost[]): string[] {
  if (costs.length === 0) return [];
  const together = duration(costs.reduce((sum, { totalMs }) => sum + totalMs, 0));
  return [
    `-: not measured apart: the models trained together, in ${together} of a core. This version measures each model's time.`,
  ];
}
