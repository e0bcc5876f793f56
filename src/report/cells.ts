import { centreOf, estimate } from "../figures/interval.ts";
import { shortNumber } from "../figures/scale.ts";
import { modelLabel } from "../figures/style.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import { LOSS_SETS, type LossSet } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { grouped } from "../units.ts";
import { type Html, html } from "./html.ts";
import type { OfBoth } from "./outcome.ts";
import { meanOf } from "./ranking.ts";
import { numberCell, section, tableBox } from "./section.ts";
import { lossText } from "./words.ts";

/** A cell's losses on training and on held-out rows. */
type Pair = OfBoth<CellLosses>;

/** Every cell: its runs, and its final losses on both sets of rows side by side. */
export function cellsSection(cells: OfBoth<readonly CellLosses[]>): Html {
  const pairs = cells.train.map((train, i) => ({ train, heldout: cells.heldout[i] as CellLosses }));
  const missing = cells.train.some((cell) => cell.missing > 0);
  const groups = [...groupBy(pairs, ({ train }) => String(train.correlation)).values()];
  const table = html`<table class="cells">
<thead>
<tr><th scope="col" rowspan="2">Correlation</th><th scope="col" rowspan="2">Model</th><th scope="col" rowspan="2" class="number">Runs</th><th scope="col" rowspan="2" class="number">Failed</th>${
    missing ? html`<th scope="col" rowspan="2" class="number">Missing</th>` : ""
  }<th scope="colgroup" colspan="3">Training loss</th><th scope="colgroup" colspan="3">Held-out loss</th></tr>
<tr>${LOSS_SETS.map(() => html`<th scope="col" class="number">Mean</th><th scope="col" class="number">95 % interval</th><th scope="col" class="number">Median</th>`)}</tr>
</thead>
${groups.map(
  (
    group,
  ) => html`<tbody>${group.map((pair, i) => cellRow(pair, i === 0 ? group : [], lowestOf(group), missing))}</tbody>
`,
)}</table>`;
  return section("cells", "Final losses", [
    tableBox("Final losses of each cell", table),
    html`<p class="note">Loss after the last step: mean squared error, the mean over both tasks, in units of label variance (1 is as bad as
predicting the mean). Training loss is over the whole training set, held-out loss over rows that no run trains on. Intervals are of the mean, over
runs. The lowest mean at a correlation is bold.</p>`,
  ]);
}

function cellRow(pair: Pair, group: readonly Pair[], lowest: OfBoth<CellLosses | undefined>, missing: boolean): Html {
  const { model, correlation, byRun, failed } = pair.train;
  const heading =
    group.length > 0 ? html`<th scope="rowgroup" rowspan="${group.length}">${shortNumber(correlation)}</th>` : "";
  return html`<tr>${heading}<th scope="row">${modelLabel(model)}</th>${numberCell(grouped(byRun.size))}${numberCell(grouped(failed.length))}${
    missing ? numberCell(grouped(pair.train.missing)) : ""
  }${LOSS_SETS.map((set) => lossCells(pair[set], pair[set] === lowest[set]))}</tr>
`;
}

/** The cell with the lowest mean loss of a group; undefined where there is no other to compare it with. */
function lowestOf(group: readonly Pair[]): OfBoth<CellLosses | undefined> {
  const of = (set: LossSet) => {
    const trained = group.map((pair) => pair[set]).filter(({ byRun }) => byRun.size > 0);
    return trained.length < 2 ? undefined : trained.reduce((low, cell) => (meanOf(cell) < meanOf(low) ? cell : low));
  };
  return { train: of("train"), heldout: of("heldout") };
}

function lossCells({ byRun }: CellLosses, isLowest: boolean): Html {
  const losses = Float64Array.from(byRun.values()).sort();
  const { value, low, high } = estimate(losses, "mean");
  const interval = Number.isNaN(low) ? "–" : `${lossText(low)} to ${lossText(high)}`;
  const text = lossText(value);
  return html`${numberCell(isLowest ? html`<b>${text}</b>` : text)}<td class="number interval">${interval}</td>${numberCell(lossText(centreOf(losses, "median")))}`;
}
