import type { Config } from "../config/config.ts";
import type { RunRecord } from "../records/record.ts";
import { type ModelCost, modelCosts } from "../summary/cost.ts";
import { duration, parametersText, thousands } from "../units.ts";
import { type Html, html } from "./html.ts";
import { labelled } from "./report-words.ts";
import { headRow, numberCell, section, tableBox } from "./section.ts";

export function costSection(config: Config, records: readonly RunRecord[]): Html {
  const costs = labelled(modelCosts(config, records, { intervals: false }), config);
  const total = costs.reduce((sum, { totalMs }) => sum + totalMs, 0);
  const table = html`<table>
<thead>${headRow(["Model", "Trained on", ...NUMBERS], NUMBERS)}</thead>
<tbody>${costs.map(costRow)}</tbody>
<tfoot><tr><th scope="row" colspan="7">All runs</th>${numberCell(duration(total))}</tr></tfoot>
</table>`;
  return section("costs", "Cost", [
    tableBox("Cost of each model", table),
    html`<p class="note">FLOP per row: multiplications and additions of the dense layers in a training step, forward and backward.
Time: the medians over runs of a run’s time divided by its steps, and by its training rows, with evaluations. What runs that train together have in common,
such as their rows, is divided by their number. A dash marks models that trained together and whose times were not measured apart.
The total is core time if every run has its own core, as in the cpu engine.</p>`,
  ]);
}

const NUMBERS = ["Parameters", "FLOP per row", "Runs", "ms per step", "µs per row", "Total time"];

function costRow({
  model,
  batch,
  on,
  parameters,
  flopPerRow,
  runs,
  stepMs,
  rowUs,
  totalMs,
  isShared,
}: ModelCost): Html {
  const flop = flopPerRow === undefined ? "–" : thousands(flopPerRow);
  const cells = [
    parametersText(parameters, "–"),
    flop,
    thousands(runs),
    isShared ? "–" : timeText(stepMs),
    isShared ? "–" : timeText(rowUs.value),
    isShared ? "–" : duration(totalMs),
  ];
  return html`<tr><th scope="row">${model}${batch === undefined ? "" : `, batch ${batch}`}</th><td>${on}</td>${cells.map(numberCell)}</tr>
`;
}

function timeText(ms: number): string {
  return Number.isNaN(ms) ? "–" : ms.toPrecision(3);
}
