import { lossUnitOf } from "../config/loss-unit-of.ts";
import { type EachLoss, eachLoss, LOSS_SETS, type LossSet, meanText } from "../config/losses.ts";
import { coverageText } from "../config/rows.ts";
import { trainedValues } from "../config/tuned.ts";
import { shortNumber } from "../figures/draw/scale.ts";
import { areOnOwnRows, capitalised } from "../figures/draw/words.ts";
import { finalMeans, sweepCells } from "../figures/sweep-facts.ts";
import { type Cell, cellKey, cellOf } from "../identity/cell.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { LEAST_SHOWN, runsText } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { centreOf, estimate } from "../stats/interval.ts";
import { rankingOf } from "../summary/leading.ts";
import { thousands } from "../units.ts";
import { DASH, filledColumns, type Html, html, numberCell, section, tableBox } from "./html.ts";
import { reportedFirst } from "./outcome.ts";
import { labelled, lossText } from "./report-words.ts";

/** A cell's runs, and the final losses of those that are done, by their index. */
interface CellLine extends Cell, Pick<CellLosses, "failed" | "missing" | "overlap"> {
  readonly cells: EachLoss<CellLosses>;
  readonly losses: EachLoss<Float64Array>;
}

/** Every cell: its runs, and its final losses side by side. */
export function cellsSection(results: Results): Html {
  const lines = labelled(linesOf(results), results.config);
  const missing = lines.some((line) => line.missing > 0);
  const keys = Object.keys(lines[0]?.point ?? {});
  const groups = [...groupBy(lines, ({ correlation }) => String(correlation)).values()];
  const ownRows = areOnOwnRows(lines);
  const shown = (ownRows ? reportedFirst(results.config) : LOSS_SETS)
    .map((set) => ({
      set,
      columns: filledColumns(lines.map(({ losses, overlap }) => lossTexts(losses[set], overlap))),
    }))
    .filter(({ columns }) => columns.length > 0);
  const table = html`<table class="cells">
<thead>
<tr>${ownRows ? "" : CORRELATION}<th scope="col" rowspan="2">Model</th>${keys.map((key) => html`<th scope="col" rowspan="2" class="number">${key}</th>`)}<th scope="col" rowspan="2" class="number">Runs</th><th scope="col" rowspan="2" class="number">Failed</th>${
    missing ? html`<th scope="col" rowspan="2" class="number">Missing</th>` : ""
  }${shown.map(({ set, columns }) => html`<th scope="colgroup" colspan="${columns.length}">${capitalised(LOSS_WORDS[set].name)}</th>`)}</tr>
<tr>${shown.map(({ columns }) => columns.map((column, i) => html`<th scope="col" class="${lossClass(column, i)}">${LOSS_COLUMNS[column]}</th>`))}</tr>
</thead>
${groups.map(
  (group) => html`<tbody>${cellRows(group, shown, missing)}</tbody>
`,
)}</table>`;
  const unit = lossUnitOf(results.config);
  const coverage = coverageText(results.config.rows);
  return section("cells", "Final losses", [
    tableBox("Final losses of each cell", table),
    html`<p class="note">Loss after the last step: ${unit.measure}, the mean over tasks, ${unit.of}${unit.ofMean === null ? "" : ` (${meanText(unit)})`}. Training loss is over ${trainingRows(results)}, held-out loss over rows that no run trains on; the running mean is the ${LOSS_WORDS.running.atStep}. Intervals are those of
the mean over runs. The lowest mean${ownRows ? " held-out loss" : " at a correlation"} is bold, if its runs, ${LEAST_SHOWN} or more, tell it apart from all others.${coverage && ` ${capitalised(coverage)}.`}</p>`,
  ]);
}

/** A loss, and which of its columns are shown. */
interface ShownLoss {
  readonly set: LossSet;
  readonly columns: readonly number[];
}

const LOSS_COLUMNS = ["Mean", "95 % interval", "Median"];
const INTERVAL = 1;

