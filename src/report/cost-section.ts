import { type Config, configAt, modelOf } from "../config/config.ts";
import { type GridPoint, type GridValue, gridPoints } from "../config/grid.ts";
import { modelLabel } from "../figures/style.ts";
import { isCode } from "../models/code.ts";
import { flopPerRow } from "../models/flop.ts";
import type { RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { quantileSorted } from "../stats/moments.ts";
import { duration, thousands } from "../units.ts";
import { type Html, html } from "./html.ts";
import { headRow, numberCell, section, tableBox } from "./section.ts";

/** Cost of a model: its size, and its time on one kind of device. */
export interface ModelCost {
  readonly model: string;
  /** In a grid of batches, one of them; undefined otherwise. */
  readonly batch: GridValue | undefined;
  /** Engine and device, e.g. `cpu (wasm)`. */
  readonly on: string;
  readonly parameters: number;
  /** Undefined for a model in JavaScript. */
  readonly flopPerRow: number | undefined;
  readonly runs: number;
  /** Median over runs of the time of a run divided by its steps. */
  readonly stepMs: number;
  /** The time of all its runs together. */
  readonly totalMs: number;
}

/**
 * The cost of each model of the sweep, a line for each kind of device that trained it and, in a grid of batches, for each
 * of them; runs that failed count in the total.
 */
export function modelCosts(config: Config, records: readonly RunRecord[]): ModelCost[] {
  const groups = groupBy(records, ({ model, engine, device, point }) =>
    JSON.stringify([model, engine, device, point.batch]),
  );
  return config.models.flatMap((name) => {
    const spec = modelOf(configAt(config, gridPoints(config)[0] as GridPoint), name); // its size is the same at all points
    const own = [...groups.values()].filter(([first]) => first?.model === name);
    return own.map((runs) => {
      const { engine, device, point, parameters } = runs[0] as RunRecord;
      const done = runs.filter(({ status }) => status === "done");
      return {
        model: name,
        batch: point.batch,
        on: `${engine} (${device})`,
        parameters,
        flopPerRow: isCode(spec) ? undefined : flopPerRow(spec),
        runs: runs.length,
        stepMs: quantileSorted(Float64Array.from(done, ({ elapsedMs, steps }) => elapsedMs / steps).sort(), 0.5),
        totalMs: runs.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
      };
    });
  });
}

export function costSection(config: Config, records: readonly RunRecord[]): Html {
  const costs = modelCosts(config, records);
  const total = costs.reduce((sum, { totalMs }) => sum + totalMs, 0);
  const table = html`<table>
<thead>${headRow(["Model", "Trained on", ...NUMBERS], NUMBERS)}</thead>
<tbody>${costs.map(costRow)}</tbody>
<tfoot><tr><th scope="row" colspan="6">All runs</th>${numberCell(duration(total))}</tr></tfoot>
</table>`;
  return section("cost", "Cost", [
    tableBox("Cost of each model", table),
    html`<p class="note">FLOP per row: multiplications and additions of the dense layers in a training step, forward and backward.
Time: that of a run's group divided by its number of runs, with rows and evaluations; a step's time is the median over runs.
The total is core time if every run has its own core, as in the cpu engine.</p>`,
  ]);
}

const NUMBERS = ["Parameters", "FLOP per row", "Runs", "ms per step", "Total time"];

function costRow({ model, batch, on, parameters, flopPerRow, runs, stepMs, totalMs }: ModelCost): Html {
  const flop = flopPerRow === undefined ? "–" : thousands(flopPerRow);
  const cells = [thousands(parameters), flop, thousands(runs), stepText(stepMs), duration(totalMs)];
  return html`<tr><th scope="row">${modelLabel(model)}${batch === undefined ? "" : `, batch ${batch}`}</th><td>${on}</td>${cells.map(numberCell)}</tr>
`;
}

function stepText(ms: number): string {
  return Number.isNaN(ms) ? "–" : ms.toPrecision(3);
}
