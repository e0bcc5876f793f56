import { type EachLoss, eachLoss } from "../config/loss-sets.ts";
import { shortNumber } from "../figures/draw/scale.ts";
import { capitalised } from "../figures/draw/words.ts";
import { byCorrelation } from "../identity/cell.ts";
import { pointText } from "../identity/grid-point.ts";
import { listed } from "../listed.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { LOSS_WORDS } from "../records/loss-words.ts";
import type { Results } from "../records/read-results.ts";
import { groupBy } from "../stats/group-by.ts";
import { leadingCells, leadingMetric, rankingOf, validationCells } from "../summary/leading.ts";
import { type Html, html } from "./html.ts";
import { reportedFirst } from "./outcome.ts";
import { meanOf } from "./ranking.ts";
import { labelled, lossText } from "./report-words.ts";

/**
 * The outcome of a grid: the point at which each model's mean loss is lowest, at each correlation. Of a table it is the loss on
 * validation rows that chooses, as `mmoe tune` does.
 */
export function bestPoints(results: Results, cellsOf: EachLoss<readonly CellLosses[]>): Html {
  const cells = eachLoss((set) => labelled(cellsOf[set], results.config));
  if (results.config.rows !== null && cells.heldout.some(({ byRun }) => byRun.size > 0)) return chosenPoints(results);
  const done = reportedFirst(results.config).filter((set) => cells[set].some(({ byRun }) => byRun.size > 0));
  if (done.length === 0) return html`<p class="lead">No run is done.</p>\n`;
  const texts = done.map(
    (set) =>
      `${capitalised(LOSS_WORDS[set].where)} the mean loss after the last step is lowest ${lowestText(cells[set])}.`,
  );
  return html`${texts.map((text, i) => html`<p${i === 0 ? LEAD : ""}>${text}</p>\n`)}`;
}

/** Runs without validation rows choose nothing: their held-out losses are shown. */
function chosenPoints(results: Results): Html {
  const { config } = results;
  const leading = leadingMetric(config);
  const validation = leading ? leadingCells(results, leading, "validation") : validationCells(results);
  const isValidated = validation.some(({ byRun }) => byRun.size > 0);
  const [where, cells] = isValidated ? ["validation", validation] : ["held-out", cellLosses(results, "heldout")];
  const { words, isHigherBetter } = (isValidated && leading) || { words: "loss", isHigherBetter: false };
  const how = isValidated ? " mmoe tune chooses by it; the tables and figures below are of held-out rows." : "";
  const best = [...groupBy(labelled(cells, config), ({ model }) => model)].flatMap(([model, own]) => {
    const { ranked, alike } = rankingOf(own, isHigherBetter);
    const [first, ...near] = ranked
      .slice(0, alike)
      .map((cell) => `${pointText(cell.point)} (${lossText(meanOf(cell))})`);
    if (first === undefined) return [];
    return [`for ${model} with ${first}${near.length > 0 ? `, not told apart from ${listed(near)}` : ""}`];
  });
  return html`<p class="lead">On ${where} rows the mean ${words} after the last step is ${isHigherBetter ? "highest" : "lowest"} ${best.join("; ")}.${how}</p>
`;
}

const LEAD = html` class="lead"`;

/** `for MMoE with lr=0.01 at correlation 0.5 (0.0500) and ...; for OMoE with ...`. */
function lowestText(cells: readonly CellLosses[]): string {
  const trained = cells.filter(({ byRun }) => byRun.size > 0);
  const ofModels = [...groupBy(trained, ({ model }) => model)].map(([model, own]) => {
    const lowest = [...groupBy(own, ({ correlation }) => String(correlation)).values()].map((some) =>
      some.reduce((low, cell) => (meanOf(cell) < meanOf(low) ? cell : low)),
    );
    const byPoint = groupBy(lowest, ({ point }) => pointText(point));
    const places = [...byPoint].map(([point, some]) => `with ${point} ${placesText(some)}`);
    return `for ${model} ${listed(places)}`;
  });
  return ofModels.join("; ");
}

/** `at correlation 0.5 (0.0500) and 1 (0.0400)`; on rows of the user's own `(0.0500)`. */
function placesText(cells: readonly CellLosses[]): string {
  const texts = [...cells].sort(byCorrelation).map((cell) => {
    const loss = `(${lossText(meanOf(cell))})`;
    return cell.correlation === null ? loss : `${shortNumber(cell.correlation)} ${loss}`;
  });
  return cells[0]?.correlation === null ? listed(texts) : `at ${listed(texts)}`;
}