/** Each loss begins at some distance from the last. */
function lossClass(column: number, i: number): string {
  return ["number", ...(column === INTERVAL ? ["interval"] : []), ...(i === 0 ? ["begins"] : [])].join(" ");
}

const CORRELATION = html`<th scope="col" rowspan="2">Correlation</th>`;

function linesOf(results: Results): CellLine[] {
  const trained = new Map(sweepCells(results).map((cell) => [cellKey(cell), cell]));
  return cellLosses(results, "train").map((line, i) => {
    const { failed, missing, overlap } = line;
    const cells = eachLoss((set) => cellLosses(results, set)[i]);
    const cell = trained.get(cellKey(line));
    const losses = eachLoss((set) => (cell === undefined ? new Float64Array() : finalMeans(cell, set)));
    return { ...cellOf(line), failed, missing, overlap, cells, losses };
  });
}

function trainingRows({ config }: Results): string {
  const [fresh, fixed] = ["the batches between the last two evaluations", "the whole training set"];
  const kinds = trainedValues(config, "trainRows");
  if (!kinds.includes("fresh")) return fixed;
  return kinds.length === 1 ? fresh : `${fixed} (of fresh rows over ${fresh})`;
}

function cellRows(group: readonly CellLine[], shown: readonly ShownLoss[], missing: boolean): Html[] {
  const judged = group[0]?.correlation === null ? shown.slice(0, 1) : shown;
  const lowest = new Map(judged.map(({ set }) => [set, lowestOf(group, set)]));
  return group.map((line, i) => cellRow(line, i === 0 ? group : [], { lowest, shown, missing }));
}

/** What a row of the table needs to know of the others. */
interface RowContext {
  /** The cell with the lowest loss. */
  readonly lowest: ReadonlyMap<LossSet, CellLine | undefined>;
  readonly shown: readonly ShownLoss[];
  readonly missing: boolean;
}

function cellRow(line: CellLine, group: readonly CellLine[], { lowest, shown, missing }: RowContext): Html {
  const { model, correlation, losses, failed } = line;
  const heading =
    group.length > 0 && correlation !== null
      ? html`<th scope="rowgroup" rowspan="${group.length}">${shortNumber(correlation)}</th>`
      : "";
  return html`<tr>${heading}<th scope="row">${model}</th>${Object.values(line.point).map((value) => numberCell(String(value)))}${numberCell(thousands(losses.train.length))}${numberCell(thousands(failed.length))}${
    missing ? numberCell(thousands(line.missing)) : ""
  }${shown.map((one) => lossCells(line, one, line === lowest.get(one.set)))}</tr>
`;
}

/** The cell with the lowest mean loss of a group, if its runs tell it apart from all others; undefined for none. */
function lowestOf(group: readonly CellLine[], set: LossSet): CellLine | undefined {
  const { ranked, alike } = rankingOf(group.map(({ cells }) => cells[set]));
  return alike === 1 && ranked.length > 1 ? group.find(({ cells }) => cells[set] === ranked[0]) : undefined;
}

function lossCells({ losses, overlap }: CellLine, { set, columns }: ShownLoss, isLowest: boolean): Html[] {
  const texts = lossTexts(losses[set], overlap);
  return columns.map((column, i) => {
    const text = texts[column];
    return html`<td class="${lossClass(column, i)}">${isLowest && column === 0 ? html`<b>${text}</b>` : text}</td>`;
  });
}

/** The texts of `LOSS_COLUMNS`. */
function lossTexts(losses: Float64Array, overlap: number): string[] {
  const { value, low, high } = estimate(losses, "mean", overlap);
  const few = losses.length < 2 ? DASH : runsText(losses.length);
  const interval = Number.isNaN(low) ? few : `${lossText(low)} to ${lossText(high)}`;
  return [lossText(value), interval, lossText(centreOf(losses.toSorted(), "median"))];
}
