import type { Config } from "../config/config.ts";
import type { RunRecord } from "../records/record.ts";
import { type ModelCost, modelCosts } from "../summary/cost.ts";
import { duration, parametersText, thousands } from "../units.ts";
import { DASH, filledColumns, type Html, headRow, html, numberCell, section, tableOf } from "./html.ts";
import { labelled } from "./report-words.ts";

export function costSection(config: Config, records: readonly RunRecord[]): Html {
  const costs = labelled(modelCosts(config, records, { intervals: false }), config);
  const total = duration(costs.reduce((sum, { totalMs }) => sum + totalMs, 0));
  const shown = filledColumns(costs.map(numbersOf));
  const numbers = shown.map((column) => NUMBERS[column]);
  const rows = costs.map((cost) => costRow(cost, shown));
  return section("costs", "Cost", [
    tableOf("Cost of each model", headRow(["Model", "Trained on", ...numbers], numbers), rows),
    html`<p>All runs took ${total} in total. This is core time if every run has its own core, as in the cpu engine.</p>
<p class="note">FLOP per row: multiplications and additions of the dense layers and of pairs of factors in a training step, forward and backward.
Time: the medians over runs of a run’s time divided by its steps, and by its training rows, with evaluations. What runs that train together have in common,
such as their rows, is divided by their number.${costs.some(({ isShared }) => isShared) ? " Models that trained together have no times of their own." : ""}</p>`,
  ]);
}

const NUMBERS = ["Parameters", "FLOP per row", "Runs", "ms per step", "µs per row", "Total time"];

function numbersOf({ parameters, flopPerRow, runs, stepMs, rowUs, totalMs, isShared }: ModelCost): string[] {
  const times = isShared ? [DASH, DASH, DASH] : [timeText(stepMs), timeText(rowUs.value), duration(totalMs)];
  const flop = flopPerRow === undefined ? DASH : thousands(flopPerRow);
  return [parametersText(parameters, DASH), flop, thousands(runs), ...times];
}

function costRow(cost: ModelCost, shown: readonly number[]): Html {
  const { model, batch, on } = cost;
  const numbers = shown.map((column) => numbersOf(cost)[column]);
  return html`<tr><th scope="row">${model}${batch === undefined ? "" : `, batch ${batch}`}</th><td>${on}</td>${numbers.map(numberCell)}</tr>
`;
}

function timeText(ms: number): string {
  return Number.isNaN(ms) ? DASH : ms.toPrecision(3);
}
