import { estimateText } from "../../stats/estimate.ts";
import type { ModelCost } from "../../summary/cost.ts";
import { duration, thousands } from "../../units.ts";
import { table, wrapped } from "./table.ts";

const WIDTH = 80;

/** A row for each model, kind of device and, in a grid of batches, batch; and what the columns mean. */
export function costText(costs: readonly ModelCost[]): string {
  const isGrid = costs.some(({ batch }) => batch !== undefined);
  const several = new Set(costs.map(({ on }) => on)).size > 1;
  const head = ["model", ...(isGrid ? ["batch"] : []), ...(several ? ["on"] : [])];
  const rows = costs.map((cost) => [
    cost.model,
    ...(isGrid ? [String(cost.batch ?? "")] : []),
    ...(several ? [cost.on] : []),
    thousands(cost.parameters),
    cost.flopPerRow === undefined ? "-" : thousands(cost.flopPerRow),
    String(cost.done),
    timeText(cost),
    duration(cost.totalMs),
  ]);
  const widths = table([[...head, "parameters", "FLOP a row", "runs", "us a row [95 %]", "all runs"], ...rows]);
  return `${several ? "" : `trained on ${costs[0]?.on}\n\n`}${widths}\n${notes(costs)}`;
}

function timeText({ rowUs, done, isShared }: ModelCost): string {
  return `${isShared ? "~" : ""}${estimateText(rowUs, 3, done)}`;
}

function notes(costs: readonly ModelCost[]): string {
  const lines = [
    "FLOP a row: multiplications and additions of the dense layers in training, forward and backward.",
    "us a row: time of a run / (steps x batch), the median over runs, with evaluations; what runs share, such as making rows, is divided by their number. It is the engine's time on that machine, beside the other runs there.",
    ...(costs.some(({ isShared }) => isShared)
      ? [
          "~ the time of models that trained together, divided evenly: it does not tell them apart. Runs of this version do.",
        ]
      : []),
  ];
  return lines.map((line) => `${wrapped(line, WIDTH)}\n`).join("");
}
